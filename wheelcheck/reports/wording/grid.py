"""The shape of the matrix: which columns stand for which targets, and how wide they are.

Three shapes, the first that fits the width:

- *named*: one column per target under its name, with words in the cells;
- *axes*: blocks of platform × CPU with one narrow column per Python; blocks that agree in every
  cell are drawn once, and where systems are mixed, in several bands if need be;
- *numbered*: targets that agree in every cell share a numbered column, and a key below tells which.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.values.report import Package, Report
from wheelcheck.reports.values.target_values import TargetSummary
from wheelcheck.reports.wording.marks import MARKS, Mark, ground_of, mark_of
from wheelcheck.reports.wording.phrases import clean
from wheelcheck.reports.wording.target_names import (
    Places,
    platform_label,
    python_label,
    python_order,
)

__all__ = ["GAP", "Block", "Column", "Shape", "ground_on", "mark_on", "shape", "verdict_on"]

GAP = 2
"""Columns of white space between blocks."""
_MOST_NAMED = 8
_MOST_BANDS = 4
_LONG_NAME, _SHORT_NAME = 30, 14


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the heading's lines, the targets it stands for (all alike), and its width."""

    heading: tuple[str, ...]
    targets: tuple[str, ...]
    width: int


@dataclass(frozen=True, slots=True)
class Block:
    """Neighbouring columns under common title lines (possibly none)."""

    titles: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def width(self) -> int:
        """Columns of the terminal that the block takes, titles included."""
        body = sum(column.width for column in self.columns) + len(self.columns) - 1
        return max([body, *map(cell_len, self.titles)])


@dataclass(frozen=True, slots=True)
class Shape:
    """All blocks in bands, one below the other, none wider than was asked.

    `words` says that the cells have room for words; `key` explains numbered columns.
    """

    bands: tuple[tuple[Block, ...], ...]
    words: bool = False
    key: tuple[tuple[str, str], ...] = ()
    corner: str = ""

    @property
    def width(self) -> int:
        """Columns of the terminal that the widest band takes."""
        return max(sum(block.width + GAP for block in band) - GAP for band in self.bands)


def verdict_on(package: Package, target: str) -> Verdict:
    """The verdict, where a target that the package does not mention does not require it."""
    cell = package.on.get(target)
    return cell.verdict if cell else Verdict.NOT_REQUIRED


def mark_on(package: Package, target: str) -> Mark:
    """How a package is marked on a target."""
    cell = package.on.get(target)
    return mark_of(cell) if cell else MARKS[Verdict.NOT_REQUIRED]


def ground_on(package: Package, target: str) -> Verdict:
    """The verdict whose colour a package has on a target."""
    cell = package.on.get(target)
    return ground_of(cell) if cell else Verdict.NOT_REQUIRED


def shape(report: Report, rows: Sequence[Package], width: int) -> Shape:
    """Lay out the report's targets for these rows, in at most `width` terminal columns."""
    by_axes = _axes(report, rows)
    for candidate in (*_named(report, rows), *by_axes):
        if candidate.width <= width:
            return candidate
    if len({target.system for target in report.targets}) > 1:
        for candidate in by_axes:
            banded = _in_bands(candidate, width)
            if banded.width <= width and len(banded.bands) <= _MOST_BANDS:
                return banded
    return _numbered(report, rows, width)


def _named(report: Report, rows: Sequence[Package]) -> list[Shape]:
    """The named shape with each name on one line, then with names broken into several."""
    if len(report.targets) > _MOST_NAMED:
        return []
    words = {mark_on(row, t.name).word for row in rows for t in report.targets}
    word_width = max((cell_len(word) + 2 for word in words), default=1)
    shapes = []
    for longest in (_LONG_NAME, max(word_width, _SHORT_NAME)):
        headings = {t.name: _broken(clean(t.name), longest) for t in report.targets}
        columns = (
            Column(heading, (name,), max([word_width, *map(cell_len, heading)]))
            for name, heading in headings.items()
        )
        shapes.append(Shape((tuple(Block((), (column,)) for column in columns),), words=True))
    return shapes


def _broken(name: str, width: int) -> tuple[str, ...]:
    """Break a target's name after ``- : @ /`` into lines of about `width`."""
    lines = [""]
    for piece in re.findall(r"[^-:@/]+[-:@/]*|[-:@/]+", name):
        if lines[-1] and cell_len(lines[-1] + piece) > width:
            lines.append("")
        lines[-1] += piece
    return tuple(lines)


def _axes(report: Report, rows: Sequence[Package]) -> list[Shape]:
    """The axes shape with Pythons spelled out, then with their minor version alone."""
    if not Places(report.targets).is_grid:
        return []
    groups: dict[tuple[str, str], list[TargetSummary]] = {}
    for target in report.targets:
        groups.setdefault((platform_label(target), target.arch), []).append(target)
    blocks = [
        Block(key, tuple(_python_column(target) for target in sorted(members, key=python_order)))
        for key, members in groups.items()
    ]
    merged = _merge(_merge(blocks, rows, axis=1), rows, axis=0)
    shapes = [Shape((tuple(merged),), corner="Python")]
    if all(target.python.startswith("3.") for target in report.targets):
        short = tuple(replace(b, columns=tuple(map(_without_major, b.columns))) for b in merged)
        shapes.append(Shape((short,), corner="Python 3."))
    return shapes


def _in_bands(drawn: Shape, width: int) -> Shape:
    """The same blocks, as many beside each other as the width holds."""
    bands: list[list[Block]] = [[]]
    for block in (block for band in drawn.bands for block in band):
        taken = sum(each.width + GAP for each in bands[-1])
        if bands[-1] and taken + block.width > width:
            bands.append([])
        bands[-1].append(block)
    return replace(drawn, bands=tuple(map(tuple, bands)))


def _python_column(target: TargetSummary) -> Column:
    label = python_label(target)
    return Column((label,), (target.name,), cell_len(label))


def _without_major(column: Column) -> Column:
    label = column.heading[0].replace("3.", "").replace("PyPy ", "pp")
    return replace(column, heading=(label,), width=cell_len(label))


def _merge(blocks: Sequence[Block], rows: Sequence[Package], axis: int) -> list[Block]:
    """Draw blocks once that agree in every cell and differ in this title line alone."""
    groups: dict[object, list[Block]] = {}
    for block in blocks:
        labels = tuple(column.heading for column in block.columns)
        cells = tuple(_pattern(rows, column.targets) for column in block.columns)
        groups.setdefault((block.titles[1 - axis], labels, cells), []).append(block)
    return [_union(members, axis) for members in groups.values()]


def _union(blocks: Sequence[Block], axis: int) -> Block:
    titles = list(blocks[0].titles)
    titles[axis] = ", ".join(block.titles[axis] for block in blocks)
    columns = (
        replace(same[0], targets=tuple(name for column in same for name in column.targets))
        for same in zip(*(block.columns for block in blocks), strict=True)
    )
    return Block(tuple(titles), tuple(columns))


def _pattern(rows: Sequence[Package], targets: Sequence[str]) -> tuple[str, ...]:
    return tuple(mark_on(row, targets[0]).sign for row in rows)


def _numbered(report: Report, rows: Sequence[Package], width: int) -> Shape:
    groups: dict[tuple[str, ...], list[str]] = {}
    for target in report.targets:
        groups.setdefault(_pattern(rows, [target.name]), []).append(target.name)
    describe: Callable[[Sequence[str]], str] = Places(report.targets).describe
    digits = len(str(len(groups)))
    columns = [
        Column((str(number),), tuple(names), digits)
        for number, names in enumerate(groups.values(), 1)
    ]
    per_band = max(1, (width + 1) // (digits + 1))
    bands = tuple(
        (Block((), tuple(columns[start : start + per_band])),)
        for start in range(0, len(columns), per_band)
    )
    key = tuple((column.heading[0], describe(column.targets)) for column in columns)
    return Shape(bands, key=key, corner="Targets")
