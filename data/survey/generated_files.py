"""Generate a table of files as large as an index, to measure surveys of tables.

    python data/survey/generated_files.py 15000000 /tmp/files.parquet [--shuffled]

700,000 projects in 15 million rows, in proportion for other numbers: 21.4 files a project. Of the
projects 6.5 % are copies of projects with platform wheels of the frozen index (`data/index/`) under
new names (142 files each on the average, with their tags, sizes, times and Requires-Python as
published); the others have 1 to 13 releases (6.5 on the average) of an sdist and a pure wheel.
Seeded: the same count gives the same rows.
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

FROZEN = Path(__file__).resolve().parent.parent / "index" / "projects.jsonl.xz"
PLATFORM_SHARE = 0.065
MOST_RELEASES = 13
ROWS_PER_GROUP = 250_000
PYTHONS = (">=3.8", ">=3.9", ">=3.10", ">=3.6", ">=3.7,<4.0", None)
FIRST_DAY = datetime(2012, 1, 1, tzinfo=UTC)
DAYS = 5_400
SCHEMA = pa.schema(
    {
        "name": pa.string(),
        "version": pa.string(),
        "filename": pa.string(),
        "upload_time": pa.timestamp("us", tz="UTC"),
        "requires_python": pa.string(),
        "size": pa.int64(),
    }
)

Row = tuple[str, str, str, datetime | None, str | None, int]


def platform_projects() -> list[list[tuple[str, str, datetime | None, str | None, int]]]:
    """Files of the frozen projects with platform wheels; names without the project's own."""
    found = []
    with lzma.open(FROZEN, "rt", encoding="utf-8") as lines:
        for project in map(json.loads, lines):
            files = [(r["version"], file) for r in project["releases"] for file in r["files"]]
            if any(not file["filename"].endswith(("any.whl", ".gz", ".zip")) for _, file in files):
                found.append(
                    [
                        (
                            version,
                            _ending(file["filename"], version),
                            datetime.fromisoformat(file["upload-time"]),
                            file.get("requires-python"),
                            file.get("size") or 0,
                        )
                        for version, file in files
                    ]
                )
    return found


def _ending(filename: str, version: str) -> str:
    if filename.endswith(".whl"):
        return filename.split("-", 1)[1]
    return f"{version}.tar.gz"


def rows(count: int) -> Iterator[Row]:
    """At least as many rows as asked for, project by project."""
    draw = random.Random(20261128)
    templates = platform_projects()
    number = made = 0
    while made < count:
        name = f"gen-{number:06d}"
        stem = name.replace("-", "_")
        number += 1
        if draw.random() < PLATFORM_SHARE:
            for version, ending, time, requires, size in draw.choice(templates):
                yield name, version, f"{stem}-{ending}", time, requires, size
                made += 1
            continue
        requires = draw.choice(PYTHONS)
        time = FIRST_DAY + timedelta(days=draw.random() * DAYS)
        for minor in range(draw.randint(1, MOST_RELEASES)):
            version = f"{draw.randint(0, 3)}.{minor}.{draw.randint(0, 30)}"
            time += timedelta(days=draw.random() * 60)
            size = draw.randint(3_000, 900_000)
            yield name, version, f"{stem}-{version}-py3-none-any.whl", time, requires, size
            yield name, version, f"{stem}-{version}.tar.gz", time, requires, size * 2
            made += 2


def write(count: int, path: Path, *, shuffled: bool) -> None:
    """Write the table; `shuffled` mixes the rows of each million, as an export may."""
    draw = random.Random(1)
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        source = rows(count)
        done = 0
        while done < count:
            take = min(1_000_000 if shuffled else ROWS_PER_GROUP, count - done)
            batch = list(islice(source, take))
            if shuffled:
                draw.shuffle(batch)
            columns = [
                pa.array(column, field.type)
                for column, field in zip(zip(*batch, strict=True), SCHEMA, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=SCHEMA))
            done += len(batch)


def main() -> None:
    """Write a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int)
    parser.add_argument("path", type=Path)
    parser.add_argument("--shuffled", action="store_true")
    options = parser.parse_args()
    write(options.count, options.path, shuffled=options.shuffled)


if __name__ == "__main__":
    main()
