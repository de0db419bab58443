"""Allowances of a policy that have ended, or let nothing pass: a policy is to be kept short."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from fnmatch import fnmatchcase

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.gate.failing_verdicts import failing_packages
from wheelcheck.gate.policy import Allowance, Policy
from wheelcheck.gate.settings import Settings
from wheelcheck.gate.violations import breaks_limits
from wheelcheck.reports.values.report import Package, Problem, Report

__all__ = ["allowance_problems"]


def allowance_problems(
    report: Report, settings: Settings, today: date, *, part: bool = False
) -> tuple[Problem, ...]:
    """A remark for each allowance that has ended, and for each that lets nothing pass.

    `part` says that the caller named inputs or targets: then nothing is said of an allowance for
    what the settings name beside them.
    """
    if not settings.policy.allow:
        return ()
    needed = set(_needed(report, settings.policy))
    found = (
        _problem(allowance, report, needed, settings, today, part=part)
        for allowance in settings.policy.allow
    )
    return tuple(filter(None, found))


def _needed(report: Report, policy: Policy) -> Iterator[tuple[str, str]]:
    """Packages and targets for which there must be an allowance to pass."""
    for target in report.targets:
        if not policy.tolerate_failures:
            for name in failing_packages(report, target.name):
                yield name, target.name
        for package in report.packages:
            cell = package.on.get(target.name)
            if cell is not None and breaks_limits(cell, target.name, policy):
                yield package.name, target.name


def _problem(
    allowance: Allowance,
    report: Report,
    needed: set[tuple[str, str]],
    settings: Settings,
    today: date,
    *,
    part: bool,
) -> Problem | None:
    of_use = any(allowance.is_about(*pair) for pair in needed)
    ended = allowance.has_ended(today)
    if of_use and not ended:
        return None
    why = "" if of_use else _why_unused(allowance, report, settings, part=part)
    if not (of_use or why or ended):
        return None
    if ended:
        message = f"the allowance for {allowance} ended on {allowance.expires}"
        message += ": what it let pass fails again" if of_use else ", and nothing needs it now"
    else:
        message = f"the allowance for {allowance} lets nothing pass: {why}"
    return Problem(
        code="allowance-ended" if ended else "allowance-unused",
        message=message,
        severity="warning",
        package=allowance.package,
        where=settings.file if allowance in settings.own else None,
    )


def _why_unused(allowance: Allowance, report: Report, settings: Settings, *, part: bool) -> str:
    """Why nothing passes by it; "" where only a part was judged, and that is why."""
    matching = [each.name for each in report.targets if fnmatchcase(each.name, allowance.target)]
    if not matching:
        meant = any(fnmatchcase(name, allowance.target) for name in settings.targets)
        return "" if part and meant else "no target that was judged matches"
    package = next((each for each in report.packages if each.name == allowance.package), None)
    if package is None:
        return "" if part and settings.requirements else "nothing asks for the package"
    return _why_admitted(package, matching)


def _why_admitted(package: Package, targets: Iterable[str]) -> str:
    """What the policy says of a package on these targets."""
    verdicts = dict.fromkeys(package.on[name].verdict for name in targets if name in package.on)
    if set(verdicts) <= {Verdict.NOT_REQUIRED}:
        return "the package is not needed there"
    return f"it is {' or '.join(verdicts)} there, which the policy admits"
