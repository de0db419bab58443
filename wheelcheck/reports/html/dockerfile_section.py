"""A judged Dockerfile on the page: what is found in it, and its corrections as diffs."""

from __future__ import annotations

from itertools import takewhile

from wheelcheck.reports.html.markup import EMPTY, Markup, element, verbatim
from wheelcheck.reports.html.sections import listed, section
from wheelcheck.reports.values.dockerfile_values import DockerfileFinding
from wheelcheck.reports.values.report import Report
from wheelcheck.reports.wording.dockerfile_phrases import (
    SIGNS,
    Diff,
    diffs,
    nothing_found,
    place,
    step_notes,
    to_change,
    worst_first,
)

__all__ = ["dockerfile_section"]

_CHANGES = {"+": "ins", "-": "del", "@": "b"}


def dockerfile_section(report: Report) -> Markup:
    """Findings, what breaks the image first; then what the file would better be."""
    dockerfile = report.dockerfile
    if dockerfile is None:
        return EMPTY
    body = listed(list(map(_finding, worst_first(dockerfile))), "more finding", "reasons")
    body = body or [element("p", nothing_found(dockerfile))]
    body += [element("p", note, class_="note") for note in step_notes(dockerfile)]
    body += [_diff(diff) for diff in diffs(dockerfile)]
    remarks = [element("li", remark) for remark in dockerfile.remarks]
    if remarks:
        body += [element("h3", "Left to do by hand"), element("ul", remarks)]
    return section("dockerfile", f"What is found in {dockerfile.name}", body)


def _finding(finding: DockerfileFinding) -> Markup:
    head = element(
        "p",
        element(
            "span",
            SIGNS[finding.severity],
            class_=f"sign is-{finding.severity}",
            aria_hidden="true",
        ),
        " ",
        element("span", f"{finding.severity}: ", class_="unseen"),
        element("b", place(finding)),
        f": {finding.message} ",
        element("code", finding.code),
    )
    excerpt = element("p", element("code", finding.excerpt)) if finding.excerpt else None
    changes = [element("p", f"{change[:1].upper()}{change[1:]}") for change in to_change(finding)]
    says = element("details", element("summary", "Says who"), element("p", finding.source))
    return element("li", head, excerpt, changes, says, class_="finding")


def _diff(diff: Diff) -> Markup:
    """The signs at the start of lines tell what changes; colours only repeat it."""
    head = list(takewhile(lambda line: not line.startswith("@"), diff.lines))
    lines = [element("b", verbatim(f"{line}\n")) for line in head]
    lines += [_line(line) for line in diff.lines[len(head) :]]
    pre = element("pre", lines, class_="diff", tabindex="0", role="group", aria_label=diff.title)
    return element("div", element("h3", diff.title), pre, class_="paste")


def _line(line: str) -> Markup:
    return element(_CHANGES.get(line[:1], "span"), verbatim(f"{line}\n"))
