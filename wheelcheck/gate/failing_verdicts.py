"""What the exit code 1 says without any policy: the installation as written would fail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.gate.policy import Policy
from wheelcheck.reports.values.report import Report
from wheelcheck.reports.values.target_values import TargetSummary
from wheelcheck.reports.wording.headline import refused_words
from wheelcheck.reports.wording.phrases import listing

__all__ = ["failing_packages", "failures"]


def failures(report: Report, policy: Policy, today: date) -> tuple[str, ...]:
    """Say for each target or step that its installation is refused or fails, and why.

    Packages that the policy allows there do not count, nor steps whose failure the Dockerfile
    passes over; with ``fail-on none`` nothing does.
    """
    if policy.tolerate_failures:
        return ()
    return tuple(_failures(report, policy, today))


def _failures(report: Report, policy: Policy, today: date) -> Iterator[str]:
    for target in report.targets:
        if target.tolerated:
            continue
        if target.refusals:
            yield f"{target.name}: {refused_words(target.refusals)}"
        elif target.outcome == "fails":
            yield from _failing(report, target, policy, today)
    for finding in report.dockerfile.findings if report.dockerfile else ():
        if finding.severity == "error" and report.dockerfile:
            yield f"{report.dockerfile.name}:{finding.line}: {finding.message}"


def _failing(report: Report, target: TargetSummary, policy: Policy, today: date) -> Iterator[str]:
    """The packages that fail and are not allowed to; a conflict has none to name."""
    lost = failing_packages(report, target.name)
    if not lost:
        yield f"{target.name}: the requirements conflict"
        return
    counted = sorted(name for name in lost if not policy.lets_pass(name, target.name, today))
    if counted:
        yield f"{target.name}: the installation fails for {listing(counted, 4)}"


def failing_packages(report: Report, target: str) -> set[str]:
    """The packages for which the installation on a target fails, by their names."""
    without = _without_a_file(report, target) | report.not_found(target)
    return without | report.failing_builds(target).keys()


def _without_a_file(report: Report, target: str) -> set[str]:
    return {
        package.name
        for package in report.packages
        if target in package.on and package.on[target].verdict is Verdict.UNAVAILABLE
    }
