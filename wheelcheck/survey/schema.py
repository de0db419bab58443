"""The columns of a survey's dataset. `SCHEMA_VERSION` changes with them.

`data/survey/README.md` explains each column to readers of the dataset.
"""

from __future__ import annotations

import pyarrow as pa

__all__ = ["FILES", "FLEET", "FLEET_BILLS", "RELEASES", "SCHEMA_VERSION"]

SCHEMA_VERSION = 1

_TEXT = pa.dictionary(pa.int32(), pa.string())
_TIME = pa.timestamp("us", tz="UTC")

RELEASES = pa.schema(
    {
        "project": _TEXT,
        "version": _TEXT,
        "target": _TEXT,
        "verdict": _TEXT,
        "file": pa.int64(),
        "tag": _TEXT,
        "size": pa.int64(),
        "near_miss": _TEXT,
        "reason": _TEXT,
        "uploaded": _TIME,
        "has_sdist": pa.bool_(),
        "evidence": _TEXT,
        "yanked": pa.bool_(),
        "latest": pa.bool_(),
    },
    metadata={"wheelcheck-survey": f"releases {SCHEMA_VERSION}"},
)
"""One row for each project, release and target."""

FILES = pa.schema(
    {
        "row": pa.int64(),
        "name": pa.string(),
        "version": pa.string(),
        "filename": pa.string(),
        "upload_time": _TIME,
        "requires_python": pa.string(),
        "size": pa.int64(),
        "yanked": pa.bool_(),
    },
    metadata={"wheelcheck-survey": f"files {SCHEMA_VERSION}"},
)
"""The files that a survey by names has seen; `file` of a release row is the `row` here."""

FLEET = pa.schema(
    {
        "input": _TEXT,
        "target": _TEXT,
        "package": _TEXT,
        "version": _TEXT,
        "verdict": _TEXT,
        "reason": _TEXT,
        "file": pa.string(),
        "size": pa.int64(),
    },
    metadata={"wheelcheck-survey": f"fleet {SCHEMA_VERSION}"},
)
"""One row for each requirement file, target and package."""

FLEET_BILLS = pa.schema(
    {
        "input": _TEXT,
        "target": _TEXT,
        "status": _TEXT,
        "problem": pa.string(),
        "packages": pa.int32(),
        "source_builds": pa.int32(),
        "seconds": pa.float64(),
        "seconds_low": pa.float64(),
        "seconds_high": pa.float64(),
        "peak_memory_mb": pa.float64(),
        "image_mb": pa.float64(),
    },
    metadata={"wheelcheck-survey": f"bills {SCHEMA_VERSION}"},
)
"""One row for each requirement file and target: what installing it there costs."""
