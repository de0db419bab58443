"""The matrix as a table for spreadsheets and data frames: one row per package and target."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

from wheelcheck.reports.values.report import Cell, Package, Report
from wheelcheck.reports.values.target_values import TargetSummary
from wheelcheck.reports.wording.phrases import clean
from wheelcheck.reports.wording.target_names import python_label

__all__ = ["COLUMNS", "render_csv"]

COLUMNS = (
    "package",
    "target",
    "python",
    "libc",
    "libc_version",
    "arch",
    "version",
    "verdict",
    "reason",
    "file",
    "size",
    "upload_time",
    "yanked",
    "requested_by",
    "nearest_miss",
    "nearest_miss_part",
    "system",
    "loads",
    "lost_wheel",
    "build_fails",
)
_FORMULA = tuple("=+-@\t\r")


def render_csv(report: Report) -> str:
    """RFC 4180 with a heading, lines ending in CRLF; what is not known is empty.

    `requested_by` is separated by ``; ``. Text that a spreadsheet would take for a formula starts
    with an apostrophe.
    """
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for package in report.packages:
        for target in report.targets:
            if target.name in package.on:
                cells = _row(package, target, package.on[target.name])
                writer.writerow([_text(cell) for cell in cells])
    return text.getvalue()


def _row(package: Package, target: TargetSummary, cell: Cell) -> Iterator[object]:
    yield package.name
    yield target.name
    yield python_label(target)
    yield from (target.libc, target.libc_version, target.arch)
    yield from (cell.version, cell.verdict.value, cell.reason, cell.file, cell.size)
    yield from (cell.upload_time, cell.yanked, "; ".join(cell.requested_by))
    nearest = cell.misses[0] if cell.misses else None
    yield from (nearest.file, nearest.part) if nearest else ("", "")
    yield from (target.system, cell.loads.status if cell.loads else None)
    yield from (cell.lost.reason if cell.lost else None, cell.build_fails)


def _text(value: object) -> str:
    text = "" if value is None else clean(str(value))
    return f"'{text}" if text.startswith(_FORMULA) else text
