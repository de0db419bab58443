"""The colours of verdicts, where the page's style sheet does not reach."""

from __future__ import annotations

from wheelcheck.coverage.verdict import Verdict

__all__ = ["BAR", "COLOURS", "INK", "LINE", "PAPER", "SOFT"]

_WHEEL = ("#d3dfd4", "#3c4f41")
COLOURS = {
    Verdict.UNAVAILABLE: ("#8c1d18", "#ffffff"),
    Verdict.SOURCE_NATIVE: ("#f2a33a", "#2b1700"),
    Verdict.UNKNOWN: ("#b8a1e0", "#2a1250"),
    Verdict.SOURCE_UNKNOWN: ("#fbe3ad", "#4d3800"),
    Verdict.SOURCE_PURE: ("#cbe3f6", "#0b3a5b"),
    Verdict.WHEEL: _WHEEL,
    Verdict.PURE_WHEEL: _WHEEL,
    Verdict.NOT_REQUIRED: ("#f1f2ee", "#5c6167"),
}
"""Verdict → ground and ink, which contrast with each other whatever is around them."""

PAPER, INK, SOFT, LINE, BAR = "#fcfcfa", "#1c1e21", "#5c6167", "#e2e3de", "#5f86ab"
"""Of charts, which are light in dark notebooks too."""
