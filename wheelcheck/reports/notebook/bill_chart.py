"""The chart of what installing costs, target by target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from wheelcheck.errors import UsageError
from wheelcheck.reports.notebook.palette import BAR, SOFT
from wheelcheck.reports.notebook.sheet import Sheet
from wheelcheck.reports.values.cost_values import Bill, Estimate
from wheelcheck.reports.values.report import Report
from wheelcheck.reports.values.target_values import TargetSummary
from wheelcheck.reports.wording.cost_phrases import (
    MULTI_STAGE,
    PEAK_MEMORY,
    SINGLE_STAGE,
    WALL_TIME,
    BillNumber,
    where_built,
)
from wheelcheck.reports.wording.phrases import counted
from wheelcheck.reports.wording.quantities import interval
from wheelcheck.reports.wording.report_phrases import ordered_targets
from wheelcheck.reports.wording.target_names import Places

__all__ = ["bill_chart"]

_ROW, _BAR = 0.36, 0.2
_PEAK = where_built(PEAK_MEMORY)
_NUMBERS: Mapping[str, BillNumber] = {
    "Time to install": WALL_TIME,
    "Peak memory": _PEAK,
    "Image, one stage": SINGLE_STAGE,
    "Image, several stages": MULTI_STAGE,
}


def bill_chart(report: Report) -> Figure:
    """A block of bars for each quantity that is known of some target, each on its own scale."""
    places = Places(report.targets)
    targets = [target for target in ordered_targets(report, places) if target.bill]
    bills = [target.bill for target in targets if target.bill]
    shown = {title: number for title, number in _NUMBERS.items() if any(map(number.of, bills))}
    if not shown:
        raise UsageError("there is nothing to draw: the report has no costs")
    sheet = Sheet(f"What it costs, on {counted(bills[0].cores, 'core')}")
    for title, number in shown.items():
        sheet.words(sheet.left, sheet.y, title, bold=True)
        sheet.y += 0.3
        _draw_block(sheet, number, targets, places)
    sheet.note("The line over a bar is the 80 % interval of the estimate.")
    return sheet.finished()


def _draw_block(
    sheet: Sheet, number: BillNumber, targets: Sequence[TargetSummary], places: Places
) -> None:
    """A bar for targets whose numbers read the same."""
    groups: dict[tuple[str, str], list[TargetSummary]] = {}
    for target in targets:
        assert target.bill
        groups.setdefault(_bill_words(target.bill, number), []).append(target)
    labels = [places.describe([summary.name for summary in members]) for members in groups.values()]
    known = [_largest(members, number) for members in groups.values()]
    start = sheet.left + min(max(map(sheet.measure, labels)), 3.6) + 0.15
    room = max(sheet.measure(f"{value} {between}", bold=True) for value, between in groups)
    scale = (sheet.right - room - 0.15 - start) / max(
        estimate.high for estimate in known if estimate
    )
    for label, estimate, (value, between) in zip(labels, known, groups, strict=True):
        sheet.words(start - 0.15, sheet.y, label, align="right")
        x = start + (_draw_bar(sheet, start, estimate, scale) if estimate else 0.0)
        x += sheet.words(x, sheet.y, value, bold=estimate is not None) + 0.08
        sheet.words(x, sheet.y, between, colour=SOFT, size=8.5)
        sheet.y += _ROW
    sheet.y += 0.08


def _largest(targets: Sequence[TargetSummary], number: BillNumber) -> Estimate | None:
    known = [number.of(target.bill) for target in targets if target.bill]
    return max(filter(None, known), key=lambda estimate: estimate.high, default=None)


def _draw_bar(sheet: Sheet, start: float, estimate: Estimate, scale: float) -> float:
    """Draw a bar with its interval; where words may follow it, from `start`."""
    low, at, high = (scale * value for value in (estimate.low, estimate.value, estimate.high))
    sheet.box(start, sheet.y, max(at, 0.015), _BAR, BAR)
    if high > low:
        sheet.whisker(start + low, start + high, sheet.y)
    return high + 0.12


def _bill_words(bill: Bill, number: BillNumber) -> tuple[str, str]:
    """The number and its interval, or why there is none."""
    estimate = number.of(bill)
    if estimate is None:
        return ("nothing is built" if number is _PEAK and not bill.builds else "not known"), ""
    before, behind = number.least([bill])
    value = f"{before}{number.words(estimate.value)}"
    return value, f"{interval(estimate, number.words)}{behind}".removeprefix(", ")
