"""A mark of the code that runs: what other code has concluded is not taken over.

Importing this must stay cheap, as with `wheelcheck.analysis.kept`.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["code_mark", "file_states"]

_BYTES = 16


def code_mark() -> bytes:
    """16 bytes that differ wherever Python, this package's modules or its tables do."""
    told = [sys.version, *map(str, file_states(str(Path(__file__).parents[1])))]
    return hashlib.blake2b("\0".join(told).encode(), digest_size=_BYTES).digest()


def file_states(folder: str) -> Iterator[tuple[str, int, int]]:
    """Name, size and time (ns) of every file in a folder, in the order of their names."""
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda each: each.name):
            if not entry.is_dir():
                state = entry.stat()
                yield entry.name, state.st_size, state.st_mtime_ns
            elif entry.name != "__pycache__":
                yield from file_states(entry.path)
