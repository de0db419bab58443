"""The shipped table of what wheels ask for: the first run knows them without a byte.

A row holds for the releases of a project from the minor release that was read, up to the next row
or the next major release; older releases are read again.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from operator import attrgetter
from typing import NamedTuple

from packaging.version import Version

from wheelcheck.loading.wheel_facts import FileNeeds, WheelFacts, WheelFileKind
from wheelcheck.tables import read_table
from wheelcheck.targets.target import Architecture, Libc

__all__ = ["known_facts"]


@lru_cache(maxsize=1 << 14)
def known_facts(
    project: str,
    version: Version,
    libc: Libc,
    arch: Architecture,
    libc_version: tuple[int, int] | None = None,
) -> WheelFacts | None:
    """What the table says of a release, by the nearest row before it; None where it says nothing.

    x86-64 and aarch64 are built from the same sources by the same recipes: what was read for the
    one holds for the other, symbol versions apart. The wheel that was read is that for a new glibc:
    where `libc_version` is older than it needs, another of the release was built for it, or its tag
    promises too much, and only that wheel itself can tell.
    """
    if arch not in {Architecture.X86_64, Architecture.AARCH64}:
        return None
    numbers = version.release  # the betas of a release are built as it is
    for row in _rows_of(project, libc.value):
        if row.since <= numbers and version.major <= row.read[0]:
            if libc_version is not None and row.glibc > libc_version:
                return None
            cells = _of_release(row, version)
            return _facts(cells, exact=arch is Architecture.X86_64)
    return None


class _Row(NamedTuple):
    """A row with the numbers of the first release for which it holds, and of the one read.

    `glibc` is what the wheel that was read needs; () where it says nothing.
    """

    since: tuple[int, ...]
    read: tuple[int, ...]
    glibc: tuple[int, ...]
    cells: Mapping[str, str]


def _glibc(row: Mapping[str, str]) -> tuple[int, ...]:
    """The glibc that the wheel of a row needs; () where it says nothing."""
    numbers = (v.removeprefix("GLIBC_") for v in row["versions"].split() if "GLIBC_" in v)
    return max((tuple(map(int, number.split("."))) for number in numbers), default=())


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers of a release, without what follows them: to parse all versions takes long."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(map(int, found[0].split("."))) if found else ()


def _without_zeros(numbers: tuple[int, ...]) -> tuple[int, ...]:
    """5.0 as 5, which is no later."""
    while numbers and not numbers[-1]:
        numbers = numbers[:-1]
    return numbers


@lru_cache(maxsize=1 << 12)
def _rows_of(project: str, libc: str) -> tuple[_Row, ...]:
    """The rows of a project, the newest releases first."""
    rows = (
        _Row(
            _without_zeros(_numbers(cells["since"])), _numbers(cells["read"]), _glibc(cells), cells
        )
        for cells in _cells().get((project, libc), ())
    )
    return tuple(sorted(rows, key=attrgetter("since"), reverse=True))


@cache
def _cells() -> Mapping[tuple[str, str], Sequence[Mapping[str, str]]]:
    found: dict[tuple[str, str], list[Mapping[str, str]]] = defaultdict(list)
    for row in read_table("loading/known_wheels.csv"):
        for libc in ("glibc", "musl") if row["libc"] == "any" else (row["libc"],):
            found[row["project"], libc].append(row)
    return found


def _of_release(row: _Row, version: Version) -> Mapping[str, str]:
    """The row as it is for a release: libraries that have the release in their names follow it.

    PySide6 6.11 needs ``libshiboken6.abi3.so.6.11`` where 6.8 needs ``libshiboken6.abi3.so.6.8``.
    """
    major, minor, micro = (*row.read, 0, 0)[:3]
    if (version.major, version.minor) == (major, minor):
        return row.cells
    name = re.compile(rf"\.so\.{major}\.{minor}(\.{micro})?(?=[\s:+]|$)")

    def follow(match: re.Match[str]) -> str:
        last = f".{version.micro}" if match[1] else ""
        return f".so.{version.major}.{version.minor}{last}"

    followed = {key: name.sub(follow, row.cells[key]) for key in ("needs", "some_need", "holds")}
    return {**row.cells, **followed}


def _facts(row: Mapping[str, str], *, exact: bool) -> WheelFacts:
    versions = tuple(row["versions"].split()) if exact else ()
    libc = "" if row["libc"] == "any" else row["libc"]
    name = f"{row['project']} {row['read']}"
    main = FileNeeds(name, WheelFileKind.EXTENSION, outside=tuple(row["needs"].split()),
                     versions=versions, libc=libc)  # fmt: skip
    files = [main]
    if row["some_need"]:
        some = tuple(row["some_need"].split())
        files.append(FileNeeds(f"{name} plugin", WheelFileKind.LIBRARY, outside=some))
    holds = [each.partition(":") for each in row["holds"].split()]
    files += [_library(held, needs) for held, _, needs in holds if needs]
    return WheelFacts(
        files=tuple(files),
        holds=tuple(held for held, _, _ in holds),
        reached=(name,),
        opened=tuple(tuple(group.split("|")) for group in row["opens"].split()),
    )


def _library(name: str, needs: str) -> FileNeeds:
    """A library that other wheels may load, with what it needs: ``libx.so.1+liby.so.2``."""
    return FileNeeds(name, WheelFileKind.LIBRARY, outside=tuple(needs.split("+")))
