"""How each verdict looks and reads: a mark, a word, a meaning and a colour; never colour alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from msgspec import Struct

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.values.report import Cell, Report

__all__ = [
    "BUILD_FAILS",
    "GROUNDS",
    "LOAD_GROUNDS",
    "LOAD_MARKS",
    "MARKS",
    "WORST_FIRST",
    "Mark",
    "ground_of",
    "in_order",
    "mark_of",
    "marks_on",
    "to_ascii",
]


class Mark(Struct, frozen=True):
    """`sign` is one column wide; `word` fits a cell; `meaning` completes a legend."""

    sign: str
    word: str
    meaning: str
    style: str


_WHEEL = Mark("·", "wheel", "comes as a wheel", "green")
MARKS = {
    Verdict.UNAVAILABLE: Mark("✗", "no file", "no file fits: cannot be installed", "bold red"),
    Verdict.SOURCE_NATIVE: Mark("▲", "compiles", "compiles from source", "bold yellow"),
    Verdict.UNKNOWN: Mark("?", "unknown", "not found, or could not be judged", "bold magenta"),
    Verdict.SOURCE_UNKNOWN: Mark(
        "△", "may compile", "builds from source, perhaps compiling", "yellow"
    ),
    Verdict.SOURCE_PURE: Mark("○", "builds", "builds from source without a compiler", "cyan"),
    Verdict.WHEEL: _WHEEL,
    Verdict.PURE_WHEEL: _WHEEL,
    Verdict.NOT_REQUIRED: Mark("–", "not needed", "not needed there", "dim"),
}
WORST_FIRST = tuple(MARKS)
BUILD_FAILS = Mark(
    "✗", "build fails", "built from source, which fails: cannot be installed", "bold red"
)
LOAD_MARKS = {
    "needs": Mark("!", "needs libs", "comes as a wheel that needs system libraries", "bold yellow"),
    "no": Mark("‡", "never loads", "comes as a wheel that never loads there", "bold red"),
}
"""For wheels that do not load as the image is, by `Loading.status`."""
LOAD_GROUNDS = {"needs": Verdict.SOURCE_UNKNOWN, "no": Verdict.UNAVAILABLE}
"""The verdicts that wheels which do not load are as bad as, and coloured like."""
GROUNDS: Mapping[Mark, Verdict] = {
    MARKS[Verdict.UNAVAILABLE]: Verdict.UNAVAILABLE,
    BUILD_FAILS: Verdict.UNAVAILABLE,
    **{
        MARKS[verdict]: verdict
        for verdict in WORST_FIRST
        if verdict.is_source or verdict is Verdict.UNKNOWN
    },
    **{LOAD_MARKS[status]: LOAD_GROUNDS[status] for status in ("no", "needs")},
    _WHEEL: Verdict.WHEEL,
    MARKS[Verdict.NOT_REQUIRED]: Verdict.NOT_REQUIRED,
}
"""All marks, the worst first, with the verdicts that they are as bad as, and coloured like."""


def mark_of(cell: Cell) -> Mark:
    """How a cell is marked: by its verdict, or by a build that fails or a wheel that loads not."""
    if cell.build_fails:
        return BUILD_FAILS
    if cell.loads is not None and cell.loads.status in LOAD_MARKS:
        return LOAD_MARKS[cell.loads.status]
    return MARKS[cell.verdict]


def marks_on(report: Report, target: str) -> Counter[Mark]:
    """How often each mark, of what is needed there; a wheel is a wheel, whether it loads or not."""
    cells = (package.on.get(target) for package in report.packages)
    return Counter(
        BUILD_FAILS if cell.build_fails else MARKS[cell.verdict]
        for cell in cells
        if cell and cell.verdict is not Verdict.NOT_REQUIRED
    )


def ground_of(cell: Cell) -> Verdict:
    """The verdict that a cell is as bad as, and coloured like."""
    return GROUNDS[mark_of(cell)]


def in_order(present: Iterable[Mark]) -> list[Mark]:
    """Marks for a legend: of verdicts, the worst first, then of wheels that do not load."""
    found = set(present)
    return [mark for mark in _LEGEND if mark in found]


_LEGEND = (
    *(mark for mark in GROUNDS if mark not in LOAD_MARKS.values()),
    *LOAD_MARKS.values(),
)
_ASCII = str.maketrans("✗▲△○·–‡�’", "XCcs.-#?'")


def to_ascii(text: str) -> str:
    """The same lines for a terminal or file that knows only ASCII: every column stays in place."""
    return text.translate(_ASCII)
