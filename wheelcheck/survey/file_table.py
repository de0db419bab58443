"""A table of an index's files as the source of a survey: no request at all.

The table is Parquet, as PyPI's public dataset (BigQuery, ``distribution_metadata``) is exported: a
row a file, with ``name`` (or ``project``) and ``filename``; ``upload_time``, ``requires_python``,
``size`` and ``yanked`` where it has them. Rows of one project need not lie together.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from packaging.utils import canonicalize_name

from wheelcheck.errors import UsageError
from wheelcheck.survey.dataset import Part
from wheelcheck.survey.releases.file_names import Integers
from wheelcheck.survey.releases.release_rows import release_tables
from wheelcheck.survey.releases.survey_releases import MISSING, FileRows, group_releases
from wheelcheck.survey.shards import JudgedShard
from wheelcheck.survey.survey_settings import SurveySettings

__all__ = ["FileTable", "TableShard", "open_table", "table_shards"]

_ROWS_PER_BATCH = 250_000
_MOST_BUCKETS = 500  # files that are open at once
_NAMES = ("name", "project")
_OPTIONAL = ("upload_time", "requires_python", "size", "yanked")
_ROW = "row"


@dataclass(frozen=True, slots=True)
class FileTable:
    """Parquet files of one schema, in order; `columns` maps our names of columns to theirs."""

    paths: tuple[str, ...]
    columns: dict[str, str]
    rows: int


@dataclass(frozen=True, slots=True)
class Slice:
    """Rows `begin` to `end` of a Parquet file, whose first row is number `first` of the table."""

    path: str
    first: int
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class TableShard:
    """Whole projects of a table."""

    number: int
    slices: tuple[Slice, ...]
    columns: tuple[tuple[str, str], ...]

    @property
    def contents(self) -> list[object]:
        """Where its rows lie."""
        return [[part.path, part.begin, part.end] for part in self.slices]

    def judge(self, settings: SurveySettings) -> JudgedShard:
        """Judge the releases of its projects."""
        columns = dict(self.columns)
        table = pa.concat_tables([_read(part, columns) for part in self.slices])
        files = settings.old_enough(_file_rows(table.combine_chunks()))
        releases = group_releases(files)
        parts = (
            Part("releases", rows, platform)
            for platform, rows in release_tables(
                releases,
                settings.targets,
                settings.selected(releases),
                knows_yanked="yanked" in columns,
            )
        )
        notes = {
            "files": len(files),
            "projects": len(releases.projects),
            "releases": len(releases),
            "unreadable": dict(releases.unreadable),
        }
        return JudgedShard(parts, notes)


def open_table(source: Path, *, needs_times: bool) -> FileTable:
    """Look at a Parquet file, or a folder of them. Raises UsageError where a column is missing."""
    source = source.resolve()  # a cluster's workers may run in another folder
    paths = sorted(source.glob("*.parquet")) if source.is_dir() else [source]
    columns: dict[str, str] | None = None
    rows = 0
    for path in paths:
        try:
            with pq.ParquetFile(path) as file:
                found = _columns(file.schema_arrow, path, needs_times=needs_times)
                rows += file.metadata.num_rows
        except pa.ArrowInvalid as error:
            raise UsageError(f"{path} is no Parquet file: {error}") from error
        if columns is not None and found != columns:
            raise UsageError(f"{path} has other columns than {paths[0]}")
        columns = found
    if columns is None:
        raise UsageError(f"{source} has no Parquet file")
    return FileTable(tuple(map(str, paths)), columns, rows)


def _columns(schema: pa.Schema, path: Path, *, needs_times: bool) -> dict[str, str]:
    """Our names of the columns that there are → those of the file."""
    name = next((name for name in _NAMES if name in schema.names), None)
    missing = [] if name else ["name"]
    missing += [column for column in ("filename",) if column not in schema.names]
    if needs_times and "upload_time" not in schema.names:
        missing.append("upload_time")
    if name is None or missing:
        there = ", ".join(schema.names[:12])
        raise UsageError(f"{path} has no column {' and no '.join(missing)}; it has {there}")
    found = {"name": name, "filename": "filename"}
    return found | {column: column for column in _OPTIONAL if column in schema.names}


def table_shards(table: FileTable, scratch: Path, rows_per_shard: int) -> Iterator[TableShard]:
    """Cut a table into shards of whole projects, of about `rows_per_shard` rows each.

    Where a project's rows lie apart, all rows are first sorted into files in the folder `scratch`,
    which must stay until the shards are judged.
    """
    cuts = _cuts(table, rows_per_shard)
    if cuts is None:
        table = _sorted_into_buckets(table, scratch, rows_per_shard)
        cuts = _file_cuts(table)
    columns = tuple(table.columns.items())
    for number, slices in enumerate(cuts):
        yield TableShard(number, slices, columns)


def _cuts(table: FileTable, rows_per_shard: int) -> list[tuple[Slice, ...]] | None:
    """Runs of rows that end where a project ends; None where some project has more than one run."""
    seen: set[str] = set()
    last: str | None = None
    cuts: list[tuple[Slice, ...]] = []
    pending: list[Slice] = []
    size = first = 0
    for path in table.paths:
        with pq.ParquetFile(path) as file:
            begin = place = 0
            for group in range(file.num_row_groups):
                names = file.read_row_group(group, columns=[table.columns["name"]]).column(0)
                starts, run_names = _runs(names)
                for start, name in zip(starts.tolist(), run_names, strict=True):
                    if name == last:
                        continue
                    if name in seen:
                        return None
                    here = place + start
                    if size + here - begin >= rows_per_shard and here > begin:
                        cuts.append((*pending, Slice(path, first, begin, here)))
                        pending, size, begin = [], 0, here
                    seen.add(name)
                    last = name
                place += len(names)
            if place > begin:
                pending.append(Slice(path, first, begin, place))
                size += place - begin
            first += place
    return [*cuts, tuple(pending)] if pending else cuts


def _runs(names: pa.ChunkedArray) -> tuple[Integers, list[str]]:
    """Where each run of one name begins, and the name, normalised."""
    codes = pc.fill_null(names.combine_chunks(), "").dictionary_encode()
    numbers = codes.indices.to_numpy(zero_copy_only=False)
    starts = np.flatnonzero(np.diff(numbers, prepend=-1))
    spelled = [canonicalize_name(name) for name in codes.dictionary.to_pylist()]
    return starts, [spelled[number] for number in numbers[starts]]


def _file_cuts(table: FileTable) -> list[tuple[Slice, ...]]:
    cuts: list[tuple[Slice, ...]] = []
    for path in table.paths:
        with pq.ParquetFile(path) as file:
            cuts.append((Slice(path, MISSING, 0, file.metadata.num_rows),))
    return cuts


def _sorted_into_buckets(table: FileTable, scratch: Path, rows_per_shard: int) -> FileTable:
    """Write the rows into files that each have whole projects, with their row numbers."""
    count = max(1, min(-(-table.rows // rows_per_shard), _MOST_BUCKETS))
    scratch.mkdir(parents=True, exist_ok=True)
    paths = [str(scratch / f"bucket-{number:05d}.parquet") for number in range(count)]
    columns = dict(table.columns)
    writers: list[pq.ParquetWriter | None] = [None] * count
    first = 0
    for path in table.paths:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(_ROWS_PER_BATCH, columns=list(columns.values())):
                rows = pa.array(np.arange(first, first + len(batch), dtype=np.int64))
                first += len(batch)
                numbered = pa.Table.from_batches([batch]).append_column(_ROW, rows)
                for bucket, taken in _by_bucket(numbered, columns["name"], count):
                    writer = writers[bucket] or pq.ParquetWriter(
                        paths[bucket], numbered.schema, compression="lz4"
                    )
                    writers[bucket] = writer
                    writer.write_table(taken)
    written = []
    for path, writer in zip(paths, writers, strict=True):
        if writer is not None:
            writer.close()
            written.append(path)
    return FileTable(tuple(written), columns | {_ROW: _ROW}, table.rows)


def _by_bucket(table: pa.Table, name: str, count: int) -> Iterator[tuple[int, pa.Table]]:
    codes = pc.fill_null(table[name].combine_chunks(), "").dictionary_encode()
    spelled = codes.dictionary.to_pylist()
    buckets = np.array([zlib.crc32(canonicalize_name(text).encode()) % count for text in spelled])
    bucket_of = buckets[codes.indices.to_numpy(zero_copy_only=False)]
    order = np.argsort(bucket_of, kind="stable")
    table = table.take(pa.array(order))
    numbers, begins = np.unique(bucket_of[order], return_index=True)
    ends = np.append(begins[1:], len(order))
    for number, begin, end in zip(numbers.tolist(), begins, ends, strict=True):
        yield number, table.slice(begin, end - begin)


def _read(part: Slice, columns: dict[str, str]) -> pa.Table:
    """The rows of a slice under our names of columns, with their row numbers."""
    with pq.ParquetFile(part.path) as file:
        groups, skipped = _groups(file, part.begin, part.end)
        table = file.read_row_groups(groups, columns=list(columns.values()))
    table = table.slice(part.begin - skipped, part.end - part.begin)
    table = table.select(list(columns.values())).rename_columns(list(columns))
    if _ROW in columns:
        return table
    first = part.first + part.begin
    return table.append_column(_ROW, pa.array(np.arange(first, first + len(table), dtype=np.int64)))


def _groups(file: pq.ParquetFile, begin: int, end: int) -> tuple[list[int], int]:
    """The row groups that hold rows `begin` to `end`, and the rows before the first of them."""
    groups: list[int] = []
    skipped = place = 0
    for group in range(file.num_row_groups):
        after = place + file.metadata.row_group(group).num_rows
        if after > begin and place < end:
            if not groups:
                skipped = place
            groups.append(group)
        place = after
    return groups, skipped


def _file_rows(table: pa.Table) -> FileRows:
    def column(name: str, kind: pa.DataType) -> pa.Array:
        if name not in table.column_names:
            return pa.nulls(len(table), kind)
        found = table[name].combine_chunks()
        return found if found.type == kind else found.cast(kind)

    def numbers(name: str, kind: pa.DataType) -> Integers:
        values = column(name, kind).cast(pa.int64())
        filled: Integers = pc.fill_null(values, MISSING).to_numpy(zero_copy_only=False)
        return filled

    yanked = None
    if "yanked" in table.column_names:
        filled = pc.fill_null(column("yanked", pa.bool_()), fill_value=False)
        yanked = filled.to_numpy(zero_copy_only=False)
    return FileRows(
        projects=column("name", pa.string()),
        filenames=column("filename", pa.string()),
        rows=numbers(_ROW, pa.int64()),
        upload_times=numbers("upload_time", pa.timestamp("us", tz="UTC")),
        sizes=numbers("size", pa.int64()),
        requires_python=column("requires_python", pa.string()),
        yanked=yanked,
    )
