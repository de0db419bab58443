"""Hold the closures that wheelcheck computes against what apt itself would install.

    python check_closures.py

Reads ``simulated.tsv`` (see ``simulate.py``) and writes ``closures.csv``: a row for every case,
with the packages that only one side has.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from wheelcheck.distributions.repository import Repository

HERE = Path(__file__).parent
COLUMNS = ("release", "recommends", "line", "result", "apt", "packages", "only_apt", "only_ours")


def judged(row: Mapping[str, str], repository: Repository, base: frozenset[str]) -> dict[str, str]:
    """One case: the same packages, or which differ."""
    recommends = row["recommends"] == "yes"
    ours = repository.closure(row["line"].split(), recommends=recommends, installed=base)
    refused = bool(ours.missing or ours.ambiguous)
    mine = frozenset() if refused else frozenset(ours.added)
    theirs = frozenset(row["packages"].split())
    agree = theirs == mine and refused is (row["result"] != "installs")
    return {
        "release": row["release"],
        "recommends": row["recommends"],
        "line": row["line"],
        "result": "same" if agree else "differs",
        "apt": row["result"],
        "packages": str(len(theirs)),
        "only_apt": " ".join(sorted(theirs - mine)),
        "only_ours": " ".join(sorted(mine - theirs)),
    }


def main() -> None:
    """Judge every recorded case and write the table."""
    with (HERE / "simulated.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    bases = {row["release"]: frozenset(row["packages"].split()) for row in rows if not row["line"]}
    repositories = {release: Repository(release) for release in bases}
    counts: Counter[tuple[str, str, str]] = Counter()
    found = [
        judged(row, repositories[row["release"]], bases[row["release"]])
        for row in rows
        if row["line"]
    ]
    with (HERE / "closures.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for row in sorted(found, key=lambda row: (row["release"], row["recommends"])):
            writer.writerow(row)
            counts[row["release"], row["recommends"], row["result"]] += 1
    for (release, recommends, result), count in sorted(counts.items()):
        print(f"Debian {release}, recommends {recommends}: {count} {result}")


if __name__ == "__main__":
    main()
