"""Read the tables of this folder, and ask wheelcheck about the wheels that they name."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from packaging.utils import parse_wheel_filename

from wheelcheck.errors import Unknown
from wheelcheck.index import open_index
from wheelcheck.index.interface import ArchiveListing, Index, Wheel
from wheelcheck.requirements.requirement_set import IndexOptions

HERE = Path(__file__).parent


def table(name: str) -> list[dict[str, str]]:
    """The rows of one table of this folder."""
    with (HERE / f"{name}.csv").open(newline="", encoding="utf-8") as text:
        return list(csv.DictReader(text))


def find_wheel(index: Index, filename: str) -> Wheel:
    """The wheel with that file name, as the index lists it."""
    name, version, *_ = parse_wheel_filename(filename)
    project = index.project(name)
    if isinstance(project, Unknown):
        raise LookupError(str(project))  # noqa: TRY004 (the index's answer, not a wrong type)
    return next(
        file
        for file in project.files(version)
        if isinstance(file, Wheel) and file.filename == filename
    )


def listings(
    filenames: Iterable[str], cache: Path
) -> Iterator[tuple[str, Wheel, ArchiveListing | Unknown]]:
    """Each wheel's directory, read from the default index by byte ranges."""
    with open_index(IndexOptions(), cache_dir=cache) as index, ThreadPoolExecutor(8) as threads:

        def look(filename: str) -> tuple[str, Wheel, ArchiveListing | Unknown]:
            wheel = find_wheel(index, filename)
            return filename, wheel, index.listing(wheel)

        yield from threads.map(look, dict.fromkeys(filenames))
