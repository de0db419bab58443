"""The Python files of a wheel: what an import of its modules runs, and what that opens by name."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec.structs import replace

from wheelcheck.index.interface import MemberReader
from wheelcheck.loading.python_code.opened import may_open
from wheelcheck.loading.python_code.wheel_imports import WheelImports
from wheelcheck.loading.python_code.wheel_modules import WheelModules
from wheelcheck.loading.wheel_facts import WheelFacts, WheelFileKind
from wheelcheck.loading.wheel_reading import Budget, WheelReading

__all__ = ["likely_openers", "may_open_before", "with_imports", "with_python"]

COMMON = frozenset({"libgcc_s.so.1", "libstdc++.so.6", "libz.so.1"})
"""Libraries that nearly every image with glibc has."""
_PYTHON_BYTES = 1 << 20
"""Packed bytes of a wheel's Python files that are read to find out what an import runs."""
_SMALL = 128 << 10
"""Unpacked bytes of all Python files of a wheel that is read whatever its modules are called: most
of what is so small has come with the wheel's directory."""


_NAMED_FOR_IT = re.compile(
    r"(?i)_*(?:\w*_)?(?:c?lib|c?dll|ffi|native|ctypes?|bindings?|c?api|loader|wrap(?:per)?)\w*"
    r"|\w*(?:lib|dll|ffi|api|ctypes|native)"
)
_DEPTH = 3
"""Folders above the modules that are looked at for their names."""


def likely_openers(sizes: Mapping[str, int]) -> list[str]:
    """The Python files by which to see whether a wheel opens libraries.

    All of a small wheel; of a larger one those that are named for it: ``_lib.py``, ``ffi.py``.

    Parameters:
        sizes: Path → unpacked bytes of its members.
    """
    python = [path for path in sizes if _is_python(path)]
    if sum(sizes[path] for path in python) <= _SMALL:
        return python
    return [path for path in python if path.count("/") <= _DEPTH and _is_named_for_it(path)]


def _is_named_for_it(path: str) -> bool:
    name = path.rpartition("/")[2].removesuffix(".py")
    return _NAMED_FOR_IT.fullmatch(name) is not None


def _is_python(path: str) -> bool:
    return path.endswith(".py") and "/tests/" not in path and ".dist-info/" not in path


def with_python(
    reading: WheelReading,
    facts: WheelFacts,
    modules: WheelModules,
    others: frozenset[str],
    *,
    opens: bool,
    follow: bool = False,
) -> WheelFacts:
    """Find out what an import runs, where that makes a difference.

    Parameters:
        reading: The wheel.
        facts: What its ELF files ask for.
        modules: Its modules.
        others: The top-level names of the other wheels of the resolution.
        opens: Whether its metadata speaks of libraries.
        follow: Find out which modules of other projects it imports, whatever it opens.
    """
    uncommon = _asks_for_uncommon(facts)
    only_libraries = _has_libraries_alone(facts)
    if not modules.python:  # for other wheels, which need or open its libraries
        closed = False if only_libraries else facts.opens_files
        return replace(facts, opens_files=closed, asks=())
    opens = opens or only_libraries or (not facts.files and _peek(reading))
    if not any((uncommon, opens, follow)):
        return facts
    _read_texts(reading, modules)
    opens = opens and any(map(may_open, reading.texts.values()))
    if only_libraries and not opens and len(reading.texts) == len(modules.python):
        facts, uncommon = replace(facts, opens_files=False), False
    if not any((uncommon, opens, follow)):
        return facts
    imports = WheelImports(reading, facts, modules, others)
    found = imports.added(opens=opens) if uncommon or opens else facts
    asks, attempted = imports.asks, tuple(sorted(imports.attempted))
    met = tuple(name for name in attempted if name in others)
    return replace(found, attempted=attempted, met=met, asks=asks)


def with_imports(
    wheel: MemberReader, known: WheelFacts, *, budget: Budget, others: frozenset[str], opens: bool
) -> WheelFacts:
    """Add to what was read of a wheel which modules of other projects its import imports.

    Its Python files alone are read. Parameters are those of `with_python`.
    """
    reading = WheelReading(wheel, budget)
    modules = WheelModules.of(list(wheel.sizes))
    facts = with_python(reading, known, modules, others, opens=opens, follow=True)
    return replace(facts, read_bytes=known.read_bytes + reading.read)


def may_open_before(reading: WheelReading, modules: WheelModules) -> bool:
    """Whether Python code of a wheel may load libraries before its extension modules need them."""
    _read_texts(reading, modules)
    is_all = len(reading.texts) == len(modules.python)
    return not is_all or any(map(may_open, reading.texts.values()))


def _asks_for_uncommon(facts: WheelFacts) -> bool:
    """Whether an ELF file needs a library that not nearly every image has."""
    return not {name for file in facts.files for name in file.outside} <= COMMON


def _has_libraries_alone(facts: WheelFacts) -> bool:
    """Whether a wheel has ELF files, and no extension modules among them."""
    kinds = {file.kind for file in facts.files}
    return bool(kinds) and WheelFileKind.EXTENSION not in kinds


def _peek(reading: WheelReading) -> bool:
    """Whether one of the files that are most likely to open libraries does."""
    sizes = reading.wheel.sizes
    paths = likely_openers({path: size for path, (size, _) in sizes.items()})
    wanted = reading.announce({path: sizes[path][1] for path in paths})
    return any(may_open(reading.text(path)) for path in wanted)


def _read_texts(reading: WheelReading, modules: WheelModules) -> None:
    """Read the Python files that fit, tests apart."""
    room = _PYTHON_BYTES
    wanted: dict[str, int] = {}
    for path in sorted(modules.python.values(), key=lambda each: (each.count("/"), each)):
        packed = reading.wheel.sizes[path][1]
        if packed <= room and "/tests/" not in path:
            room -= packed
            wanted[path] = packed
    for path in reading.announce(wanted):
        reading.text(path)
