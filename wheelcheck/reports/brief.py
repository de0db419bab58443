"""The report in a few lines, for hooks and logs: the verdict, and what makes it so."""

from __future__ import annotations

from collections.abc import Iterator

from wheelcheck.reports.values.report import POLICY_REMARKS, Report
from wheelcheck.reports.wording.dockerfile_phrases import place, worst_first
from wheelcheck.reports.wording.findings import findings
from wheelcheck.reports.wording.headline import headline
from wheelcheck.reports.wording.marks import LOAD_MARKS
from wheelcheck.reports.wording.phrases import capitalised, clean, counted
from wheelcheck.reports.wording.reasons import not_loading
from wheelcheck.reports.wording.refusal_phrases import refusal_words, refusals
from wheelcheck.reports.wording.report_phrases import label
from wheelcheck.reports.wording.target_names import Places
from wheelcheck.reports.wording.violation_phrases import broken_rules, broken_words

__all__ = ["render_brief"]

_MOST = 5
"""Lines of each kind."""


def render_brief(report: Report) -> str:
    """The headline, and what is refused, fails, breaks the policy, does not load or is unknown.

    Builds that fail in a Dockerfile are among its failing steps.
    """
    lines = [
        headline(report),
        *_cut(list(_refused(report))),
        *_cut(list(_failing_steps(report))),
        *_cut(list(_failing_builds(report))),
        *_cut(list(_broken(report))),
        *_cut(list(_not_loading(report))),
        *_cut(list(_problems(report))),
    ]
    return "".join(f"{line}\n" for line in lines)


def _refused(report: Report) -> Iterator[str]:
    for refusal, names in refusals(report):
        where = f"{clean(refusal.where)}: " if refusal.where else ""
        yield f"✗ {where}{refusal_words(report, refusal, names)} [{clean(refusal.code)}]"


def _failing_steps(report: Report) -> Iterator[str]:
    for finding in worst_first(report.dockerfile) if report.dockerfile else ():
        if finding.severity == "error":
            yield f"✗ {place(finding)}: {clean(finding.message)} [{clean(finding.code)}]"


def _failing_builds(report: Report) -> Iterator[str]:
    """Packages whose own build fails for certain, each with the reason."""
    places = Places(report.targets)
    for finding in findings(report):
        if finding.failure:
            where = places.describe(finding.targets)
            yield f"✗ {finding.label} fails to build on {where}: {finding.failure}"


def _broken(report: Report) -> Iterator[str]:
    broken = broken_rules(report)
    if broken:
        yield f"{capitalised(broken_words(report))}:"
    yield from (f"✗ {rule.message} [{rule.rule}]" for rule in broken)


def _not_loading(report: Report) -> Iterator[str]:
    """Wheels that do not load, each with what it lacks and what brings that."""
    places = Places(report.targets)
    for found in not_loading(report):
        name = label(report, found.package, found.targets)
        sign = LOAD_MARKS[found.status].sign
        yield f"{sign} {name} on {places.describe(found.targets)}: {clean(found.reason)}"


def _problems(report: Report) -> Iterator[str]:
    """What could not be judged, and remarks on the policy itself; no other remarks."""
    for problem in sorted(report.problems, key=lambda problem: problem.severity):
        subject = problem.where or problem.package
        words = f"{clean(subject)}: {clean(problem.message)}" if subject else clean(problem.message)
        if problem.severity == "error":
            yield f"{'✗' if problem.is_absence else '?'} {words}"
        elif problem.is_absence or problem.code in POLICY_REMARKS:
            yield f"! {words}"


def _cut(lines: list[str]) -> list[str]:
    left = len(lines) - _MOST - 1
    return [*lines[:_MOST], f"and {counted(left + 1, 'more line')}"] if left > 0 else lines
