"""What a wheel occupies once it is installed: its files, to the byte, and their byte-code.

Sizes are sums of file sizes, as `docker images` counts a layer (moby's `directory.Size`); blocks
of a file system, which `du` counts, are not. Installed as pip does it: every member of the archive
is unpacked (``*.data/`` moves its files, their sizes stay; archives have no entries for empty
directories that count), RECORD is written again, INSTALLER, REQUESTED and scripts are added, and
every ``.py`` file is compiled.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from wheelcheck.costs.quantity import Quantity
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import ArchiveListing
from wheelcheck.tables import read_table
from wheelcheck.targets.target import Implementation, Target

__all__ = [
    "InstalledFiles",
    "PythonSources",
    "byte_code",
    "installed_files",
    "pip_byte_code",
    "python_sources",
]

_INSTALLER = len("pip\n") + 90
"""The file, and its row in RECORD: a path, a hash."""
_CACHED_NAME = len("__pycache__/") + len(".cpython-312.pyc") - len(".py")
_ROW_END = len(",,\r\n")
_SCRIPT_BYTES = 300
"""A console script as pip writes it: a line for the interpreter, an import, a call; its row."""
_ENTRY_POINT_BYTES = 50
"""A line of ``entry_points.txt``, its share of the headings included."""


@dataclass(frozen=True, slots=True)
class PythonSources:
    """One project's ``.py`` files, which byte-code is made from: how many, and bytes.

    `test_bytes` are those of tests (of `bytes`): dense code, whose byte-code is larger.
    """

    files: int = 0
    bytes: int = 0
    test_bytes: int = 0


@dataclass(frozen=True, slots=True)
class InstalledFiles:
    """What installing a wheel puts on disk, byte-code apart. All are bytes.

    `unpacked` are the archive's members, `added` what the installer writes besides.
    """

    unpacked: int
    added: int
    sources: PythonSources

    @property
    def files(self) -> int:
        """Everything but byte-code."""
        return self.unpacked + self.added


def installed_files(listing: ArchiveListing) -> InstalledFiles:
    """The files that a wheel with this listing leaves on disk when pip installs it, anywhere."""
    unpacked = sum(member.size for member in listing.members)
    return InstalledFiles(unpacked, _added(listing), python_sources(listing))


_TEST = re.compile(r"(^|/)(tests?|testing)/|(^|/)(test_[^/]*|conftest|[^/]*_test)\.py$")


def python_sources(listing: ArchiveListing) -> PythonSources:
    """The ``.py`` files among a wheel's members."""
    sources = [member for member in listing.members if member.path.endswith(".py")]
    return PythonSources(
        len(sources),
        sum(member.size for member in sources),
        sum(member.size for member in sources if _TEST.search(member.path)),
    )


def _added(listing: ArchiveListing) -> int:
    """What pip writes: rows of RECORD for byte-code, ends of its other rows, small files.

    pip ends rows with CR LF (the csv module's habit) where most wheels have LF.
    """
    rows = sum(
        len(member.path) + _CACHED_NAME + _ROW_END
        for member in listing.members
        if member.path.endswith(".py")
    )
    entry_points = sum(
        member.size for member in listing.members if member.path.endswith("/entry_points.txt")
    )
    scripts = round(entry_points / _ENTRY_POINT_BYTES) * _SCRIPT_BYTES
    return rows + len(listing.members) + _INSTALLER + scripts


@dataclass(frozen=True, slots=True)
class _Compiler:
    """How large one Python's byte-code is: per file, per byte of source, and of tests.

    `spread` is the standard deviation of a project's logarithm around that, `shared` the part of
    the variance that all projects have in common.
    """

    per_file: float
    per_byte: float
    per_test_byte: float
    spread: float
    shared: float
    source: str

    def size(self, project: PythonSources) -> float:
        """Bytes of byte-code of one project."""
        return (
            self.per_file * project.files
            + self.per_byte * (project.bytes - project.test_bytes)
            + self.per_test_byte * project.test_bytes
        )


_DECILE = 1.2816


def byte_code(projects: Iterable[PythonSources], target: Target) -> Quantity | Unknown:
    """Bytes of the ``.pyc`` files that pip writes for these projects on a target.

    From the sizes of the ``.py`` files alone, by rates measured on real installs: comments cost
    nothing, tables much, so that single projects differ. Projects are independent of each other
    but for a small common part. Code ``byte-code-unknown`` for what is not CPython 3.
    """
    if target.implementation is not Implementation.CPYTHON:
        why = f"byte-code of {target.implementation} was not measured"
        return Unknown("byte-code-unknown", why)
    compiler = _compiler(target.python)
    if compiler is None:
        why = "byte-code of Python {}.{} was not measured".format(*target.python)
        return Unknown("byte-code-unknown", why)
    sizes = [compiler.size(project) for project in projects]
    value = sum(sizes)
    if not value:
        return Quantity.exact(0)
    alone = sum(size * size for size in sizes) / value**2
    spread = compiler.spread * math.sqrt(compiler.shared + (1 - compiler.shared) * alone)
    return Quantity.within(value, math.exp(_DECILE * spread), "modelled", compiler.source)


def _compiler(python: tuple[int, int]) -> _Compiler | None:
    """The rates of a Python, or its measured neighbour's with a wider interval."""
    table = _compilers()
    if python in table or python[0] != 3:  # noqa: PLR2004 (Python 3)
        return table.get(python)
    nearest = min(table, key=lambda other: abs(other[1] - python[1]))
    known = table[nearest]
    source = f"as Python 3.{nearest[1]}: {known.source}"
    return replace(known, spread=known.spread * 1.5, shared=max(known.shared, 0.5), source=source)


@cache
def _compilers() -> Mapping[tuple[int, int], _Compiler]:
    found = {}
    for row in read_table("costs/image_parts/byte_code.csv"):
        major, minor = map(int, row["python"].split("."))
        found[major, minor] = _Compiler(
            float(row["per_file"]),
            float(row["per_byte"]),
            float(row["per_test_byte"]),
            float(row["spread"]),
            float(row["shared"]),
            row["source"],
        )
    return found


_PIP_ITSELF: Mapping[tuple[int, int], float] = {(3, 8): 6.43e6, (3, 12): 9.71e6}
"""Byte-code of pip and of what it imports, after one ``pip install`` with an interpreter that had
none, pip 23.0.1 and 23.2.1 (data/installs)."""


def pip_byte_code(target: Target) -> Quantity | Unknown:
    """Byte-code that running pip leaves in an official `python` image, which comes without any.

    Zero elsewhere: distributions compile what they install.
    """
    if target.image is None or not target.image.name.startswith("python:"):
        return Quantity.exact(0)
    older, newer = sorted(_PIP_ITSELF)
    share = min(max((target.python[1] - older[1]) / (newer[1] - older[1]), 0.0), 1.0)
    value = _PIP_ITSELF[older] + share * (_PIP_ITSELF[newer] - _PIP_ITSELF[older])
    return Quantity.within(value, 1.25, "measured", "one pip install on Python 3.8 and 3.12")
