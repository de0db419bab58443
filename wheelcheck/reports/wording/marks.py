"""How each verdict looks and reads: a mark, a word, a meaning and a colour; never colour alone."""

from __future__ import annotations

from msgspec import Struct

from wheelcheck.coverage.verdict import Verdict

__all__ = ["LOAD_GROUNDS", "LOAD_MARKS", "MARKS", "WORST_FIRST", "Mark", "to_ascii"]


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
LOAD_MARKS = {
    "needs": Mark("!", "needs libs", "comes as a wheel that needs system libraries", "bold yellow"),
    "no": Mark("‡", "never loads", "comes as a wheel that never loads there", "bold red"),
}
"""For wheels that do not load as the image is, by `Loading.status`."""
LOAD_GROUNDS = {"needs": Verdict.SOURCE_UNKNOWN, "no": Verdict.UNAVAILABLE}
"""The verdicts that wheels which do not load are as bad as, and coloured like."""

_ASCII = str.maketrans("✗▲△○·–‡�’", "XCcs.-#?'")


def to_ascii(text: str) -> str:
    """The same lines for a terminal or file that knows only ASCII: every column stays in place."""
    return text.translate(_ASCII)
