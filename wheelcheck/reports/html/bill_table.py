"""Target by target: how much comes as wheels, and what the rest costs, as bars in a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.html.markup import EMPTY, Markup, element, joined
from wheelcheck.reports.values.cost_values import Bill, Estimate
from wheelcheck.reports.values.report import Report
from wheelcheck.reports.values.target_values import TargetSummary
from wheelcheck.reports.wording.cost_phrases import (
    CPU_TIME,
    MULTI_STAGE,
    PEAK_MEMORY,
    SINGLE_STAGE,
    WALL_TIME,
    BillNumber,
    memory_words,
)
from wheelcheck.reports.wording.marks import BUILD_FAILS, GROUNDS, MARKS, Mark, marks_on
from wheelcheck.reports.wording.phrases import clean, counted
from wheelcheck.reports.wording.quantities import BASIS, duration, interval, size
from wheelcheck.reports.wording.report_phrases import ordered_targets
from wheelcheck.reports.wording.target_names import Places

__all__ = ["bill_section"]

_MOST_ROWS = 16
_WIDTH = 120  # of a bar, in units of its own


@dataclass(frozen=True, slots=True)
class _BarLine:
    """Targets with the same counts and the same bill."""

    targets: tuple[TargetSummary, ...]
    counts: Counter[Mark]
    bill: Bill | None


_COLUMNS: Mapping[str, BillNumber] = {
    "Time to install": WALL_TIME,
    "CPU time": CPU_TIME,
    "Peak memory": PEAK_MEMORY,
    "Image, one stage": SINGLE_STAGE,
    "Image, multi-stage": MULTI_STAGE,
}


def bill_section(report: Report, places: Places) -> Markup:
    """One line for targets that are alike; columns of which nothing is known are left out."""
    if not report.packages or not report.targets:
        return EMPTY
    lines = _lines(report, places)
    columns = {
        title: number
        for title, number in _COLUMNS.items()
        if any(line.bill and number.of(line.bill) for line in lines)
    }
    billed = any(line.bill for line in lines)
    first, rest = lines[:_MOST_ROWS], lines[_MOST_ROWS:]
    more = counted(sum(len(line.targets) for line in rest), "more target")
    return element(
        "section",
        element("h2", "What it costs" if columns else "Target by target", id="bill-title"),
        _caveat(lines) if billed else None,
        _table(places, first, lines, columns),
        element("details", element("summary", more), _table(places, rest, lines, columns))
        if rest
        else None,
        _left_out(lines, places),
        _image_parts(lines, places),
        id="bill",
        aria_labelledby="bill-title",
    )


def _lines(report: Report, places: Places) -> list[_BarLine]:
    groups: dict[tuple[object, Bill | None], list[TargetSummary]] = {}
    counts = {}
    for target in ordered_targets(report, places):
        found = counts[target.name] = marks_on(report, target.name)
        groups.setdefault((frozenset(found.items()), target.bill), []).append(target)
    return [
        _BarLine(tuple(members), counts[members[0].name], bill)
        for (_, bill), members in groups.items()
    ]


def _table(
    places: Places,
    lines: Sequence[_BarLine],
    scale: Sequence[_BarLine],
    columns: Mapping[str, BillNumber],
) -> Markup:
    """`scale` holds all lines, so that bars of several tables compare."""
    downloads = any(line.bill and line.bill.download_bytes is not None for line in scale)
    titles = ["Target", "Packages", *columns]
    head = element("tr", [element("th", title, scope="col") for title in titles])
    if downloads:
        head = element("tr", [element("th", t, scope="col") for t in [*titles, "Download"]])
    tops = [max(_highs(scale, each), default=1.0) or 1.0 for each in columns.values()]
    body = [
        element(
            "tr",
            _target_cell(line, places),
            element("td", _coverage(line.counts)),
            [
                element("td", _estimate(line.bill, number, top))
                for number, top in zip(columns.values(), tops, strict=True)
            ],
            element("td", _download(line.bill), class_="number") if downloads else None,
        )
        for line in lines
    ]
    caption = element("caption", "Verdicts and costs by target", class_="unseen")
    table = element("table", caption, element("thead", head), element("tbody", body), class_="bill")
    return element("div", table, class_="scroll", tabindex="0", role="group", aria_label="Costs")


def _highs(lines: Iterable[_BarLine], number: BillNumber) -> Iterable[float]:
    for line in lines:
        estimate = number.of(line.bill) if line.bill else None
        if estimate:
            yield max(estimate.high, estimate.value)


def _target_cell(line: _BarLine, places: Places) -> Markup:
    names = [target.name for target in line.targets]
    builds = line.bill.builds if line.bill else 0
    note = (
        f"{counted(builds, 'source build')}, {counted(line.bill.cores, 'core')}"
        if line.bill and builds
        else ""
    )
    return element(
        "th",
        places.describe(names),
        element("span", note, class_="version") if note else None,
        scope="row",
    )


def _coverage(counts: Counter[Mark]) -> Markup:
    """A bar of all that is needed on the target, trouble first, and the same in words."""
    total = counts.total() or 1
    parts, at, words = [], 0.0, []
    for mark in (each for each in GROUNDS if counts[each]):
        number, ground = counts[mark], GROUNDS[mark].value
        width = _WIDTH * number / total
        parts.append(
            element("rect", x=f"{at:.2f}", y=0, width=f"{width:.2f}", height=8, class_=ground)
        )
        words.append(
            element("span", element("b", f"{mark.sign} {number}"), f" {_noun(mark, number)}")
        )
        at += width
    return joined(element("div", words, class_="counts"), _svg(parts, 8))


_SEVERAL = {
    MARKS[Verdict.SOURCE_NATIVE]: "compile",
    MARKS[Verdict.SOURCE_PURE]: "build",
    MARKS[Verdict.WHEEL]: "wheels",
    BUILD_FAILS: "builds fail",
}


def _noun(mark: Mark, number: int) -> str:
    """``compile`` after several, ``compiles`` after one."""
    return mark.word if number == 1 else _SEVERAL.get(mark, mark.word)


def _estimate(bill: Bill | None, number: BillNumber, top: float) -> Markup:
    """The number, its interval, and both drawn: a bar with a whisker."""
    estimate = number.of(bill) if bill else None
    if bill is None or estimate is None or not estimate.high:
        return element("span", "–", class_="none")
    between = interval(estimate, number.words)
    known = ", ".join(filter(None, (BASIS[estimate.basis], estimate.source)))
    before, behind = number.least([bill])
    return joined(
        element("b", before, number.words(estimate.value), title=known),
        _bar(estimate, top),
        element("span", between, behind, class_="version") if between or behind else None,
        _more_words(bill, number),
    )


def _bar(estimate: Estimate, top: float) -> Markup:
    def at(value: float) -> float:
        return round(max(0.0, min(value / top, 1.0)) * (_WIDTH - 2), 2)

    low, high = at(estimate.low), at(estimate.high)
    parts = [element("rect", x=0, y=1, width=max(at(estimate.value), 1), height=8, class_="value")]
    if high > low:
        parts += [
            element("line", x1=low, x2=high, y1=5, y2=5),
            element("line", x1=low, x2=low, y1=2, y2=8),
            element("line", x1=high, x2=high, y1=2, y2=8),
        ]
    return _svg(parts, 10)


def _svg(parts: Sequence[Markup], height: int) -> Markup:
    return element(
        "svg",
        parts,
        viewBox=f"0 0 {_WIDTH} {height}",
        preserveAspectRatio="none",
        class_="bar",
        height=height,
        aria_hidden="true",
    )


def _more_words(bill: Bill, number: BillNumber) -> Markup | None:
    """Under the time, how much of it is building; under the memory, whether the machine has it."""
    building = bill.build_wall_seconds
    if number is WALL_TIME and building and building.high:
        return element("div", f"{duration(building.value)} of it building", class_="version")
    if number is PEAK_MEMORY and (words := memory_words(bill)):
        sign = "!" if bill.fits_memory is None else "✗"
        return element("div", f"{sign} {words}", class_="bad")
    return None


def _download(bill: Bill | None) -> str:
    return "–" if not bill or bill.download_bytes is None else size(bill.download_bytes)


def _caveat(lines: Sequence[_BarLine]) -> Markup:
    bases = {
        estimate.basis
        for line in lines
        for number in _COLUMNS.values()
        if line.bill and (estimate := number.of(line.bill))
    }
    estimated = bases - {"exact"}
    words = "The thin line over a bar is the 80 % interval of the estimate."
    return element("p", words, class_="note") if estimated else EMPTY


def _left_out(lines: Sequence[_BarLine], places: Places) -> Markup | None:
    """What the numbers do not have in them, each once, with its targets."""
    found: dict[str, list[str]] = {}
    for line in lines:
        for words in line.bill.left_out if line.bill else ():
            found.setdefault(clean(words), []).extend(target.name for target in line.targets)
    if not found:
        return None
    items = [element("li", f"{places.describe(on)}: {words}") for words, on in found.items()]
    return element(
        "details",
        element("summary", "Not in these numbers"),
        element("ul", items),
        open=len(items) <= 3,  # noqa: PLR2004 (as many as do not push the rest off the screen)
    )


def _image_parts(lines: Sequence[_BarLine], places: Places) -> Markup | None:
    rows = [
        element(
            "tr",
            element("th", places.describe([t.name for t in line.targets]), scope="row"),
            element("td", part),
            element("td", size(estimate.value), class_="number"),
            element("td", BASIS[estimate.basis]),
        )
        for line in lines
        if line.bill and line.bill.image
        for part, estimate in line.bill.image.parts
    ]
    if not rows:
        return None
    head = [element("th", t, scope="col") for t in ("Target", "Part", "Size", "How known")]
    table = element("table", element("thead", element("tr", head)), element("tbody", rows))
    box = element(
        "div", table, class_="scroll", tabindex="0", role="group", aria_label="Image parts"
    )
    return element("details", element("summary", "What the image is made of"), box)
