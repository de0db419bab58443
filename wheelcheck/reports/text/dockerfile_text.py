"""A judged Dockerfile, for people."""

from __future__ import annotations

from rich.text import Text

from wheelcheck.reports.text.text_page import TextPage
from wheelcheck.reports.values.dockerfile_values import DockerfileFinding, JudgedDockerfile
from wheelcheck.reports.wording.dockerfile_phrases import (
    SIGNS,
    diffs,
    nothing_found,
    step_notes,
    to_change,
    worst_first,
)
from wheelcheck.reports.wording.phrases import clean

__all__ = ["draw_correction", "draw_findings"]

_CUT = "..."
"""Where an excerpt goes on; a sign that any terminal has."""

_STYLES = {"error": "bold red", "warning": "yellow", "note": "dim"}


def draw_findings(page: TextPage, dockerfile: JudgedDockerfile) -> None:
    """Write what was found in the file, what breaks it first, and what was not followed."""
    page.heading(f"What is found in {clean(dockerfile.name)}")
    shown: set[int] = set()
    for finding in worst_first(dockerfile):
        _draw(page, finding, excerpt=finding.line not in shown)
        shown.add(finding.line)
    if not dockerfile.findings:
        page.prose(nothing_found(dockerfile))
    for note in step_notes(dockerfile):
        page.prose(Text(note, "dim"), hang=2)


def _draw(page: TextPage, finding: DockerfileFinding, *, excerpt: bool) -> None:
    sign = (f"{SIGNS[finding.severity]} ", _STYLES[finding.severity])
    text = Text.assemble(sign, (f"line {finding.line}", "bold"))
    text.append(f" ({clean(finding.stage)}): {clean(finding.message)}")
    text.append(f" [{clean(finding.code)}]", style="dim")
    page.prose(text, hang=2)
    if excerpt and finding.excerpt:
        page.line(_excerpt(finding, page.width))
    for change in to_change(finding):
        page.prose(Text(change, "dim"), indent=2)


def _excerpt(finding: DockerfileFinding, width: int) -> Text:
    """The line of the file behind its number, cut to the width: ``7 | RUN pip install …``."""
    gutter = f"    {finding.line} | "
    line = Text(clean(finding.excerpt))
    room = width - len(gutter)
    if line.cell_len > room:
        line.truncate(room - len(_CUT))
        line.append(_CUT)
    return Text.assemble((gutter, "blue"), line)


def draw_correction(page: TextPage, dockerfile: JudgedDockerfile) -> None:
    """Write the corrected file as diffs, to be applied by patch."""
    found = diffs(dockerfile)
    for diff in found:
        page.heading(diff.title)
        for line in diff.lines:
            style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
            page.line(Text(line, style))
    if dockerfile.remarks and not found:
        page.heading("Left to do by hand")
    for remark in dockerfile.remarks:
        page.prose(f"! {clean(remark)}", hang=2)
