"""The matrix, drawn: packages that matter in rows, targets in columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from wheelcheck.reports.text.text_page import TextPage
from wheelcheck.reports.values.report import Package, Report
from wheelcheck.reports.wording.grid import GAP, Block, Column, Shape, mark_on, shape
from wheelcheck.reports.wording.phrases import clean, listing

__all__ = ["draw_matrix"]

_MANY_ROWS = 16
_MOST_NAMES = 24
_WIDE_SIDE = 48


@dataclass(frozen=True, slots=True)
class _MatrixRow:
    """One line of the matrix: a package, or several that have the same verdicts everywhere."""

    package: Package
    label: Text


def draw_matrix(page: TextPage, report: Report, packages: Sequence[Package]) -> None:
    """Write the matrix of these packages, in bands where the page is too narrow for one."""
    rows = _rows(report, packages)
    natural = max(cell_len(row.label.plain) for row in rows)
    side = min(natural, max(20, page.width // 3))
    drawn = shape(report, packages, page.width - side - GAP)
    side = max(side, min(natural, page.width - GAP - drawn.width, _WIDE_SIDE))
    for i, band in enumerate(drawn.bands):
        if i:
            page.line()
        _draw_band(page, drawn, band, rows, side)
    if drawn.key:
        page.line()
    for number, words in drawn.key:
        page.labelled(Text(number.rjust(side), "bold"), words, side)
    if drawn.key:
        page.line()


def _rows(report: Report, packages: Sequence[Package]) -> list[_MatrixRow]:
    """A row each; where they are many, packages with the same verdicts share one."""
    if len(packages) <= _MANY_ROWS:
        return [_MatrixRow(package, _label(package)) for package in packages]
    groups: dict[tuple[str, ...], list[Package]] = {}
    for package in packages:
        pattern = tuple(mark_on(package, target.name).sign for target in report.targets)
        groups.setdefault(pattern, []).append(package)
    return [_MatrixRow(members[0], _shared_label(members)) for members in groups.values()]


def _label(package: Package) -> Text:
    versions = package.versions
    shown = versions[0] if len(versions) == 1 else f"({len(versions)} versions)" if versions else ""
    return Text.assemble((clean(package.name), "bold"), " ", (clean(shown), "dim"))


def _shared_label(packages: Sequence[Package]) -> Text:
    if len(packages) == 1:
        return _label(packages[0])
    names = [clean(package.name) for package in packages]
    return Text(listing(names, _MOST_NAMES), style="bold")


def _draw_band(
    page: TextPage, drawn: Shape, band: Sequence[Block], rows: Sequence[_MatrixRow], side: int
) -> None:
    for line in _heading(drawn, band, side):
        page.line(line)
    for row in rows:
        label, *more = page.wrapped(row.label, side)
        page.line(_padded(label, side) + _cells(drawn, band, row))
        for extra in more:
            page.line(extra)


def _heading(drawn: Shape, band: Sequence[Block], side: int) -> list[Text]:
    lines = []
    titles = max(len(block.titles) for block in band)
    for i in range(titles):
        line = Text(" " * side)
        for block in band:
            line.append(" " * GAP + set_cell_size(block.titles[i], block.width), style="bold")
        lines.append(line)
    height = max(len(column.heading) for block in band for column in block.columns)
    for i in range(height):
        corner = drawn.corner if i == height - 1 else ""
        line = Text(corner.rjust(side), style="dim")
        for block in band:
            line.append(" " * GAP)
            line.append(_fill(block, [_heading_at(column, i, height) for column in block.columns]))
        lines.append(line)
    return lines


def _heading_at(column: Column, line: int, height: int) -> Text:
    """Headings stand on the bottom line when they are shorter than others."""
    at = line - (height - len(column.heading))
    return _padded(Text(column.heading[at] if at >= 0 else "", style="bold"), column.width)


def _cells(drawn: Shape, band: Sequence[Block], row: _MatrixRow) -> Text:
    text = Text()
    for block in band:
        cells = []
        for column in block.columns:
            mark = mark_on(row.package, column.targets[0])
            shown = f"{mark.sign} {mark.word}" if drawn.words else mark.sign
            cells.append(_padded(Text(shown, style=mark.style), column.width))
        text.append(" " * GAP)
        text.append(_fill(block, cells))
    return text


def _fill(block: Block, cells: Sequence[Text]) -> Text:
    return _padded(Text(" ").join(cells), block.width)


def _padded(text: Text, width: int) -> Text:
    shown = text.copy()
    shown.append(" " * max(0, width - cell_len(text.plain)), style="default")
    return shown
