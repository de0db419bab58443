"""The matrix as a table: packages that matter, for readers without scripts.

The page's script draws it again, with all packages, filters and order, in the same classes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from wheelcheck.reports.html.markup import EMPTY, Markup, element, joined
from wheelcheck.reports.values.report import Package, Report
from wheelcheck.reports.values.target_values import TargetSummary
from wheelcheck.reports.wording.grid import ground_on, mark_on
from wheelcheck.reports.wording.marks import ground_of, in_order, mark_of
from wheelcheck.reports.wording.phrases import counted
from wheelcheck.reports.wording.reasons import rows_of
from wheelcheck.reports.wording.report_phrases import folded, ordered_targets, version_words
from wheelcheck.reports.wording.target_names import Places, platform_label, python_label

__all__ = ["matrix_section"]

MOST_WORDED = 4
"""Up to so many columns have room for words in their cells."""
MOST_UPRIGHT = 6
"""More columns than these have their images' names turned upright."""


def matrix_section(report: Report, places: Places) -> Markup:
    """The matrix of the packages that matter, its legend, and the names of all others."""
    if not report.packages or not report.targets:
        return EMPTY
    rows = rows_of(report)
    return element(
        "section",
        element("h2", "Packages × targets", id="matrix-title"),
        element("div", id="controls"),
        _table(report, rows, places) if rows else element("div", id="matrix-box"),
        _legend(report),
        _folded(report, rows),
        id="matrix",
        aria_labelledby="matrix-title",
    )


def _table(report: Report, rows: Sequence[Package], places: Places) -> Markup:
    targets = ordered_targets(report, places)
    worded = len(targets) <= MOST_WORDED
    is_grid = places.is_grid and len(targets) > 1
    head = _grid_head(targets) if is_grid else _named_head(targets)
    edges = [is_grid and _edge(targets, i) is not None for i in range(len(targets))]
    body = [_row(package, targets, edges, worded=worded) for package in rows]
    table = element(
        "table",
        element("caption", "Verdict of each package on each target", class_="unseen"),
        element("thead", head),
        element("tbody", body),
        class_="matrix worded" if worded else "matrix",
    )
    return element("div", table, id="matrix-box", tabindex="0", role="group", aria_label="Matrix")


def _grid_head(targets: Sequence[TargetSummary]) -> Markup:
    """Three lines: libc, architecture, Python."""
    corner = element("th", "Package", scope="col", rowspan=3, class_="corner")
    libcs = [
        element("th", libc, scope="colgroup", colspan=len(list(members)), class_="edge")
        for libc, members in groupby(targets, platform_label)
    ]
    archs = [
        element("th", arch, scope="colgroup", colspan=len(list(members)), class_="edge")
        for (_, arch), members in groupby(
            targets, lambda target: (platform_label(target), target.arch)
        )
    ]
    pythons = [
        element("th", python_label(target), scope="col", class_=_edge(targets, i))
        for i, target in enumerate(targets)
    ]
    return joined(
        element("tr", corner, libcs), element("tr", archs), element("tr", pythons, class_="axes")
    )


def _edge(targets: Sequence[TargetSummary], column: int) -> str | None:
    """Mark the first column of each block of libc and architecture."""
    blocks = [
        (platform_label(target), target.arch) for target in targets[max(column - 1, 0) : column + 1]
    ]
    return "edge" if column == 0 or blocks[0] != blocks[-1] else None


def _named_head(targets: Sequence[TargetSummary]) -> Markup:
    upright = len(targets) > MOST_UPRIGHT
    columns = [
        element("th", element("span", _breakable(target.name)), scope="col") for target in targets
    ]
    corner = element("th", "Package", scope="col", class_="corner")
    return element("tr", corner, columns, class_="upright" if upright else None)


def _breakable(name: str) -> Markup:
    """A name that may be broken after ``- : @ /``."""
    pieces = re.findall(r"[^-:@/]+[-:@/]*|[-:@/]+", name)
    return joined((piece, element("wbr")) for piece in pieces)


def _row(
    package: Package, targets: Sequence[TargetSummary], edges: Sequence[bool], *, worded: bool
) -> Markup:
    version = version_words(package)
    label = joined(package.name, " ", element("span", version, class_="version"))
    cells = []
    for target, is_edge in zip(targets, edges, strict=True):
        ground = ground_on(package, target.name).value
        mark = mark_on(package, target.name)
        kind = f"{ground} edge" if is_edge else ground
        if worded:
            cells.append(element("td", f"{mark.sign} {mark.word}", class_=kind))
        else:
            cells.append(element("td", mark.sign, class_=kind, aria_label=mark.word))
    return element("tr", element("th", label, scope="row"), cells)


def _legend(report: Report) -> Markup:
    """The signs that occur, and no others."""
    cells = (cell for package in report.packages for cell in package.on.values())
    grounds = {mark_of(cell): ground_of(cell) for cell in cells}
    items = [
        element("li", _sign(grounds[mark].value, mark.sign), " ", mark.meaning)
        for mark in in_order(grounds)
    ]
    return element("ul", items, class_="legend", aria_label="Signs")


def _sign(verdict: str, sign: str) -> Markup:
    return element("span", sign, class_=f"sign {verdict}", aria_hidden="true")


def _folded(report: Report, rows: Sequence[Package]) -> Markup | None:
    names, where = folded(report, rows)
    if not names:
        return None
    verb = "comes as a wheel" if len(names) == 1 else "come as wheels"
    text = " ".join(filter(None, (counted(len(names), "package"), verb, where)))
    return element(
        "details",
        element("summary", _sign("wheel", "·"), f" {text}"),
        element("p", ", ".join(names), class_="names"),
        class_="folded",
    )
