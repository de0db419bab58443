"""Hold what is said of public Dockerfiles against what is true of their steps.

    python data/dockerfiles/public.py ANSWERS > data/dockerfiles/public_results.csv

ANSWERS is a folder with NUMBER.json (``--format json --no-advice``) and NUMBER.rc (the exit code)
of each file of `public.csv` and `public_later.csv`, judged in a checkout of its repository.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def verdict(answer: Mapping[str, Any], line: int) -> str:
    """What is said of the step at a line: fails, may fail, judged, or why it is not judged."""
    dockerfile = answer.get("dockerfile") or {}
    severities = {
        finding["severity"]
        for finding in dockerfile.get("findings", ())
        if finding["line"] == line
        and (finding["severity"] == "error" or finding["code"] == "step-may-fail")
    }
    if severities:
        return "fails" if "error" in severities else "may fail"
    steps = [step for step in dockerfile.get("steps", ()) if step["line"] == line]
    if any(not step["unjudged"] for step in steps):
        return "judged"
    if steps:
        return f"not judged: {steps[0]['unjudged']}"
    unread = [part["why"] for part in dockerfile.get("unread", ()) if part["line"] == line]
    return f"not followed: {unread[0]}" if unread else "nothing"


def main(folder: Path) -> None:
    """Write a row for each step of both lists."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["number", "line", "truth", "exit_code", "said"])
    for name in ("public.csv", "public_later.csv"):
        with (HERE / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                path = folder / f"{row['number']}.json"
                answer = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
                code = (folder / f"{row['number']}.rc").read_text(encoding="utf-8").strip()
                ours = verdict(answer, int(row["line"]))[:120]
                writer.writerow([row["number"], row["line"], row["truth"], code, ours])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
