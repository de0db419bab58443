"""Advice by itself: what to change, the system packages to install, the corrected Dockerfile."""

from __future__ import annotations

from rich.text import Text

from wheelcheck.reports.text.advice_text import draw_advice
from wheelcheck.reports.text.builds_text import draw_recipes
from wheelcheck.reports.text.dockerfile_text import draw_correction, draw_findings
from wheelcheck.reports.text.report_text import draw_refusals
from wheelcheck.reports.text.text_page import TextPage
from wheelcheck.reports.values.report import Report
from wheelcheck.reports.wording.headline import headline
from wheelcheck.reports.wording.target_names import Places

__all__ = ["render_advice"]


def render_advice(report: Report, *, width: int = 100) -> str:
    """What to do, as lines of at most `width` columns; says so where nothing need be done."""
    page = TextPage(width, colour=False)
    places = Places(report.targets)
    page.prose(Text(headline(report)))
    draw_refusals(page, report)
    if report.dockerfile:
        draw_findings(page, report.dockerfile)
    draw_advice(page, report, places)
    draw_recipes(page, report, places)
    if report.dockerfile:
        draw_correction(page, report.dockerfile)
    if not (report.advice or report.builds or report.dockerfile or report.fails):
        page.line()
        page.prose("Nothing need be done: nothing compiles, and everything can be installed.")
    elif not report.advice:
        page.line()
        page.prose("No change was found that spares a source build.")
    return page.text()
