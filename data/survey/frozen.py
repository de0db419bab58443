"""Survey the frozen index of `data/index/`, offline: the example dataset of this folder.

python data/survey/frozen.py [FOLDER]
"""

from __future__ import annotations

import json
import lzma
import sys
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from wheelcheck.requirements.requirement_set import IndexOptions
from wheelcheck.survey.project_list import Wire
from wheelcheck.survey.settings import Settings
from wheelcheck.survey.surveying import run_survey
from wheelcheck.today import default_matrix

HERE = Path(__file__).resolve().parent
INDEX = HERE.parent / "index"
SCHEMA = pa.schema(
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


def file_table() -> pa.Table:
    """All files of the frozen index, as an export of an index's file table has them."""
    rows = []
    with lzma.open(INDEX / "projects.jsonl.xz", "rt", encoding="utf-8") as lines:
        for project in map(json.loads, lines):
            rows += [
                {
                    "name": project["name"],
                    "version": release["version"],
                    "filename": file["filename"],
                    "upload_time": datetime.fromisoformat(file["upload-time"]),
                    "requires_python": file.get("requires-python"),
                    "size": file.get("size"),
                    "yanked": file.get("yanked", False) is not False,
                }
                for release in project["releases"]
                for file in release["files"]
            ]
    return pa.Table.from_pylist(rows, SCHEMA)


def main() -> None:
    """Write the example."""
    folder = sys.argv[1] if len(sys.argv) > 1 else str(HERE / "frozen-index")
    recorded = json.loads((INDEX / "recorded.json").read_text(encoding="utf-8"))
    day = date.fromisoformat(recorded["recorded_on"])
    settings = Settings(targets=default_matrix(as_of=day), day=day)
    wire = Wire(IndexOptions(), None, offline=True, contact="", per_second=1)
    with TemporaryDirectory() as scratch:
        table = Path(scratch, "files.parquet")
        pq.write_table(file_table(), table)
        print(run_survey(table, folder, settings, wire, workers=1))


if __name__ == "__main__":
    main()
