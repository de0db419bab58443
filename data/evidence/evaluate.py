"""Compare the classifier with the measured truth of `labels.csv`.

    python evaluate.py --cache DIR [--held-out]

Sdists are downloaded (named ones only) to the cache; none of their text is kept here. Writes
`results.csv`, one row for each labelled sdist, and `confusion.md`. Without ``--held-out`` the rows
that were set aside are left out: they are looked at once, when the classifier is finished.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from packaging.version import Version

from wheelcheck.builds.classify import judge_source_build
from wheelcheck.builds.evidence import Classification
from wheelcheck.builds.sdist import read_sdist, wanted
from wheelcheck.builds.sdist_opinion import classify_sdist
from wheelcheck.errors import Unknown
from wheelcheck.index import open_index
from wheelcheck.index.model import Index, Sdist
from wheelcheck.requirements.model import IndexOptions

HERE = Path(__file__).parent
KINDS = ("pure", "optional", "native", "unknown")


@dataclass(frozen=True)
class Result:
    """One labelled sdist and what the classifier says of it, wheels hidden and visible."""

    name: str
    version: str
    held_out: str
    backend: str
    truth: str
    hidden: str
    confidence: str
    visible: str
    visible_confidence: str
    reason: str

    @property
    def miss(self) -> bool:
        """Whether the verdict is wrong: pure and optional share one."""
        return self.hidden != "unknown" and (self.hidden == "native") != (self.truth == "native")


def said(answer: Classification) -> str:
    """The verdict as one of `KINDS`."""
    if answer.optional_extensions:
        return "optional"
    return answer.verdict.value.removeprefix("source-")


def classify(index: Index, row: dict[str, str]) -> Result | None:
    """Both answers for one row; None where the sdist cannot be read."""
    project = index.project(row["name"])  # type: ignore[arg-type]
    if isinstance(project, Unknown):
        raise SystemExit(project.reason)
    files = project.files(Version(row["version"]))
    sdist = next(file for file in files if isinstance(file, Sdist))
    listing = index.listing(sdist, wanted)
    if isinstance(listing, Unknown):
        print(row["name"], row["version"], listing.reason)
        return None
    facts = read_sdist(listing)
    hidden = classify_sdist(facts)
    visible = judge_source_build(project, sdist, index)
    return Result(
        row["name"], row["version"], row["held_out"], facts.system.backend, row["truth"],
        said(hidden), hidden.confidence.value, said(visible), visible.confidence.value,
        hidden.reason,
    )  # fmt: skip


def figures(results: list[Result], title: str) -> Iterable[str]:
    """The confusion table and the two figures, wheels hidden, then the one with wheels visible."""
    decided = [one for one in results if one.hidden != "unknown"]
    right = [one for one in decided if not one.miss]
    same = [one for one in right if one.hidden == one.truth]
    seen = [one for one in results if (one.visible == "native") == (one.truth == "native")]
    yield f"## {title}: {len(results)} sdists"
    yield ""
    yield "| truth \\ said | " + " | ".join(KINDS) + " |"
    yield "| --- |" + " ---: |" * len(KINDS)
    counts = Counter((one.truth, one.hidden) for one in results)
    for truth in KINDS[:3]:
        yield f"| {truth} | " + " | ".join(str(counts[truth, kind]) for kind in KINDS) + " |"
    yield ""
    yield (
        f"Wheels hidden: right in {len(right)} of {len(decided)} decided"
        f" ({len(right) / len(decided):.1%}), undecided {len(results) - len(decided)}"
        f" ({1 - len(decided) / len(results):.1%}); optional told apart from the rest in"
        f" {len(same)} of {len(decided)} ({len(same) / len(decided):.1%})."
    )
    for level in ("strong", "weak"):
        of_level = [one for one in decided if one.confidence == level]
        fine = sum(not one.miss for one in of_level)
        yield f"Confidence {level}: right in {fine} of {len(of_level)}."
    yield f"Wheels visible: right in {len(seen)} of {len(results)}."
    yield ""


def main() -> None:
    """Write `results.csv` and `confusion.md`."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--cache", type=Path, required=True)
    arguments.add_argument("--held-out", action="store_true")
    given = arguments.parse_args()
    with (HERE / "labels.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["truth"]]
    if not given.held_out:
        rows = [row for row in rows if row["held_out"] == "0"]
    with open_index(IndexOptions(), cache_dir=given.cache) as index:
        results = [one for one in (classify(index, row) for row in rows) if one is not None]
    with (HERE / "results.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, [one.name for one in fields(Result)], lineterminator="\n")
        out.writeheader()
        out.writerows(asdict(one) for one in results)
    lines = ["# Classifier and truth", ""]
    lines += figures([one for one in results if one.held_out == "0"], "Looked at while writing")
    if given.held_out:
        lines += figures([one for one in results if one.held_out == "1"], "Held out")
        lines += figures(results, "All")
    lines += ["## Misses and confusions", "", "| sdist | truth | said | its reason |"]
    lines += ["| --- | --- | --- | --- |"]
    for one in results:
        if one.hidden != one.truth:
            mark = "**" if one.miss else ""
            lines.append(
                f"| {one.name} {one.version} | {one.truth} | {mark}{one.hidden}{mark}"
                f" ({one.confidence}) | {one.reason} |"
            )
    (HERE / "confusion.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
