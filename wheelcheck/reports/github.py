"""Annotations at the user's own lines, as GitHub's runners read them from standard output.

Workflow commands: docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wheelcheck.reports.values.report import Report
from wheelcheck.reports.wording.dockerfile_phrases import to_change, worst_first
from wheelcheck.reports.wording.findings import (
    InputLine,
    PackageFinding,
    dockerfile_line,
    findings,
    line_of,
    problem_line,
    remaining_violations,
)
from wheelcheck.reports.wording.headline import headline
from wheelcheck.reports.wording.marks import MARKS
from wheelcheck.reports.wording.phrases import clean, counted
from wheelcheck.reports.wording.refusal_phrases import refusal_words, refusals
from wheelcheck.reports.wording.report_phrases import verdict_words

__all__ = ["render_github"]

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def render_github(report: Report) -> str:
    """One workflow command per line, the gravest first, and the headline as a last notice.

    Findings that the same requirement brings in share an annotation: a runner shows ten of each
    kind per step. An image that cannot be built comes before everything else.
    """
    commands = [
        *_dockerfile(report),
        *_refusals(report),
        *_violations(report),
        *_problems(report),
        *_findings(report),
    ]
    commands.append(_command("notice", None, "wheelcheck", headline(report)))
    return "".join(f"{command}\n" for command in commands)


def _refusals(report: Report) -> Iterator[str]:
    """What an installer refuses as a whole, at its line, with the line to write instead."""
    for refusal, names in refusals(report):
        line = line_of(refusal.where) if refusal.where else None
        words = [refusal_words(report, refusal, names), clean(refusal.mend), clean(refusal.paste)]
        yield _command("error", line, clean(refusal.code), "\n".join(filter(None, words)))


def _violations(report: Report) -> Iterator[str]:
    for violation in remaining_violations(report):
        line = line_of(violation.where[0]) if violation.where else None
        yield _command("error", line, f"policy: {violation.rule}", clean(violation.message))


def _dockerfile(report: Report) -> Iterator[str]:
    if report.dockerfile is None:
        return
    for finding in worst_first(report.dockerfile):
        message = "\n".join([clean(finding.message), *to_change(finding)])
        line = dockerfile_line(report.dockerfile, finding)
        yield _command(_COMMANDS[finding.severity], line, clean(finding.code), message)


def _problems(report: Report) -> Iterator[str]:
    for problem in sorted(report.problems, key=lambda problem: problem.severity):
        subject = f"{clean(problem.package)}: " if problem.package else ""
        message = f"{subject}{clean(problem.message)}"
        yield _command(problem.severity, problem_line(problem), clean(problem.code), message)


def _findings(report: Report) -> Iterator[str]:
    groups: dict[tuple[str, InputLine | None], list[PackageFinding]] = {}
    for finding in findings(report):
        line = finding.lines[0] if finding.lines else None
        groups.setdefault((finding.level, line), []).append(finding)
    for (level, line), members in groups.items():
        message = "\n".join(
            f"{'✗' if finding.failure else MARKS[finding.verdict].sign} {finding.sentence}"
            for finding in members
        )
        yield _command(_COMMANDS[level], line, _title(members), message)


def _title(members: Sequence[PackageFinding]) -> str:
    if len(members) == 1:
        words = verdict_words(members[0].verdict, fails=bool(members[0].failure))
        return f"{members[0].label} {words}"
    packages = len({finding.package for finding in members})
    if all(finding.failure for finding in members):
        words = verdict_words(members[0].verdict, packages, fails=True)
        return f"{counted(packages, 'package')} that {words}"
    return f"{counted(packages, 'package')} without a wheel"


def _command(kind: str, line: InputLine | None, title: str, message: str) -> str:
    properties = {}
    if line:
        properties["file"] = line.file
        if line.number is not None:
            properties["line"] = str(line.number)
    properties["title"] = title
    text = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{kind} {text}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
