"""What was said against what happened: the table of a judgement, and every case that differs.

    python data/loading/compare.py results/answers-slim-held-out-c.csv \
        results/imports-slim-held-out-c.csv

A case fails where its own import ends in the loader's words or by a signal, or where at least half
of the public modules right below do. A case that ends for another reason is listed, to be decided
by its error's text (`--fails`), and not counted; nor is a case without a module to import. A
failing case was reported where its own wheel, or another of its resolution, is `needs` or
`no`; a case that loads is a false alarm where its own wheel is.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from pathlib import Path

FAILING = {"needs", "no"}


def main() -> None:
    """Print the table and the cases that differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("answers", type=Path)
    parser.add_argument("imports", type=Path)
    parser.add_argument("--fails", nargs="*", default=[], help="`other` cases that are failures")
    options = parser.parse_args()
    truth = {row["project"]: row for row in _rows(options.imports)}
    table: Counter[tuple[str, str]] = Counter()
    for row in _rows(options.answers):
        happened = truth.get(row["project"])
        by_hand = row["project"] in options.fails
        if happened is None or not (happened["modules"] or by_hand):
            continue
        ends = "fails" if by_hand else _ends(happened)
        ours = _judgement(row, fails=ends == "fails")
        table[ends, ours] += 1
        if (ends, ours) not in {("loads", "yes"), ("fails", "needs/no")}:
            words = happened["error"] or happened["below"]
            print(
                f"{row['project']}: {ends} ({words[:90]}), {ours}: {row['needs']} {row['reason']}"
            )
    for (ends, ours), count in sorted(table.items()):
        whole = sum(n for (other, _), n in table.items() if other == ends)
        print(f"{ends:6} {ours:16} {count:4} of {whole} = {count / whole:.1%}")


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _ends(row: dict[str, str]) -> str:
    failing, _, tried = row["below"].partition("/")
    half = failing.isdigit() and tried.isdigit() and int(tried) and int(failing) * 2 >= int(tried)
    if row["ends"] in {"library", "signal"} or half:
        return "fails"
    return "loads" if row["ends"] == "ok" else "other"


def _judgement(row: dict[str, str], *, fails: bool) -> str:
    if row["status"] in FAILING or (fails and row["others"]):
        return "needs/no"
    return "yes" if row["status"] in {"yes", "pure-wheel"} else row["status"]


if __name__ == "__main__":
    main()
