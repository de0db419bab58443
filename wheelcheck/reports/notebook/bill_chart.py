"""The chart of what installing costs, target by target."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from wheelcheck.errors import UsageError
from wheelcheck.reports.notebook.palette import BAR, SOFT
from wheelcheck.reports.notebook.sheet import Sheet
from wheelcheck.reports.values.cost_values import Bill, Estimate
from wheelcheck.reports.values.report import Report
from wheelcheck.reports.values.target_values import TargetSummary
from wheelcheck.reports.wording.cost_phrases import least
from wheelcheck.reports.wording.phrases import counted
from wheelcheck.reports.wording.quantities import duration, interval, size
from wheelcheck.reports.wording.report_phrases import ordered_targets
from wheelcheck.reports.wording.target_names import Places

__all__ = ["bill_chart"]

_ROW, _BAR = 0.36, 0.2
_MEMORY = "Peak memory"


@dataclass(frozen=True, slots=True)
class _Quantity:
    title: str
    of: Callable[[Bill], Estimate | None]
    words: Callable[[float], str]
    without: Callable[[Bill], Sequence[str]] = lambda _: ()
    """The builds that the estimate of a bill leaves out."""


_QUANTITIES = (
    _Quantity(
        "Time to install", lambda b: b.wall_seconds, duration, lambda b: b.builds_without_time
    ),
    _Quantity(
        _MEMORY,
        lambda bill: bill.peak_memory_bytes if bill.builds else None,
        size,
        lambda bill: bill.builds_without_memory,
    ),
    _Quantity("Image, one stage", lambda b: b.image.single_stage if b.image else None, size),
    _Quantity("Image, several stages", lambda b: b.image.multi_stage if b.image else None, size),
)


def bill_chart(report: Report) -> Figure:
    """A block of bars for each quantity that is known of some target, each on its own scale."""
    places = Places(report.targets)
    targets = [target for target in ordered_targets(report, places) if target.bill]
    bills = [target.bill for target in targets if target.bill]
    shown = [measure for measure in _QUANTITIES if any(measure.of(bill) for bill in bills)]
    if not shown:
        raise UsageError("there is nothing to draw: the report has no costs")
    sheet = Sheet(f"What it costs, on {counted(bills[0].cores, 'core')}")
    for quantity in shown:
        _draw_block(sheet, quantity, targets, places)
    sheet.note("The line over a bar is the 80 % interval of the estimate.")
    return sheet.finished()


def _draw_block(
    sheet: Sheet, quantity: _Quantity, targets: Sequence[TargetSummary], places: Places
) -> None:
    """A bar for targets whose numbers read the same."""
    sheet.words(sheet.left, sheet.y, quantity.title, bold=True)
    sheet.y += 0.3
    groups: dict[tuple[str, str], list[TargetSummary]] = {}
    for target in targets:
        assert target.bill
        groups.setdefault(_bill_words(target.bill, quantity), []).append(target)
    labels = [places.describe([summary.name for summary in members]) for members in groups.values()]
    known = [_largest(members, quantity) for members in groups.values()]
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


def _largest(targets: Sequence[TargetSummary], quantity: _Quantity) -> Estimate | None:
    known = [quantity.of(target.bill) for target in targets if target.bill]
    return max(filter(None, known), key=lambda estimate: estimate.high, default=None)


def _draw_bar(sheet: Sheet, start: float, estimate: Estimate, scale: float) -> float:
    """Draw a bar with its interval; where words may follow it, from `start`."""
    low, at, high = (scale * value for value in (estimate.low, estimate.value, estimate.high))
    sheet.box(start, sheet.y, max(at, 0.015), _BAR, BAR)
    if high > low:
        sheet.whisker(start + low, start + high, sheet.y)
    return high + 0.12


def _bill_words(bill: Bill, quantity: _Quantity) -> tuple[str, str]:
    """The number and its interval, or why there is none."""
    estimate = quantity.of(bill)
    if estimate is None:
        return (
            "nothing is built" if quantity.title == _MEMORY and not bill.builds else "not known"
        ), ""
    before, behind = least(quantity.without(bill))
    value = f"{before}{quantity.words(estimate.value)}"
    return value, f"{interval(estimate, quantity.words)}{behind}".removeprefix(", ")
