"""Put the page of a report together."""

from __future__ import annotations

from wheelcheck.reports.html.bill_table import bill_section
from wheelcheck.reports.html.dockerfile_section import dockerfile_section
from wheelcheck.reports.html.markup import Markup, element, joined
from wheelcheck.reports.html.matrix_table import matrix_section
from wheelcheck.reports.html.page_frame import asset, framed, script_of
from wheelcheck.reports.html.pool import encode
from wheelcheck.reports.html.sections import (
    advice_section,
    answer,
    facts_section,
    lost_section,
    obstacles_section,
    problems_section,
    refusals_section,
    skews_section,
    violations_section,
    why_section,
)
from wheelcheck.reports.html.view import view
from wheelcheck.reports.values.report import Report
from wheelcheck.reports.wording.headline import headline
from wheelcheck.reports.wording.report_phrases import index_moment, inputs
from wheelcheck.reports.wording.target_names import Places

__all__ = ["render_html"]

_SCRIPTS = ("dom", "data", "theme", "matrix", "details", "builds", "dockerfile", "start")


def render_html(report: Report) -> str:
    """The whole report as one HTML page that needs no network.

    Headline, matrix, costs and corrections are there without scripts; filters, details and build
    plans are drawn by the page's own. Whatever comes from an index or a file is text in it, never
    markup.
    """
    places = Places(report.targets)
    body = joined(
        answer(report),
        violations_section(report),
        refusals_section(report),
        matrix_section(report, places),
        dockerfile_section(report),
        why_section(report, places),
        lost_section(report, places),
        advice_section(report, places),
        bill_section(report, places),
        obstacles_section(report, places),
        _builds(report),
        skews_section(report, places),
        problems_section(report, places),
        facts_section(report, places),
    )
    return framed(
        title=joined(f"wheelcheck: {headline(report)}"),
        about=joined(f"{inputs(report)} · index {index_moment(report.as_of)}"),
        body=body,
        data=encode(view(report)),
        style=asset("page.css"),
        script=script_of(*_SCRIPTS),
    )


def _builds(report: Report) -> Markup | None:
    """The place of the build plans, which the script draws when they are opened."""
    if not any(plan.builds or plan.cycles for plan in report.builds):
        return None
    heading = element("h2", "Build plans", id="builds-title")
    hint = element("noscript", element("p", "The build plans are drawn by the page's script."))
    return element(
        "section",
        heading,
        hint,
        element("div", id="plans"),
        id="builds",
        aria_labelledby="builds-title",
    )
