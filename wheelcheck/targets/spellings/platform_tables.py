"""Which Pythons there are for the platforms beside Linux, and which releases those have.

Tables: `macos.csv` (releases), `pyodide.csv` (ABIs), `platform_pythons.csv` (which Python came for
which system and CPU, and the oldest release of that system that it runs on).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

from msgspec import Struct

from wheelcheck.tables import read_table

__all__ = [
    "MacRelease",
    "PlatformPython",
    "Pyodide",
    "mac_releases",
    "platform_pythons",
    "pyodide_python",
    "pyodide_release",
    "pyodides",
    "supported_macos",
]


class PlatformPython(Struct, frozen=True):
    """From which Python on there are builds, and the oldest release of the system they run on."""

    python: tuple[int, int]
    oldest: tuple[int, int]


@cache
def platform_pythons() -> Mapping[tuple[str, str, str], tuple[PlatformPython, ...]]:
    """The Pythons by system, CPU and implementation, the oldest first."""
    found: dict[tuple[str, str, str], list[PlatformPython]] = {}
    for row in read_table("targets/spellings/platform_pythons.csv"):
        key = (row["system"], row["arch"], row["implementation"])
        found.setdefault(key, []).append(
            PlatformPython(_pair(row["python"]), _pair(row["oldest"] or "0"))
        )
    return {key: tuple(sorted(rows, key=lambda since: since.python)) for key, rows in found.items()}


class MacRelease(Struct, frozen=True):
    """A macOS; `end_of_support` is None while Apple supports it."""

    version: tuple[int, int]
    released: date
    end_of_support: date | None


@cache
def mac_releases() -> Mapping[str, MacRelease]:
    """The releases by the names that people use."""
    return {
        row["name"]: MacRelease(
            _pair(row["release"]),
            _date(row["released"]) or date.min,
            _date(row["end_of_support"]),
        )
        for row in read_table("targets/spellings/macos.csv")
    }


def supported_macos(as_of: date) -> tuple[int, int]:
    """The oldest macOS that Apple still supported on that day, as the table has it."""
    known = [release for release in mac_releases().values() if release.released <= as_of]
    alive = [
        release.version
        for release in known
        if release.end_of_support is None or release.end_of_support > as_of
    ]
    return min(alive, default=max((release.version for release in known), default=(10, 9)))


class Pyodide(Struct, frozen=True):
    """What the Pyodide of one Python is: its patch release, ABI, and version of Emscripten."""

    release: str
    abi: tuple[int, int]
    compiler: tuple[int, int, int]


@cache
def pyodides() -> Mapping[tuple[int, int], Pyodide]:
    """Python → the ABI of its Pyodide, oldest first."""
    found = {}
    for row in read_table("targets/spellings/pyodide.csv"):
        major, minor, patch = (int(part) for part in row["emscripten"].split("."))
        found[_pair(row["python"])] = Pyodide(
            row["release"], _pair(row["abi"]), (major, minor, patch)
        )
    return found


def pyodide_release(python: tuple[int, int]) -> str:
    """The patch release of a Python's Pyodide; raises `KeyError` where there is none."""
    return pyodides()[python].release


def pyodide_python(version: tuple[int, ...]) -> tuple[int, int] | None:
    """The Python whose Pyodide has this ABI: 3.13 for 2025.0; None where none is known."""
    abi = (*version, 0)[:2]
    return next((python for python, row in pyodides().items() if row.abi == abi), None)


def _pair(text: str) -> tuple[int, int]:
    major, _, minor = text.partition(".")
    return int(major), int(minor or 0)


def _date(cell: str) -> date | None:
    """An ISO date, or None for an empty cell."""
    return date.fromisoformat(cell) if cell else None
