"""A survey's folder: Parquet parts, and a manifest that says which shards are complete.

    releases/date=2026-11-28/platform=musllinux_aarch64/shard-00007.parquet
    files/date=2026-11-28/shard-00007.parquet        seen by a survey of names
    packages/… and bills/…                           by a survey of requirement files
    manifest/2026-11-28/survey.json                  the question
    manifest/2026-11-28/shard-00007.json             written last: the shard is complete

The folder may be any that fsspec opens. A part gets its name when it is written whole, and a shard
that is judged again writes the same parts again: a second start loses nothing and doubles nothing.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO

import fsspec
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from wheelcheck.errors import UsageError

__all__ = ["Dataset", "Part"]

_ROWS_PER_GROUP = 1 << 20
_MANIFEST = "manifest"


@dataclass(frozen=True, slots=True)
class Part:
    """One table of a shard: `kind` is its dataset, `platform` its partition, "" for none."""

    kind: str
    table: pa.Table
    platform: str = ""


class Dataset:
    """Reads and writes a survey's folder; `url` is a path or any URL that fsspec knows."""

    def __init__(self, url: str) -> None:
        try:
            self._fs, self._root = fsspec.core.url_to_fs(url)
        except (ValueError, ImportError) as error:
            raise UsageError(f"the folder {url} cannot be opened: {error}") from error
        self.url = url

    def days(self) -> tuple[date, ...]:
        """The days of which the folder has a survey, oldest first."""
        folder = f"{self._root}/{_MANIFEST}"
        if not self._fs.isdir(folder):
            return ()
        names = [path.rstrip("/").rsplit("/", 1)[-1] for path in self._fs.ls(folder, detail=False)]
        return tuple(sorted(day for name in names if (day := _day(name))))

    def begin(self, day: date, settings: dict[str, Any]) -> None:
        """Write the settings. Raises UsageError where that day's survey has others."""
        path = self._manifest(day, "survey")
        found = self._read_json(path)
        if found is not None and found != settings:
            keys = {*found, *settings}
            differing = sorted(key for key in keys if found.get(key) != settings.get(key))
            raise UsageError(
                f"{self.url} has a survey of {day} that differs in {', '.join(differing)}: "
                "name another folder, or remove it"
            )
        self._write_json(path, settings)

    def settings(self, day: date) -> dict[str, Any]:
        """The settings of the survey of a day; {} where there is none."""
        return self._read_json(self._manifest(day, "survey")) or {}

    def is_complete(self, day: date, shard: int, key: str) -> bool:
        """Whether the shard was judged, from what `key` stands for."""
        entry = self._read_json(self._manifest(day, _shard_name(shard)))
        return entry is not None and entry.get("key") == key

    def entries(self, day: date) -> tuple[dict[str, Any], ...]:
        """The manifest's entries of all complete shards, in order."""
        paths = sorted(self._fs.glob(f"{self._root}/{_MANIFEST}/{day}/shard-*.json"))
        return tuple(entry for path in paths if (entry := self._read_json(path)) is not None)

    def write_shard(
        self, day: date, shard: int, parts: Iterator[Part], entry: dict[str, Any]
    ) -> dict[str, Any]:
        """Write the parts, then the entry, with the rows of each kind, that makes them count."""
        rows: dict[str, int] = {}
        for part in parts:
            folder = f"{part.kind}/date={day}"
            if part.platform:
                folder += f"/platform={part.platform}"
            path = f"{self._root}/{folder}/{_shard_name(shard)}.parquet"
            with self._whole(path) as stream:
                _write_table(part.table, stream)
            rows[part.kind] = rows.get(part.kind, 0) + len(part.table)
        complete = entry | {"shard": shard, "rows": rows}
        self._write_json(self._manifest(day, _shard_name(shard)), complete)
        return complete

    def table(
        self, kind: str, day: date, columns: list[str], condition: ds.Expression | None = None
    ) -> pa.Table:
        """Columns of one day's rows of a kind; an empty table where there are none."""
        folder = f"{self._root}/{kind}/date={day}"
        if not self._fs.isdir(folder):
            return pa.table({name: pa.array([], pa.string()) for name in columns})
        found = ds.dataset(folder, filesystem=self._fs, format="parquet", partitioning="hive")
        return found.to_table(columns=columns, filter=condition)

    def _manifest(self, day: date, name: str) -> str:
        return f"{self._root}/{_MANIFEST}/{day}/{name}.json"

    @contextmanager
    def _whole(self, path: str) -> Iterator[BinaryIO]:
        """A file that appears under its name when all of it is written, and not before."""
        folder, name = path.rsplit("/", 1)
        temporary = (
            f"{folder}/.{name}.{uuid.uuid4().hex}"  # a dot: readers of datasets pass it over
        )
        self._fs.makedirs(folder, exist_ok=True)
        try:
            with self._fs.open(temporary, "wb") as stream:
                yield stream
            self._fs.mv(temporary, path)
        except BaseException:
            if self._fs.exists(temporary):
                self._fs.rm(temporary)
            raise

    def _write_json(self, path: str, value: object) -> None:
        with self._whole(path) as stream:
            stream.write(json.dumps(value, indent=1).encode())

    def _read_json(self, path: str) -> dict[str, Any] | None:
        if not self._fs.exists(path):
            return None
        with self._fs.open(path, "rb") as stream:
            found = json.loads(stream.read())
        return found if isinstance(found, dict) else None


def _shard_name(shard: int) -> str:
    return f"shard-{shard:05d}"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _write_table(table: pa.Table, stream: BinaryIO) -> None:
    coded = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]
    pq.write_table(
        table,
        stream,
        compression="zstd",
        compression_level=1,
        use_dictionary=coded,
        write_statistics=False,
        row_group_size=_ROWS_PER_GROUP,
    )
