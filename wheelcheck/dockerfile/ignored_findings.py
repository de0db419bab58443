"""Findings that comments of the Dockerfile let pass, and remarks on comments without effect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wheelcheck.dockerfile.reading.ignore_comments import IgnoreComment, ignore_comments
from wheelcheck.errors import near_names
from wheelcheck.reports.values.dockerfile_values import (
    DockerfileFinding,
    IgnoredFinding,
    JudgedDockerfile,
)
from wheelcheck.reports.values.finding_codes import finding_codes
from wheelcheck.reports.values.report import Problem, Report

__all__ = ["without_ignored"]


def without_ignored(report: Report, text: str) -> Report:
    """The report of a Dockerfile with that text: what its comments ignore is no finding any more.

    It is listed as ignored, with the reason; what is found on the other platform alone is left out
    there. A comment that names an unknown finding, or ignores nothing, is a remark.
    """
    dockerfile = report.dockerfile
    comments = ignore_comments(text)
    if dockerfile is None or not comments:
        return report
    ignored = list(_ignored(dockerfile.findings, comments))
    changed = dockerfile.model_copy(
        update={"findings": _left(dockerfile.findings, ignored), "ignored": tuple(ignored)}
    )
    other = dockerfile.other_platform
    elsewhere = list(_ignored(other.findings, comments)) if other else []
    if other and elsewhere:
        left = other.model_copy(
            update={"findings": _left(other.findings, elsewhere), "ignored": tuple(elsewhere)}
        )
        changed = changed.model_copy(update={"other_platform": left})
    remarks = _remarks(dockerfile, comments, [*ignored, *elsewhere])
    return report.model_copy(
        update={"dockerfile": changed, "problems": (*report.problems, *remarks)}
    )


def _left(
    findings: Sequence[DockerfileFinding], ignored: Sequence[IgnoredFinding]
) -> tuple[DockerfileFinding, ...]:
    passed = {each.finding for each in ignored}
    return tuple(finding for finding in findings if finding not in passed)


def _ignored(
    findings: Sequence[DockerfileFinding], comments: Sequence[IgnoreComment]
) -> Iterator[IgnoredFinding]:
    for finding in findings:
        for comment in comments:
            if comment.covers(finding.code, finding.line):
                yield IgnoredFinding(finding=finding, line=comment.line, reason=comment.reason)
                break


def _remarks(
    dockerfile: JudgedDockerfile,
    comments: Sequence[IgnoreComment],
    ignored: Sequence[IgnoredFinding],
) -> Iterator[Problem]:
    used = {(each.line, each.finding.code) for each in ignored}
    for comment in comments:
        where = f"{dockerfile.name}:{comment.line}"
        if not comment.codes:
            message = (
                "the comment names no finding: write ignore[CODE], as ignore[missing-compiler]"
            )
            yield Problem(code="ignore-unknown", message=message, severity="warning", where=where)
        for code in comment.codes:
            if code not in finding_codes():
                near = near_names(code, finding_codes(), 1)
                hint = f"; did you mean {near[0]}?" if near else ""
                yield Problem(
                    code="ignore-unknown",
                    message=f"there is no finding {code}{hint}",
                    severity="warning",
                    where=where,
                )
            elif (comment.line, code) not in used:
                yield Problem(
                    code="ignore-unused",
                    message=f"the comment ignores {code}, which is not found there: take it out",
                    severity="warning",
                    where=where,
                )
