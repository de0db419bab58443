"""Compare the classifier with the measured truth of `labels.csv`.

    python evaluate.py --cache DIR

Sdists are downloaded (those named only) to the cache; none of their text is kept here. Writes
`results.csv`, one row for each sdist, and `confusion.md`. The first answer for an sdist of a
hold-out goes to `first-look.csv` and is never rewritten: it is the fair estimate, because the
authors of a later change of the classifier have seen the set.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from packaging.utils import canonicalize_name
from packaging.version import Version

from wheelcheck.builds.evidence.backend_evidence import classify_sdist
from wheelcheck.builds.evidence.classification import Classification
from wheelcheck.builds.evidence.classify import judge_source_build
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.sdist_facts import read_sdist, wanted
from wheelcheck.errors import Unknown
from wheelcheck.index import open_index
from wheelcheck.index.interface import Index, Sdist
from wheelcheck.requirements.requirement_set import IndexOptions

HERE = Path(__file__).parent
KINDS = ("pure", "optional", "native", "unknown")
SETS = {
    "seen": "Looked at while writing the classifier",
    "aside": "Hold-out: set aside by a hash",
    "fresh": "Hold-out: fresh names",
    "reached": "Hold-out: what the example requirements reach",
}
Key = tuple[str, str]


@dataclass(frozen=True)
class Result:
    """What the classifier says of one sdist, wheels hidden and visible."""

    name: str
    version: str
    set: str
    backend: str
    hidden: str
    confidence: str
    visible: str
    visible_confidence: str
    reason: str

    @property
    def key(self) -> Key:
        """What `labels.csv` knows the sdist by."""
        return self.name, self.version


@dataclass(frozen=True)
class Judged:
    """A result beside its truth, and the group by the wheels of the release."""

    result: Result
    truth: str
    group: str

    @property
    def decided(self) -> bool:
        """Whether the classifier says anything."""
        return self.result.hidden != "unknown"

    @property
    def right(self) -> bool:
        """Whether the verdict is right: pure and optional share one."""
        return self.decided and (self.result.hidden == "native") == (self.truth == "native")

    @property
    def exact(self) -> bool:
        """Whether optional extension modules are distinguished as well."""
        return self.result.hidden == self.truth

    @property
    def seen_right(self) -> bool:
        """Whether the verdict is right with the wheels visible."""
        visible = self.result.visible
        return visible != "unknown" and (visible == "native") == (self.truth == "native")


def read(name: str) -> list[dict[str, str]]:
    """The rows of a table of this folder; none where it is not there yet."""
    path = HERE / name
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(name: str, results: Iterable[Result]) -> None:
    """Write results as a table of this folder."""
    with (HERE / name).open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, [row.name for row in fields(Result)], lineterminator="\n")
        out.writeheader()
        out.writerows(asdict(row) for row in results)


def summary(answer: Classification) -> str:
    """The verdict as one of `KINDS`."""
    if answer.optional_extensions:
        return "optional"
    return answer.verdict.value.removeprefix("source-")


def classify(index: Index, row: dict[str, str]) -> Result:
    """Both answers for one row."""
    project = index.project(canonicalize_name(row["name"]))
    if isinstance(project, Unknown):
        raise SystemExit(project.reason)
    files = project.files(Version(row["version"]))
    sdist = next(file for file in files if isinstance(file, Sdist))
    visible = judge_source_build(project, sdist, index)
    listing = index.listing(sdist, wanted)
    if isinstance(listing, Unknown):
        raise SystemExit(f"{row['name']} {row['version']}: {listing.reason}")
    facts = read_sdist(SdistContents(listing))
    hidden = classify_sdist(facts)
    return Result(
        row["name"], row["version"], row["set"], facts.system.backend,
        summary(hidden), hidden.confidence.value, summary(visible), visible.confidence.value,
        hidden.reason,
    )  # fmt: skip


def judged(results: Iterable[Result], labels: dict[Key, dict[str, str]]) -> list[Judged]:
    """Results beside the truth, where it is known."""
    found = []
    for result in results:
        label = labels.get(result.key)
        if label is not None and label["truth"]:
            tags = set(label["tags"].split("+"))
            group = "no wheel" if tags == {"none"} else "pure" if tags == {"pure"} else "platform"
            found.append(Judged(result, label["truth"], group))
    return found


def share(part: int, whole: int) -> str:
    """A fraction with its percentage."""
    return f"{part} of {whole} ({part / whole:.1%})" if whole else "none"


def figures(rows: Sequence[Judged], title: str) -> Iterator[str]:
    """The confusion table with wheels hidden, the figures, and those of each confidence."""
    decided = [each for each in rows if each.decided]
    groups = Counter(each.group for each in rows)
    yield f"## {title}"
    yield ""
    yield (
        f"{len(rows)} sdists: {groups['no wheel']} of releases without wheels,"
        f" {groups['platform']} beside platform wheels, {groups['pure']} beside pure wheels alone."
    )
    yield ""
    yield "| truth \\ said | " + " | ".join(KINDS) + " |"
    yield "| --- |" + " ---: |" * len(KINDS)
    counts = Counter((each.truth, each.result.hidden) for each in rows)
    for truth in KINDS[:3]:
        yield f"| {truth} | " + " | ".join(str(counts[truth, kind]) for kind in KINDS) + " |"
    yield ""
    yield f"- wheels hidden: right in {share(sum(each.right for each in decided), len(decided))}"
    yield f"- wheels hidden: undecided {share(len(rows) - len(decided), len(rows))}"
    exact = share(sum(row.exact for row in rows), len(rows))
    yield f"- wheels hidden: optional distinguished in {exact}"
    yield f"- wheels visible: right in {share(sum(each.seen_right for each in rows), len(rows))}"
    yield ""


def calibration(rows: Sequence[Judged]) -> Iterator[str]:
    """How often each confidence is right, wheels hidden and visible."""
    yield "| confidence | wheels hidden | wheels visible |"
    yield "| --- | ---: | ---: |"
    for level in ("certain", "strong", "weak"):
        hidden = [row for row in rows if row.result.confidence == level]
        visible = [row for row in rows if row.result.visible_confidence == level]
        yield (
            f"| {level} | {share(sum(row.right for row in hidden), len(hidden))}"
            f" | {share(sum(row.seen_right for row in visible), len(visible))} |"
        )
    yield ""


def misses(rows: Sequence[Judged], why: dict[Key, str]) -> Iterator[str]:
    """Every row whose verdict is wrong or open, or whose optional modules are not distinguished."""
    yield "| sdist | truth | said | its reason | why |"
    yield "| --- | --- | --- | --- | --- |"
    for row in rows:
        if not row.exact:
            it = row.result
            mark = "" if row.right else "**"
            yield (
                f"| {it.name} {it.version} | {row.truth} | {mark}{it.hidden}{mark}"
                f" ({it.confidence}) | {it.reason} | {why.get(it.key, '')} |"
            )
    yield ""


def report(first: Sequence[Result], now: Sequence[Result]) -> Iterator[str]:
    """All of `confusion.md`."""
    labels = {(row["name"], row["version"]): row for row in read("labels.csv")}
    why = {(row["name"], row["version"]): row["why"] for row in read("misses.csv")}
    looks = judged(first, labels)
    after = judged(now, labels)
    seen = [row for row in after if row.result.set == "seen"]
    yield "# Classifier and truth"
    yield ""
    yield "Written by `evaluate.py`; `README.md` says what the sets are and what `right` means."
    yield ""
    yield from figures(seen, SETS["seen"])
    yield from misses(seen, why)
    for name in list(SETS)[1:]:
        rows = [row for row in looks if row.result.set == name]
        yield from figures(rows, f"{SETS[name]}, first look")
        yield from misses(rows, why)
    yield from figures(looks, "All hold-outs, first look")
    held = [row for row in after if row.result.set != "seen"]
    yield from figures(held, "All hold-outs after mending what they showed (no longer unseen)")
    yield from misses(held, why)
    yield "## How often each confidence is right"
    yield ""
    yield "Hold-outs, first look:"
    yield ""
    yield from calibration(looks)
    yield "All sets, now:"
    yield ""
    yield from calibration(after)
    yield from figures(after, "All sets, now")


def main() -> None:
    """Write `results.csv`, what is new of `first-look.csv`, and `confusion.md`."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--cache", type=Path, required=True)
    given = arguments.parse_args()
    rows = read("sdists.csv")
    with (
        open_index(IndexOptions(), cache_dir=given.cache) as index,
        ThreadPoolExecutor(4) as pool,
    ):
        results = list(pool.map(lambda row: classify(index, row), rows))
    looked = {(each["name"], each["version"]): Result(**each) for each in read("first-look.csv")}
    first = [looked.get(each.key, each) for each in results if each.set != "seen"]
    write("first-look.csv", first)
    write("results.csv", results)
    text = "\n".join(report(first, results)).rstrip("\n") + "\n"
    (HERE / "confusion.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
