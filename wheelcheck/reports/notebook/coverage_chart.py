"""The chart of what comes as a wheel, target by target."""

from __future__ import annotations

from collections import Counter

from matplotlib.figure import Figure

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.errors import UsageError
from wheelcheck.reports.notebook.palette import COLOURS, SOFT
from wheelcheck.reports.notebook.sheet import Sheet
from wheelcheck.reports.values.report import Report
from wheelcheck.reports.wording.marks import GROUNDS, MARKS, Mark, marks_on
from wheelcheck.reports.wording.report_phrases import ordered_targets
from wheelcheck.reports.wording.target_names import Places

__all__ = ["coverage_chart"]

_ROW, _BAR = 0.34, 0.24


def coverage_chart(report: Report) -> Figure:
    """A bar for targets with the same counts, trouble first; bars are shares of what is needed."""
    if not report.packages or not report.targets:
        raise UsageError("there is nothing to draw: the report has no packages, or no targets")
    places = Places(report.targets)
    groups: dict[frozenset[tuple[Mark, int]], list[str]] = {}
    for target in ordered_targets(report, places):
        groups.setdefault(frozenset(marks_on(report, target.name).items()), []).append(target.name)
    sheet = Sheet("What comes as a wheel")
    sheet.marks({mark: GROUNDS[mark] for counts in groups for mark, _ in counts})
    labels = [places.describe(targets) for targets in groups.values()]
    start = sheet.left + min(max(map(sheet.measure, labels)), 3.6) + 0.15
    end = sheet.right - sheet.measure("000 of 000 wheels", size=8.5) - 0.12
    for label, counts in zip(labels, groups, strict=True):
        sheet.words(start - 0.15, sheet.y, label, align="right")
        _draw_bar(sheet, start, end, Counter(dict(counts)))
        sheet.y += _ROW
    return sheet.finished()


def _draw_bar(sheet: Sheet, start: float, end: float, counts: Counter[Mark]) -> None:
    total, x = counts.total(), start
    for mark in (each for each in GROUNDS if counts[each]):
        ground, ink = COLOURS[GROUNDS[mark]]
        width = (end - start) * counts[mark] / total
        sheet.box(x, sheet.y, width, _BAR, ground)
        labels = (f"{mark.sign} {counts[mark]}", mark.sign)
        fits = (
            wording
            for wording in labels
            if sheet.measure(wording, size=8.5, bold=True) < width - 0.03
        )
        middle = x + width / 2
        sheet.words(
            middle, sheet.y, next(fits, ""), colour=ink, size=8.5, bold=True, align="center"
        )
        x += width
    wheels = f"{counts[MARKS[Verdict.WHEEL]]} of {total} wheels" if total else "nothing is needed"
    sheet.words(end + 0.12, sheet.y, wheels, colour=SOFT, size=8.5)
