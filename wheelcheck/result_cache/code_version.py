"""A mark of the code that runs: what other code has concluded is not taken over.

Importing this must stay cheap, as with `wheelcheck.result_cache.report_cache`.
"""

from __future__ import annotations

import hashlib
import os
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["code_version"]

_BYTES = 16
_DEPENDENCIES = ("msgspec", "packaging", "pip_requirements_parser", "pydantic")


@cache
def code_version() -> bytes:
    """16 bytes that differ wherever Python, this package with its tables or a dependency does."""
    parts = [sys.version, *map(str, _file_states(str(Path(__file__).parents[1])))]
    for name in _DEPENDENCIES:
        spec = find_spec(name)
        if spec is not None and spec.origin is not None:
            state = Path(spec.origin).stat()
            parts.append(f"{spec.origin} {state.st_size} {state.st_mtime_ns}")
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=_BYTES).digest()


def _file_states(folder: str) -> Iterator[tuple[str, int, int]]:
    """Name, size and time (ns) of every file in a folder, in the order of their names."""
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda each: each.name):
            if not entry.is_dir():
                state = entry.stat()
                yield entry.name, state.st_size, state.st_mtime_ns
            elif entry.name != "__pycache__":
                yield from _file_states(entry.path)
