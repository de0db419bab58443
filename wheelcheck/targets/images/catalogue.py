"""The catalogue of base images, as the tables have it.

`images.csv` has one row per concrete image (those with ``*`` stand for any rest of the name); what
a row leaves empty is that of its base. `aliases.csv` has the names that move, with the day of each
move. Both were written from the history of docker-library and the sources that each row names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache

from msgspec import Struct

from wheelcheck.tables import read_table
from wheelcheck.targets.platforms import Architecture, Libc

__all__ = [
    "DEFAULT_PLATFORM",
    "DOCKER_PLATFORMS",
    "Catalogue",
    "DockerPlatform",
    "ImageRow",
    "catalogue",
    "moving_aliases",
]

DOCKER_PLATFORMS: Mapping[str, Architecture] = {
    "amd64": Architecture.X86_64,
    "arm64": Architecture.AARCH64,
    "arm/v7": Architecture.ARMV7L,
    "arm/v6": Architecture.ARMV6L,
    "386": Architecture.I686,
    "ppc64le": Architecture.PPC64LE,
    "s390x": Architecture.S390X,
    "riscv64": Architecture.RISCV64,
    "loong64": Architecture.LOONGARCH64,
}
"""Docker's names for the CPU, without the ``linux/`` before them."""
DEFAULT_PLATFORM = "linux/amd64"
"""The platform of an image for which none is named."""

_PLATFORM = re.compile(r"(?P<name>[a-z0-9/]+)(?:\[(?P<since>[\d-]*)\.\.(?P<until>[\d-]*)\])?")


class DockerPlatform(Struct, frozen=True):
    """A CPU an image is built for, by Docker's name, from one day on until the day it was dropped.

    None at either end: as long as the image itself.
    """

    name: str
    since: date | None = None
    until: date | None = None


class ImageRow(Struct, frozen=True):
    """One concrete image of the catalogue.

    `python` is a minor version whose newest patch release comes with each rebuild (``3.12``), one
    whose patch release is not known (``3.12.x``), a full version, one of these after ``pypy``, or
    "" where none is known. `python_from` is ``image`` or the
    command that installs it. `first` and `last` are the days between which the image was rebuilt.
    Sizes are megabytes (10^6 bytes) for linux/amd64.
    """

    image: str
    os: str
    os_version: str
    libc: Libc
    libc_version: str
    platforms: tuple[DockerPlatform, ...]
    python: str
    python_from: str
    first: date | None
    last: date | None
    end_of_life: date | None
    compressed_mb: float | None
    uncompressed_mb: float | None
    has_compiler: bool | None
    notes: str
    source: str

    def platforms_on(self, day: date) -> tuple[str, ...]:
        """Docker's names of the CPUs that builds of that day exist for."""
        return tuple(
            platform.name
            for platform in self.platforms
            if (platform.since or day) <= day and (platform.until is None or day < platform.until)
        )


class Catalogue(Mapping[str, ImageRow]):
    """Every concrete image by name, in the table's order; rows are read where one is looked up."""

    def __init__(self, cells: Mapping[str, Mapping[str, str]]) -> None:
        self._cells = cells
        self._rows: dict[str, ImageRow] = {}

    def __getitem__(self, name: str) -> ImageRow:
        if name not in self._rows:
            self._rows[name] = _image_row(self._cells[name])
        return self._rows[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._cells)

    def __len__(self) -> int:
        return len(self._cells)

    def names_since(self, prefix: str, day: date) -> Iterator[str]:
        """The names that begin so, of images that had been built by a day."""
        last = day.isoformat()
        for name, cells in self._cells.items():
            if name.startswith(prefix) and cells["first"] and cells["first"] <= last:
                yield name


@cache
def catalogue() -> Catalogue:
    """The catalogue."""
    rows = {row["image"]: dict(row) for row in read_table("targets/images/images.csv")}
    inherited = ("os", "os_version", "libc", "libc_version", "platforms", "end_of_life")
    for row in rows.values():
        base = rows.get(row["base"], {})
        row.update({key: base[key] for key in inherited if base and not row[key]})
    return Catalogue(rows)


def _image_row(row: Mapping[str, str]) -> ImageRow:
    return ImageRow(
        image=row["image"],
        os=row["os"],
        os_version=row["os_version"],
        libc=Libc(row["libc"]),
        libc_version=row["libc_version"],
        platforms=_platforms(row["platforms"]),
        python=row["python"],
        python_from=row["python_from"],
        first=_date(row["first"]),
        last=_date(row["last"]),
        end_of_life=_date(row["end_of_life"]),
        compressed_mb=float(row["compressed_mb"]) if row["compressed_mb"] else None,
        uncompressed_mb=float(row["uncompressed_mb"]) if row["uncompressed_mb"] else None,
        has_compiler={"yes": True, "no": False}.get(row["has_compiler"]),
        notes=row["notes"],
        source=row["source"],
    )


@cache
def _platforms(cells: str) -> tuple[DockerPlatform, ...]:
    """The CPUs of a row; many rows have the same."""
    return tuple(map(_platform, cells.split()))


def _platform(cell: str) -> DockerPlatform:
    """``arm64`` or, with the days of its coming and going, ``s390x[2024-07-01..2026-08-04]``."""
    match = _PLATFORM.fullmatch(cell)
    assert match, cell  # the tables are checked by their tests
    return DockerPlatform(match["name"], _date(match["since"] or ""), _date(match["until"] or ""))


@cache
def moving_aliases() -> Mapping[str, tuple[tuple[date, str], ...]]:
    """Each moving name with what it meant since when, oldest first."""
    moves: dict[str, list[tuple[date, str]]] = {}
    for row in read_table("targets/images/aliases.csv"):
        since = _date(row["since"]) or date.min
        moves.setdefault(row["alias"], []).append((since, row["image"]))
    return {alias: tuple(sorted(history)) for alias, history in moves.items()}


@cache
def _date(cell: str) -> date | None:
    """An ISO date, or None for an empty cell."""
    return date.fromisoformat(cell) if cell else None
