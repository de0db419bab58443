"""The bill for people: time, memory, downloads and image size, one line for like targets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from rich.cells import cell_len
from rich.text import Text

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.text.text_page import TextPage
from wheelcheck.reports.values.cost_values import Bill, Estimate
from wheelcheck.reports.values.report import Report
from wheelcheck.reports.wording.cost_phrases import (
    BUILD_TIME,
    MULTI_STAGE,
    PEAK_MEMORY,
    SINGLE_STAGE,
    WALL_TIME,
    BillNumber,
    at_least,
)
from wheelcheck.reports.wording.phrases import clean, counted
from wheelcheck.reports.wording.quantities import BASIS
from wheelcheck.reports.wording.target_names import Places

__all__ = ["draw_bill"]

_MOST_ROWS = 8
_MOST_LEFT_OUT = 6
_GAP = 2


@dataclass(frozen=True, slots=True)
class _BillRow:
    """Targets with the same builds, and their bills."""

    label: str
    bills: tuple[Bill, ...]


def draw_bill(page: TextPage, report: Report, places: Places) -> None:
    """Write what installing costs on each target, and what the numbers rest on."""
    all_rows = _rows(report, places)
    rows = all_rows[:_MOST_ROWS]
    bills = [bill for row in rows for bill in row.bills]
    if not any((bill.builds or bill.image) and not bill.failing for bill in bills):
        return
    page.heading(f"What it costs, on {counted(bills[0].cores, 'core')}")
    _draw_table(page, _table(rows, [line for line in _LINES if any(map(line.of, bills))]))
    left = len(all_rows) - len(rows)
    if left:
        page.prose(Text(f"and {counted(left, 'more group')} of targets: see --format json", "dim"))
    for words in (_bases(report), _not_priced(report, places), _omissions(bills)):
        if words:
            page.prose(Text(words, "dim"))


def _rows(report: Report, places: Places) -> list[_BillRow]:
    """A row for each target; where they are many, one for all that build the same."""
    billed = {
        summary.name: summary.bill
        for summary in report.targets
        if summary.bill and _installs(report, summary.name)
    }
    if len(billed) <= _MOST_ROWS:
        return [_BillRow(clean(name), (bill,)) for name, bill in billed.items()]
    groups: dict[tuple[tuple[str, ...], ...], list[str]] = {}
    for name, bill in billed.items():
        key = (bill.failing, _built(report, name))
        groups.setdefault(key, []).append(name)
    return [
        _BillRow(places.describe(names), tuple(billed[name] for name in names))
        for names in groups.values()
    ]


def _built(report: Report, target: str) -> tuple[str, ...]:
    """The names of what is built on a target."""
    plan = report.plan(target)
    return tuple(sorted({build.name for build in plan.builds})) if plan else ()


def _installs(report: Report, target: str) -> bool:
    """Whether anything at all is installed there: the price of nothing tells nobody anything."""
    nothing = {Verdict.NOT_REQUIRED, Verdict.UNAVAILABLE, Verdict.UNKNOWN}
    return any(
        target in package.on and package.on[target].verdict not in nothing
        for package in report.packages
    )


@dataclass(frozen=True, slots=True)
class _BillLine:
    title: str
    of: Callable[[Bill], Estimate | int | None]
    words: Callable[[Sequence[Bill]], str]


def _estimates(number: BillNumber, bills: Sequence[Bill]) -> str:
    return number.phrase(bills) or "not known"


def _builds(bills: Sequence[Bill]) -> str:
    numbers = sorted({bill.builds for bill in bills})
    return str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]}–{numbers[-1]}"


def _compile_time(bills: Sequence[Bill]) -> str:
    if not any(bill.builds for bill in bills):
        return "–"
    return _estimates(BUILD_TIME, bills)


def _peak(bills: Sequence[Bill]) -> str:
    if not any(bill.builds for bill in bills):
        return "–"
    text = _estimates(PEAK_MEMORY, bills)
    fits = {bill.fits_memory for bill in bills if bill.memory_bytes}
    if False in fits:
        return f"{text}: too much"
    return f"{text}: perhaps too much" if None in fits else text


def _image(number: BillNumber) -> Callable[[Sequence[Bill]], str]:
    """A Dockerfile's image has one of the two sizes alone: the other is not unknown."""

    def words(bills: Sequence[Bill]) -> str:
        sizes = [each.image.size if each.image else None for each in bills]
        none = all(sizes) and not any(map(number.of, bills))
        return "–" if none else at_least(bills) + _estimates(number, bills)

    return words


def _number(bill: Bill) -> int | None:
    return bill.builds or None


def _ending_number(bill: Bill) -> int | None:
    return None if bill.failing else _number(bill)


_LINES = (
    _BillLine("source builds", _number, _builds),
    _BillLine("time to build", _ending_number, _compile_time),
    _BillLine("peak memory", _ending_number, _peak),
    _BillLine("in all", WALL_TIME.of, partial(_estimates, WALL_TIME)),
    _BillLine("image of one stage", SINGLE_STAGE.of, _image(SINGLE_STAGE)),
    _BillLine("image of several", MULTI_STAGE.of, _image(MULTI_STAGE)),
)


def _table(rows: Sequence[_BillRow], lines: Sequence[_BillLine]) -> list[list[str]]:
    """A column for each row of targets, a line for each figure."""
    figures = [[line.title, *(_words(line, row.bills) for row in rows)] for line in lines]
    return [["", *(row.label for row in rows)], *figures]


def _words(line: _BillLine, bills: Sequence[Bill]) -> str:
    """A figure, where the builds come to an end."""
    if not all(bill.failing for bill in bills):
        return line.words(bills)
    return f"{_builds(bills)}, fails" if line.of is _number else "–"


def _draw_table(page: TextPage, table: Sequence[Sequence[str]]) -> None:
    """Write a table with a column for each target, in bands where the page is too narrow."""
    widths = [max(cell_len(row[i]) for row in table) for i in range(len(table[0]))]
    start = 1
    while start < len(widths):
        end, used = start + 1, widths[0] + _GAP + widths[start]
        while end < len(widths) and used + _GAP + widths[end] <= page.width:
            used += _GAP + widths[end]
            end += 1
        if start > 1:
            page.line()
        for number, row in enumerate(table):
            line = Text()
            for i in (0, *range(start, end)):
                style = "bold" if number == 0 else "dim" if i == 0 else ""
                line.append(row[i] + " " * (widths[i] - cell_len(row[i]) + _GAP), style=style)
            page.line(line)
        start = end


def _bases(report: Report) -> str:
    """What the costs of builds rest on."""
    priced = {target.name for target in report.targets if target.bill and not target.bill.failing}
    plans = [plan for plan in report.builds if plan.target in priced]
    builds = {build.label: build for plan in plans for build in plan.builds}
    costs = [build.cost.cpu_seconds if build.cost else None for build in builds.values()]
    counts = Counter(BASIS[cost.basis] if cost else "not known" for cost in costs)
    text = ", ".join(f"{number} {word}" for word, number in counts.items())
    return f"Costs of builds: {text}. In brackets: 80 % intervals." if counts else ""


def _not_priced(report: Report, places: Places) -> str:
    names = [
        target.name for target in report.targets if target.system != "linux" and not target.bill
    ]
    if not names:
        return ""
    described = places.describe(names)
    return f"Not priced: {described}. Builds are planned and priced for Linux only."


def _omissions(bills: Sequence[Bill]) -> str:
    """What is not in the numbers."""
    left = dict.fromkeys(clean(item) for bill in bills for item in bill.left_out)
    # What is not counted here matters more than what is never counted.
    always = ("choosing versions", "pulling the base image")
    here_first = sorted(left, key=lambda item: item.startswith(always))
    more = len(here_first) - _MOST_LEFT_OUT
    shown = here_first[:_MOST_LEFT_OUT] + ([f"and {more} more"] if more > 0 else [])
    return f"Not in these numbers: {'; '.join(shown)}." if left else ""
