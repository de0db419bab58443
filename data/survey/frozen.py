"""Survey the frozen index of `data/index/`, offline: the example dataset of this folder.

python data/survey/frozen.py [FOLDER]
"""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve().parent
INDEX = HERE.parent / "index"
sys.path.insert(0, str(HERE.parents[1] / "tests" / "support"))

from surveyed import rows_of_frozen_index, write_table  # noqa: E402 (found there)

from wheelcheck.requirements.requirement_set import IndexOptions  # noqa: E402
from wheelcheck.survey.project_list import Wire  # noqa: E402
from wheelcheck.survey.survey_settings import SurveySettings  # noqa: E402
from wheelcheck.survey.surveying import run_survey  # noqa: E402
from wheelcheck.today import default_matrix  # noqa: E402


def main() -> None:
    """Write the example."""
    folder = sys.argv[1] if len(sys.argv) > 1 else str(HERE / "frozen-index")
    recorded = json.loads((INDEX / "recorded.json").read_text(encoding="utf-8"))
    day = date.fromisoformat(recorded["recorded_on"])
    settings = SurveySettings(targets=default_matrix(as_of=day), day=day)
    wire = Wire(IndexOptions(), None, offline=True, contact="", per_second=1)
    with TemporaryDirectory() as scratch:
        table = write_table(Path(scratch, "files.parquet"), rows_of_frozen_index())
        print(run_survey(table, folder, settings, wire, workers=1))


if __name__ == "__main__":
    main()
