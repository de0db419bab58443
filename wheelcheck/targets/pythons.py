"""Which Pythons were there on a given day: patch releases and support.

Tables: `pythons.csv` (releases), `support.csv` (CPython's minor versions).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

from msgspec import Struct

from wheelcheck.tables import read_rows, read_table
from wheelcheck.targets.tags import graalpy_abi_of, pypy_abi_of
from wheelcheck.targets.target import Implementation

__all__ = [
    "PythonRelease",
    "PythonSupport",
    "find_release",
    "newest_free_threaded",
    "newest_release",
    "planned_python",
    "python_support",
    "supported_pythons",
]


_YEAR = 365
"""Days."""


class PythonRelease(Struct, frozen=True):
    """One release of an interpreter.

    `python_version` is the version of the language and library, with its patch release;
    `implementation_version` differs from it for PyPy (``7.3.20``) and GraalPy (``25.0.1``).
    `released` is the day, or the first day on which the release was seen, as its row's source says.
    """

    implementation: Implementation
    python_version: str
    implementation_version: str
    released: date

    @property
    def python(self) -> tuple[int, int]:
        """Major and minor version."""
        major, minor, *_ = self.python_version.split(".")
        return int(major), int(minor)


class PythonSupport(Struct, frozen=True):
    """How long upstream supports a minor version of CPython (PEP 602)."""

    python: tuple[int, int]
    first_release: date
    end_of_support: date
    free_threaded: bool


@cache
def _releases() -> tuple[PythonRelease, ...]:
    """All known releases, oldest first."""
    releases = [
        PythonRelease(
            Implementation(row["implementation"]),
            row["python_version"],
            row["implementation_version"],
            date.fromisoformat(row["released"]),
        )
        for row in read_rows("targets/pythons.csv")
    ]
    return tuple(sorted(releases, key=lambda release: (release.released, _key(release))))


@cache
def _by_minor() -> Mapping[tuple[Implementation, tuple[int, int]], Sequence[PythonRelease]]:
    """All known releases by implementation and minor version, oldest first."""
    found = defaultdict(list)
    for release in _releases():
        found[release.implementation, release.python].append(release)
    return found


def _key(release: PythonRelease) -> tuple[int, ...]:
    return tuple(int(part) for part in release.python_version.split("."))


@cache
def _support() -> tuple[PythonSupport, ...]:
    return tuple(
        PythonSupport(
            _minor(row["python"]),
            date.fromisoformat(row["first_release"]),
            date.fromisoformat(row["end_of_support"]),
            row["free_threaded"] == "yes",
        )
        for row in read_table("targets/support.csv")
    )


def _minor(text: str) -> tuple[int, int]:
    major, minor = text.split(".")
    return int(major), int(minor)


def newest_release(
    implementation: Implementation,
    python: tuple[int, int],
    as_of: date,
    abi: str | None = None,
) -> PythonRelease | None:
    """The newest patch release of a minor version on that day; None where none is known.

    With `abi` only PyPys of that ABI count (``pp73``, ``pp80``), or GraalPys (``242``, ``250``).
    """
    known = [
        release
        for release in _by_minor().get((implementation, python), ())
        if release.released <= as_of and abi in {None, _abi_of(release)}
    ]
    return known[-1] if known else None


def _abi_of(release: PythonRelease) -> str:
    graalpy = release.implementation is Implementation.GRAALPY
    return (graalpy_abi_of if graalpy else pypy_abi_of)(release.implementation_version)


def find_release(
    implementation: Implementation, python_version: str, abi: str | None = None
) -> PythonRelease | None:
    """The release with exactly this version of Python; the oldest where PyPy made several."""
    return next(
        (
            release
            for release in _releases()
            if (release.implementation, release.python_version) == (implementation, python_version)
            and abi in {None, _abi_of(release)}
        ),
        None,
    )


def python_support(python: tuple[int, int]) -> PythonSupport | None:
    """When CPython X.Y came and when its support ends; None for versions not in the table."""
    return next((support for support in _support() if support.python == python), None)


def supported_pythons(as_of: date) -> tuple[tuple[int, int], ...]:
    """The minor versions of CPython that upstream supports on that day, oldest first."""
    return tuple(
        support.python
        for support in _support()
        if support.first_release <= as_of <= support.end_of_support
    )


def planned_python(as_of: date) -> tuple[int, int]:
    """The newest minor version of CPython that is out or in work on that day, or known to us.

    One comes each October, and work on the next begins in the May before (PEP 602): so many more
    than the table has as years have passed since its newest.
    """
    newest = max(_support(), key=lambda support: support.python)
    since = as_of - newest.first_release
    major, minor = newest.python
    return major, minor + 1 + max(since.days // _YEAR, 0)


def newest_free_threaded(as_of: date) -> tuple[int, int] | None:
    """The newest CPython that has a free-threaded build (PEP 703); None before 3.13."""
    known = [s.python for s in _support() if s.free_threaded and s.first_release <= as_of]
    return max(known, default=None)
