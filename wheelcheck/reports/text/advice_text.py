"""Advice, for people: what to change, what that does, its caveat."""

from __future__ import annotations

from rich.text import Text

from wheelcheck.reports.text.text_page import TextPage
from wheelcheck.reports.values.advice_values import Advice
from wheelcheck.reports.values.report import Report
from wheelcheck.reports.wording.cost_phrases import saved_words
from wheelcheck.reports.wording.phrases import clean, counted
from wheelcheck.reports.wording.target_names import Places

__all__ = ["draw_advice"]

_MOST = 5
_MOST_LINES = 24


def draw_advice(page: TextPage, report: Report, places: Places) -> None:
    """Write the advice, the most helpful first."""
    if not report.advice:
        return
    page.heading("What to do instead")
    for number, advice in enumerate(report.advice[:_MOST], 1):
        _draw(page, advice, number, places)
    left = len(report.advice) - _MOST
    if left > 0:
        page.prose(Text(f"and {counted(left, 'more change')}: see --format json", "dim"))


def _draw(page: TextPage, advice: Advice, number: int, places: Places) -> None:
    head = Text.assemble((f"{number} ", "dim"), (clean(advice.title), "bold green"))
    saved = saved_words(advice)
    head.append(f" for {places.describe(advice.targets)}{f': {saved}' if saved else ''}")
    page.prose(head, hang=2)
    for line in advice.change[:_MOST_LINES]:
        page.line(Text.assemble("    ", (clean(line), "cyan")))
    left = len(advice.change) - _MOST_LINES
    if left > 0:
        page.line(Text(f"    and {counted(left, 'more line')}", "dim"))
    page.prose(Text(clean(advice.evidence), "dim"), indent=2)
    if advice.caveat:
        page.prose(Text(f"caveat: {clean(advice.caveat)}", "dim"), indent=2)
