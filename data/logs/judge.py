"""Hold what is read from logs against the causes that were written down before they were made.

python data/logs/judge.py            # the table, and results.csv

right: cause, package and missing thing are those that were written down; partly: one of them is
not; wrong: the cause is another. A failure that nothing is said of is "said so", for it is not
wrong in silence.
"""

from __future__ import annotations

import csv
import tomllib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wheelcheck.logs.log_failures import LogReading, read_log

HERE = Path(__file__).parent
SETS = {"cases": "real", "restated": "restated", "held_out": "held_out"}


def main() -> None:
    """Print how many are right, and write each case to results.csv."""
    rows = []
    for name, folder in SETS.items():
        counts: Counter[str] = Counter()
        for case in tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))["case"]:
            path = HERE / folder / f"{case['name']}.log"
            if path.exists():
                reading = read_log(path.read_text(encoding="utf-8"))
                row = {"set": name, "log": case["name"], **judged(case, reading)}
                counts[row["verdict"]] += 1
                rows.append(row)
        total = sum(counts.values())
        print(f"{name:9} {total:3} logs:", ", ".join(f"{n} {v}" for v, n in counts.most_common()))
    with (HERE / "results.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def judged(case: Mapping[str, Any], reading: LogReading) -> dict[str, str]:
    """The verdict on one log, and what was read beside what was written down."""
    failure = reading.failures[0] if reading.failures else None
    finding = failure.finding if failure else None
    package = str(failure.packages[0].name) if failure and failure.packages else ""
    read = (finding.cause.code if finding else "", package, finding.what if finding else "")
    wanted = (case["cause"], case["package"], case["missing"])
    agree = [want in {"", got} for want, got in zip(wanted, read, strict=True)]
    verdict = "said so" if finding is None else "wrong"
    if finding is not None and agree[0]:
        verdict = "right" if all(agree) else "partly"
    elif read[0] == case.get("also"):
        verdict = "partly"
    return {
        "verdict": verdict,
        "expected": " ".join(filter(None, wanted)),
        "read": " ".join(filter(None, read)),
        "python": reading.environment.python,
        "remark": case.get("remark", ""),
    }


if __name__ == "__main__":
    main()
