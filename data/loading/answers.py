"""What wheelcheck says of each case, in the default mode with an empty cache.

    python data/loading/answers.py --target python:3.13-slim --out answers.csv

One row a case: the verdict on its own wheel, and what other wheels of its resolution need (an
import fails for them, too).
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from pathlib import Path

import wheelcheck
from wheelcheck.errors import WheelcheckError

FIELDS = ["list", "project", "version", "status", "needs", "packages", "others", "all_packages",
          "reason", "seconds"]  # fmt: skip


def main() -> None:
    """Ask about every case and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", required=True)
    parser.add_argument("--file", default="cases.csv", help="cases.csv or held_out.csv")
    parser.add_argument("--list", nargs="+", default=["resolved", "risk"])
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--load-check", default="quick")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    with Path(__file__).with_name(options.file).open(encoding="utf-8") as file:
        cases = [row for row in csv.DictReader(file) if row["list"] in options.list]
    for case in cases:
        stratum = case.pop("stratum", None)
        case["list"] += f"/{stratum}" if stratum else ""
    with options.out.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, FIELDS)
        table.writeheader()
        for case in cases:
            if options.only and case["project"] not in options.only:
                continue
            row = (
                dict.fromkeys(FIELDS, "")
                | case
                | _answer(case["project"], options.target, options.load_check)
            )
            table.writerow(row)
            file.flush()
            print(row["project"], row["status"], row["needs"], row["others"], file=sys.stderr)


def _answer(project: str, target: str, mode: str) -> dict[str, object]:
    start = time.monotonic()
    try:
        report = wheelcheck.check(
            project, targets=[target], only_binary=[":all:"], cache_dir=None, advice=False,
            load_check=mode,
        )  # fmt: skip
    except WheelcheckError as error:
        return {"status": "error", "reason": str(error)}
    name = report.targets[0].name
    cells = {package.name: package.on[name] for package in report.packages}
    own = cells.get(project)
    if own is None:
        return {"status": "unknown", "reason": "; ".join(p.message for p in report.problems)}
    failing = {
        other: cell.loads
        for other, cell in cells.items()
        if other != project and cell.loads and cell.loads.status in {"needs", "no"}
    }
    loads = own.loads
    packages = list(loads.packages) if loads else []
    everything = dict.fromkeys(
        [*packages, *(p for each in failing.values() for p in each.packages)]
    )
    return {
        "version": own.version or "",
        "status": loads.status if loads else own.verdict.value,
        "needs": " ".join(loads.needs) if loads else "",
        "packages": " ".join(packages),
        "others": " ".join(failing),
        "all_packages": " ".join(everything),
        "reason": loads.reason if loads else "",
        "seconds": round(time.monotonic() - start, 1),
    }


if __name__ == "__main__":
    main()
