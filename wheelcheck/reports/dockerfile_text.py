"""A judged Dockerfile, for people."""

from __future__ import annotations

from rich.text import Text

from wheelcheck.reports.dockerfile import DockerfileFinding, JudgedDockerfile
from wheelcheck.reports.dockerfile_words import SIGNS, diffs, to_change, unjudged, worst_first
from wheelcheck.reports.page import Page
from wheelcheck.reports.phrases import clean

__all__ = ["draw_correction", "draw_findings"]

_STYLES = {"error": "bold red", "warning": "yellow", "note": "dim"}


def draw_findings(page: Page, dockerfile: JudgedDockerfile) -> None:
    """Write what was found in the file, what breaks it first, and what was not followed."""
    page.heading(f"What is found in {clean(dockerfile.name)}")
    for finding in worst_first(dockerfile):
        _draw(page, finding)
    if not dockerfile.findings:
        page.prose("Nothing to mend.")
    for told in unjudged(dockerfile):
        page.prose(Text(told, "dim"), hang=2)


def _draw(page: Page, finding: DockerfileFinding) -> None:
    sign = (f"{SIGNS[finding.severity]} ", _STYLES[finding.severity])
    text = Text.assemble(sign, (f"line {finding.line}", "bold"))
    text.append(f" ({clean(finding.stage)}): {clean(finding.message)}")
    text.append(f" [{clean(finding.code)}]", style="dim")
    page.prose(text, hang=2)
    for told in to_change(finding):
        page.prose(Text(told, "dim"), indent=2)


def draw_correction(page: Page, dockerfile: JudgedDockerfile) -> None:
    """Write the corrected file as diffs, to be applied by patch."""
    for diff in diffs(dockerfile):
        page.heading(diff.title)
        for line in diff.lines:
            style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
            page.line(Text(line, style))
    for remark in dockerfile.remarks:
        page.prose(f"! {clean(remark)}", hang=2)
