"""Surveys of the frozen index for the tests: as a table of files, and what came out as rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from frozen import FrozenIndex

from wheelcheck.requirements.requirement_set import IndexOptions
from wheelcheck.survey.project_list import Wire
from wheelcheck.survey.survey_settings import SurveySettings
from wheelcheck.today import parse_target

DAY = date(2026, 11, 28)
TARGETS = (
    "cp312-manylinux_2_17_x86_64",
    "cp313-manylinux_2_36_aarch64",
    "cp313t-manylinux_2_36_x86_64",
    "cp38-manylinux_2_31_x86_64",
    "cp314-musllinux_1_2_x86_64",
    "pp311-manylinux_2_36_x86_64",
)
FILES = pa.schema(
    {
        "name": pa.string(),
        "version": pa.string(),
        "filename": pa.string(),
        "upload_time": pa.timestamp("us", tz="UTC"),
        "requires_python": pa.string(),
        "size": pa.int64(),
        "yanked": pa.bool_(),
    }
)
OFFLINE = Wire(IndexOptions(), None, offline=True, contact="", per_second=1000)


def settings(*targets: str, **choices: Any) -> SurveySettings:
    named = [parse_target(target, as_of=DAY) for target in targets or TARGETS]
    return SurveySettings(targets=tuple(named), day=DAY, **choices)


def rows_of_frozen_index(names: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """Files of the frozen index, as an export of an index's file table has them."""
    index = FrozenIndex()
    return [
        {
            "name": name,
            "version": release.version,
            "filename": file["filename"],
            "upload_time": datetime.fromisoformat(file["upload-time"]),
            "requires_python": file.get("requires-python"),
            "size": file.get("size"),
            "yanked": file.get("yanked", False) is not False,
        }
        for name in (names if names is not None else index.names)
        for release in index.project(name).releases
        for file in release.files
    ]


def write_table(path: Path, rows: Sequence[dict[str, Any]], *, leave_out: str = "") -> Path:
    """Write such rows as Parquet, without a column if one is named; returns the path."""
    fields = [field for field in FILES if field.name != leave_out]
    table = pa.Table.from_pylist(
        [{f.name: row[f.name] for f in fields} for row in rows], pa.schema(fields)
    )
    pq.write_table(table, path, row_group_size=1000)
    return path


def surveyed_rows(folder: Path | str, kind: str = "releases") -> list[dict[str, Any]]:
    """All rows of a kind, in an order of their own."""
    table = ds.dataset(f"{folder}/{kind}", partitioning="hive").to_table()
    return sorted(table.to_pylist(), key=lambda row: tuple(map(str, row.values())))
