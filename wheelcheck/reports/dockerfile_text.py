"""A judged Dockerfile, for people."""

from __future__ import annotations

from rich.text import Text

from wheelcheck.reports.dockerfile import DockerfileFinding, JudgedDockerfile
from wheelcheck.reports.page import Page
from wheelcheck.reports.phrases import clean, listing

__all__ = ["draw_correction", "draw_findings"]

_SIGNS = {"error": ("✗ ", "bold red"), "warning": ("! ", "yellow"), "note": ("· ", "dim")}


def draw_findings(page: Page, dockerfile: JudgedDockerfile) -> None:
    """Write what was found in the file, what breaks it first, and what was not followed."""
    page.heading(f"What is found in {clean(dockerfile.name)}")
    for finding in dockerfile.findings:
        _draw(page, finding)
    if not dockerfile.findings:
        page.prose("Nothing to mend.")
    for step in dockerfile.steps:
        if step.unjudged:
            told = f"line {step.line}: {clean(step.command)}: not judged: {clean(step.unjudged)}"
            page.prose(Text(told, "dim"), hang=2)


def _draw(page: Page, finding: DockerfileFinding) -> None:
    sign, style = _SIGNS[finding.severity]
    text = Text.assemble((sign, style), (f"line {finding.line}", "bold"))
    text.append(f" ({clean(finding.stage)}): {clean(finding.message)}")
    text.append(f" [{finding.code}]", style="dim")
    page.prose(text, hang=2)
    for told, names in (("add", finding.packages), ("leave out", finding.superfluous)):
        if names:
            page.prose(Text(f"{told} {listing(list(map(clean, names)), 12)}", "dim"), indent=2)


def draw_correction(page: Page, dockerfile: JudgedDockerfile) -> None:
    """Write the corrected file as diffs, to be applied by patch."""
    for title, diff in (
        ("Corrected, on another image", dockerfile.other_image),
        ("Corrected, on the same image", dockerfile.correction),
    ):
        if diff:
            page.heading(title)
        for line in diff.splitlines():
            style = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
            page.line(Text(_plain(line), style))
    for remark in dockerfile.remarks:
        page.prose(f"! {clean(remark)}", hang=2)


def _plain(line: str) -> str:
    """A line of a diff as it is, but for what a terminal would obey."""
    return "".join(char if char.isprintable() or char == "\t" else "�" for char in line)
