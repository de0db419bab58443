"""A list of project names as the source of a survey: a page of the index for each."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from threading import Lock

import numpy as np
import pyarrow as pa
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from wheelcheck.errors import Unknown, UsageError
from wheelcheck.index import open_index
from wheelcheck.index.interface import Index, Project, Sdist, Wheel
from wheelcheck.requirements.requirement_set import IndexOptions
from wheelcheck.survey.dataset import Part
from wheelcheck.survey.releases.file_names import Integers
from wheelcheck.survey.releases.release_rows import release_tables, unknown_rows
from wheelcheck.survey.releases.sdist_verdicts import with_read_sdists
from wheelcheck.survey.releases.survey_releases import MISSING, FileRows, group_releases
from wheelcheck.survey.schema import FILES
from wheelcheck.survey.shards import JudgedShard
from wheelcheck.survey.survey_settings import SurveySettings

__all__ = ["NamesShard", "Wire", "names_shards", "read_names"]

NAMES_PER_SHARD = 500
_CONNECTIONS = 16
_NAME = re.compile(r"([A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9])", re.IGNORECASE)
"""A valid project name (PEP 508)."""
_ROWS_OF_SHARD = 1 << 32

File = Wheel | Sdist


@dataclass(frozen=True, slots=True)
class Wire:
    """How a survey asks an index: `per_second` bounds the requests of one process.

    `contact` is sent with every request, so that the operator of the index can reach the user.
    """

    options: IndexOptions
    cache_dir: Path | None
    offline: bool
    contact: str
    per_second: float


@dataclass(frozen=True, slots=True)
class NamesShard:
    """Some names of a list, in its order."""

    number: int
    names: tuple[NormalizedName, ...]
    wire: Wire

    @property
    def contents(self) -> list[object]:
        """Its names and where they are looked up."""
        options = self.wire.options
        indexes = [options.index_url, *options.extra_index_urls, *options.find_links]
        return [*self.names, indexes]

    def judge(self, settings: SurveySettings) -> JudgedShard:
        """Ask for each page and judge what it lists. Raises IndexUnreachable."""
        files: list[File] = []
        unknown: dict[str, str] = {}
        with open_index(
            self.wire.options,
            cache_dir=self.wire.cache_dir,
            offline=self.wire.offline,
            environ=os.environ,
            contact=self.wire.contact,
        ) as index:
            for name, answer in self._pages(index):
                if isinstance(answer, Unknown):
                    unknown[name] = answer.reason
                    continue
                found = _files_of(answer, settings)
                files += found
                if not found:
                    unknown[name] = "no file that counts"
            parts = list(self._parts(files, unknown, settings, index))
        notes = {"projects": len(self.names), "files": len(files), "unknown": unknown}
        return JudgedShard(iter(parts), notes)

    def _pages(self, index: Index) -> Iterator[tuple[NormalizedName, Project | Unknown]]:
        pace = _Pace(self.wire.per_second)

        def ask(name: NormalizedName) -> Project | Unknown:
            if not self.wire.offline:
                pace.wait()
            return index.project(name)

        with ThreadPoolExecutor(_CONNECTIONS) as pool:
            yield from zip(self.names, pool.map(ask, self.names), strict=True)

    def _parts(
        self, files: list[File], unknown: dict[str, str], settings: SurveySettings, index: Index
    ) -> Iterator[Part]:
        first = self.number * _ROWS_OF_SHARD
        rows = np.arange(first, first + len(files), dtype=np.int64)
        releases = group_releases(_file_rows(files, rows))
        selected = settings.selected(releases)
        yield Part("files", _file_table(files, rows))
        missing = dict(unknown_rows(unknown, settings.targets))
        for platform, table in release_tables(
            releases, settings.targets, selected, knows_yanked=True
        ):
            rows = with_read_sdists(table, index) if settings.read_sdists else table
            yield Part("releases", pa.concat_tables([rows, missing[platform]]), platform)


class _Pace:
    """Lets requests start no closer together than a rate allows, whichever thread sends them."""

    def __init__(self, per_second: float) -> None:
        self._pause = 1 / per_second
        self._next = 0.0
        self._lock = Lock()

    def wait(self) -> None:
        """Wait for one's turn."""
        with self._lock:
            now = time.monotonic()
            turn = max(self._next, now)
            self._next = turn + self._pause
        if turn > now:
            time.sleep(turn - now)


def read_names(lines: Iterable[str], source: str) -> tuple[NormalizedName, ...]:
    """One name a line; `#` begins a comment. Raises UsageError at a line that is no name."""
    names: dict[NormalizedName, None] = {}
    for number, line in enumerate(lines, start=1):
        text = line.split("#", 1)[0].strip()
        if not text:
            continue
        if not _NAME.fullmatch(text):
            raise UsageError(f"{source}:{number}: {text[:80]!r} is no project name")
        names[canonicalize_name(text)] = None
    if not names:
        raise UsageError(f"{source} names no project")
    return tuple(names)


def names_shards(names: Sequence[NormalizedName], wire: Wire) -> Iterator[NamesShard]:
    """Cut a list into shards."""
    source = iter(names)
    number = 0
    while some := tuple(islice(source, NAMES_PER_SHARD)):
        yield NamesShard(number, some, wire)
        number += 1


def _files_of(project: Project, settings: SurveySettings) -> list[File]:
    """The files to judge: of every release, or of the latest."""
    if settings.each_release:
        return [
            file
            for version in project.versions
            for file in _old_enough(project.files(version), settings.exclude_newer)
        ]
    fallbacks: list[list[File]] = [[], [], []]
    for version in project.versions:
        files = _old_enough(project.files(version), settings.exclude_newer)
        if not files:
            continue
        place = _standing(version, files)
        if place == 0:
            return files
        if not fallbacks[place - 1]:
            fallbacks[place - 1] = files
    return next((files for files in fallbacks if files), [])


def _standing(version: Version, files: Sequence[File]) -> int:
    """0 for a release that can be the latest; else how far it is behind such a release.

    The same order as `releases.group_releases` has: yanked releases last, final releases first.
    """
    yanked = all(file.yanked is not None for file in files)
    return 2 * yanked + version.is_prerelease


def _old_enough(files: Sequence[File], bound: datetime | None) -> list[File]:
    if bound is None:
        return list(files)
    return [file for file in files if file.upload_time is not None and file.upload_time < bound]


def _file_table(files: Sequence[File], rows: Integers) -> pa.Table:
    columns = {
        "row": rows,
        "name": [file.name for file in files],
        "version": [str(file.version) for file in files],
        "filename": [file.filename for file in files],
        "upload_time": [file.upload_time for file in files],
        "requires_python": [file.requires_python for file in files],
        "size": [file.size for file in files],
        "yanked": [file.yanked is not None for file in files],
    }
    return pa.table(columns, schema=FILES)


def _file_rows(files: Sequence[File], rows: Integers) -> FileRows:
    times = [
        MISSING if file.upload_time is None else round(file.upload_time.timestamp() * 1_000_000)
        for file in files
    ]
    sizes = [MISSING if file.size is None else file.size for file in files]
    return FileRows(
        projects=pa.array([file.name for file in files], pa.string()),
        filenames=pa.array([file.filename for file in files], pa.string()),
        rows=rows,
        upload_times=np.array(times, dtype=np.int64),
        sizes=np.array(sizes, dtype=np.int64),
        requires_python=pa.array([file.requires_python for file in files], pa.string()),
        yanked=np.array([file.yanked is not None for file in files], dtype=np.bool_),
    )
