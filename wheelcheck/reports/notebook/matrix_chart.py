"""The matrix as a figure: a row for each package, a column for targets that agree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from matplotlib.figure import Figure

from wheelcheck.errors import UsageError
from wheelcheck.reports.notebook.palette import COLOURS, SOFT
from wheelcheck.reports.notebook.sheet import Sheet
from wheelcheck.reports.values.report import Package, Report
from wheelcheck.reports.wording.grid import Block, Column, Shape, ground_on, mark_on, shape
from wheelcheck.reports.wording.phrases import clean, counted
from wheelcheck.reports.wording.reasons import rows_of, without_unjudged
from wheelcheck.reports.wording.report_phrases import folded, version_words

__all__ = ["matrix_chart"]

_ROW, _BOX, _GAP = 0.27, 0.24, 0.14
_SIGN, _CHARACTER = 0.27, 0.074
"""Inches: the least width of a column, and of a character of a heading."""
_LEAST = 6.0
_MOST_ROWS = 60
_MOST_LABEL = 40
"""Characters of a package and its versions."""
_COLUMNS = 108
"""Characters of the widest band, which makes a figure of about ten inches."""


def matrix_chart(report: Report, *, every: bool = False) -> Figure:
    """Packages that do not come as wheels everywhere, or every package, on each target.

    Raises `UsageError` where there is nothing to draw.
    """
    if not report.packages or not report.targets:
        raise UsageError("there is nothing to draw: the report has no packages, or no targets")
    judged = without_unjudged(report)
    rows = list(judged.packages) if every else rows_of(judged) or list(judged.packages)
    shown = rows[:_MOST_ROWS]
    drawn = shape(judged, rows, _COLUMNS)
    labels = {row.name: _label(row) for row in shown}
    start = _widest(labels.values()) + 0.15
    keys = [f"{number}  {words}" for number, words in drawn.key]
    width = max(start + _width(band, drawn) for band in drawn.bands)
    width = max(_LEAST, width + 0.36, _widest(keys, size=8.5) + 0.36)
    sheet = Sheet("What comes as a wheel, package by package", width=width)
    sheet.marks(
        {mark_on(row, t.name): ground_on(row, t.name) for row in shown for t in judged.targets}
    )
    for band in drawn.bands:
        _draw_band(sheet, drawn, band, shown, labels, sheet.left + start)
        sheet.y += 0.14
    for words in keys:
        sheet.note(words)
    _rest(sheet, judged, rows, len(rows) - len(shown))
    return sheet.finished()


def _label(package: Package) -> str:
    label = clean(f"{package.name} {version_words(package)}".rstrip())
    return label if len(label) <= _MOST_LABEL else f"{label[: _MOST_LABEL - 1]}…"


def _widest(texts: Iterable[str], *, size: float = 9) -> float:
    """Inches of the longest text."""
    sheet = Sheet("")  # it measures alone
    return max((sheet.measure(text, size=size) for text in texts), default=0.0)


def _column_width(column: Column, drawn: Shape) -> float:
    return max(_SIGN, column.width * _CHARACTER + (0.16 if drawn.words else 0.06))


def _block_width(block: Block, drawn: Shape) -> float:
    columns = sum(_column_width(column, drawn) for column in block.columns)
    titles = max((len(title) for title in block.titles), default=0) * _CHARACTER
    return max(columns, titles)


def _width(band: Sequence[Block], drawn: Shape) -> float:
    return sum(_block_width(block, drawn) + _GAP for block in band)


def _draw_band(
    sheet: Sheet,
    drawn: Shape,
    band: Sequence[Block],
    rows: Sequence[Package],
    labels: dict[str, str],
    start: float,
) -> None:
    _draw_heads(sheet, drawn, band, start)
    for row in rows:
        sheet.words(start - 0.15, sheet.y, labels[row.name], align="right")
        x = start
        for block in band:
            _draw_cells(sheet, drawn, block, row, x)
            x += _block_width(block, drawn) + _GAP
        sheet.y += _ROW


def _draw_heads(sheet: Sheet, drawn: Shape, band: Sequence[Block], start: float) -> None:
    """Titles of blocks, then the headings of columns; the corner names what these are."""
    for line in range(len(band[0].titles)):
        x = start
        for block in band:
            sheet.words(x, sheet.y, block.titles[line], colour=SOFT, size=8.5)
            x += _block_width(block, drawn) + _GAP
        sheet.y += 0.2
    lines = max(len(column.heading) for block in band for column in block.columns)
    for line in range(lines):
        x = start
        if line == lines - 1 and drawn.corner:
            sheet.words(start - 0.15, sheet.y, drawn.corner, colour=SOFT, size=8.5, align="right")
        for block in band:
            at = x
            for column in block.columns:
                width = _column_width(column, drawn)
                heading = ("",) * (lines - len(column.heading)) + column.heading
                sheet.words(
                    at + width / 2, sheet.y, heading[line], colour=SOFT, size=8.5, align="center"
                )
                at += width
            x += _block_width(block, drawn) + _GAP
        sheet.y += 0.2 if line < lines - 1 else 0.27


def _draw_cells(sheet: Sheet, drawn: Shape, block: Block, row: Package, x: float) -> None:
    for column in block.columns:
        target, width = column.targets[0], _column_width(column, drawn)
        mark = mark_on(row, target)
        ground, ink = COLOURS[ground_on(row, target)]
        sheet.box(x + 0.015, sheet.y, width - 0.03, _BOX, ground)
        text = f"{mark.sign} {mark.word}" if drawn.words else mark.sign
        sheet.words(x + width / 2, sheet.y, text, colour=ink, size=8.5, bold=True, align="center")
        x += width


def _rest(sheet: Sheet, report: Report, rows: Sequence[Package], left: int) -> None:
    """What has no row."""
    if left > 0:
        sheet.note(f"and {counted(left, 'more package')}")
    names, where = folded(report, rows)
    if names:
        verb = "comes as a wheel" if len(names) == 1 else "come as wheels"
        sheet.note(f"{counted(len(names), 'package')} {verb} {where}".rstrip())
