"""Where a report breaks a policy, target by target."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from fnmatch import fnmatchcase

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.gate.fail_on_names import LoadRule
from wheelcheck.gate.policy import Policy
from wheelcheck.reports.values.cost_values import Bill, Estimate
from wheelcheck.reports.values.report import Cell, Report
from wheelcheck.reports.values.target_values import TargetSummary
from wheelcheck.reports.values.violation import Violation
from wheelcheck.reports.wording.phrases import listing

__all__ = ["breaks_limits", "violations"]

_WHEELS = frozenset({Verdict.WHEEL, Verdict.PURE_WHEEL})
_MINUTE = 60
_MEGABYTE = 1_000_000


def violations(report: Report, policy: Policy, today: date) -> tuple[Violation, ...]:
    """Every way in which a report breaks a policy, target by target."""
    found: list[Violation] = []
    if policy.fail_on:
        found += _findings(report, policy)
    for target in report.targets:
        for breaks, words in _rules(policy):
            found += _packages(report, target, policy, today, breaks, words)
        found += _coverage(report, target, policy, today)
        found += _costs(report, target, policy)
    return tuple(found)


_Words = Callable[[str, Cell, str, Policy], str]


def _rules(policy: Policy) -> Iterator[tuple[Callable[[Cell], bool], _Words]]:
    """What a policy fails on in the cells of packages, and how that is said."""
    yield lambda cell: cell.verdict in policy.fail_on, _verdict_words
    if LoadRule.MISSING_LIBRARIES in policy.fail_on:
        yield _fails_to_load, _loading_words
    if LoadRule.WHEELS_LOST in policy.fail_on:
        yield _has_lost, _lost_words


def _packages(
    report: Report,
    target: TargetSummary,
    policy: Policy,
    today: date,
    breaks: Callable[[Cell], bool],
    words: _Words,
) -> Iterator[Violation]:
    """The packages whose cell breaks a rule and that no allowance lets pass.

    `words` are those of the violation, from a package's name, its cell, the target's name and
    the policy.
    """
    for package in report.packages:
        cell = package.on.get(target.name)
        if cell is None or not breaks(cell):
            continue
        if not policy.lets_pass(package.name, target.name, today):
            yield Violation(
                rule="fail-on",
                target=target.name,
                package=package.name,
                verdict=cell.verdict,
                message=words(package.name, cell, target.name, policy),
                where=tuple(requester for requester in cell.requested_by if ":" in requester),
            )


def _verdict_words(name: str, cell: Cell, target: str, policy: Policy) -> str:
    label = f"{name} {cell.version}" if cell.version else name
    ended = [
        allowance.expires
        for allowance in policy.allow
        if allowance.expires and allowance.is_about(name, target)
    ]
    expired = f" (it was allowed until {max(ended)})" if ended else ""
    return f"{label} is {cell.verdict} on {target}{expired}: {cell.reason}"


def _loading_words(name: str, cell: Cell, target: str, _: Policy) -> str:
    why = cell.loads.reason if cell.loads else ""
    return f"{name} {cell.version} does not load on {target}: {why}"


def _lost_words(name: str, cell: Cell, target: str, _: Policy) -> str:
    return f"{name} lost its wheel on {target}: {cell.lost.reason if cell.lost else ''}"


def _has_lost(cell: Cell) -> bool:
    return cell.lost is not None and cell.lost.kind in {"lost", "uploading"}


def _fails_to_load(cell: Cell) -> bool:
    return cell.loads is not None and cell.loads.status in {"needs", "no"}


def breaks_limits(cell: Cell, target: str, policy: Policy) -> bool:
    """Whether a package counts against the limits of a policy on a target, but for allowances."""
    return any(breaks(cell) for breaks, _ in _rules(policy)) or (
        cell.verdict not in {*_WHEELS, Verdict.NOT_REQUIRED}
        and _least_coverage(policy, target) is not None
    )


def _findings(report: Report, policy: Policy) -> Iterator[Violation]:
    """What is found in a Dockerfile: what the policy names, and whatever breaks the image.

    A policy that fails on a verdict fails on an image that cannot be built.
    """
    if report.dockerfile is None:
        return
    targets = {step.stage: step.target for step in report.dockerfile.steps if step.target}
    for finding in report.dockerfile.findings:
        named = finding.code in policy.fail_on
        if named or finding.severity == "error":
            where = f"{report.dockerfile.name}:{finding.line}"
            yield Violation(
                rule="fail-on" if named else "dockerfile",
                target=targets.get(finding.stage) or finding.stage,
                finding=finding.code,
                message=f"{where}: {finding.message}",
                where=(where,),
            )


def _coverage(
    report: Report, target: TargetSummary, policy: Policy, today: date
) -> Iterator[Violation]:
    least = _least_coverage(policy, target.name)
    if least is None:
        return
    verdicts = [
        Verdict.WHEEL if policy.lets_pass(package.name, target.name, today) else cell.verdict
        for package in report.packages
        if (cell := package.on.get(target.name)) and cell.verdict is not Verdict.NOT_REQUIRED
    ]
    if not verdicts:
        return
    share = 100 * sum(verdict in _WHEELS for verdict in verdicts) / len(verdicts)
    if share < least:
        yield Violation(
            rule="min-coverage",
            target=target.name,
            message=f"{share:.1f} % of {len(verdicts)} packages come as wheels on {target.name}, "
            f"less than the required {least:g} %",
        )


def _least_coverage(policy: Policy, target: str) -> float | None:
    """The bound of the first pattern that the target's name matches."""
    if not isinstance(policy.min_coverage, dict):
        return policy.min_coverage
    return next((v for k, v in policy.min_coverage.items() if fnmatchcase(target, k)), None)


def _costs(report: Report, target: TargetSummary, policy: Policy) -> Iterator[Violation]:
    """Bounds on numbers: an unknown number is a violation, too."""
    bill = target.bill
    if policy.max_build_minutes is not None:
        minutes = _in_units(bill.build_wall_seconds if bill else None, _MINUTE)
        if minutes is None and report.plan(target.name) is None:
            minutes = None if _compiles_unpriced(report, target) else _NOTHING
        message = "source builds take {} min on {}, more than the {:g} min allowed"
        doubt = _doubt_about_time(bill)
        yield from _bounded(
            "max-build-minutes", message, minutes, policy.max_build_minutes, target.name, doubt
        )
    if policy.max_image_mb is not None and target.system == "linux":
        megabytes = _in_units(bill.image.size if bill and bill.image else None, _MEGABYTE)
        message = "the image has {} MB on {}, more than the {:g} MB allowed"
        doubt = _doubt_about_image(target)
        yield from _bounded(
            "max-image-mb", message, megabytes, policy.max_image_mb, target.name, doubt
        )


_NOTHING = Estimate(value=0, low=0, high=0, basis="exact")


def _in_units(estimate: Estimate | None, unit: float) -> Estimate | None:
    """An estimate in another unit."""
    if estimate is None:
        return None
    low, value, high = (each / unit for each in (estimate.low, estimate.value, estimate.high))
    return estimate.model_copy(update={"low": low, "value": value, "high": high})


def _doubt_about_time(bill: Bill | None) -> str:
    """Which builds' time is not known; "" where all are."""
    names = bill.builds_without_time if bill else ()
    return f"the time of {listing(names)} is not known" if names else ""


def _doubt_about_image(target: TargetSummary) -> str:
    """Why the size of an image is not known, or what it is without; "" where it is whole."""
    image = target.bill.image if target.bill else None
    if image and image.size:
        return f"the size of {listing(image.unsized)} is not known" if image.unsized else ""
    if target.image is None:
        return "no image is named"
    return (image and image.unknown) or ""


def _compiles_unpriced(report: Report, target: TargetSummary) -> bool:
    """Whether something compiles on a system where builds are not planned."""
    return target.system != "linux" and any(
        cell.verdict in _MAY_COMPILE
        for package in report.packages
        if (cell := package.on.get(target.name))
    )


_MAY_COMPILE = (Verdict.SOURCE_NATIVE, Verdict.SOURCE_UNKNOWN)


def _bounded(
    rule: str, template: str, number: Estimate | None, bound: float, target: str, doubt: str = ""
) -> Iterator[Violation]:
    """The expected value of a number is held against the bound, not the ends of its interval.

    `doubt` says why the number is not known, or what may lead it above the bound.
    """
    surely = number is not None and number.value > bound
    if not surely and number is not None and not doubt:
        return
    if number is None:
        amount = "an unknown number of"
    else:
        digits = 1 if surely and round(number.value) <= bound else 0  # not 1 min, above 1 min
        ends = [f"{end:.{digits}f}" for end in (number.low, number.high)]
        between = f" ({'–'.join(ends)})" if ends[0] != ends[1] else ""
        amount = f"{'at least ' * bool(doubt)}about {number.value:.{digits}f}{between}"
    if not surely:
        template = template.replace("more than", "perhaps more than")
    message = template.format(amount, target, bound)
    if doubt and not surely:
        message += f": {doubt}"
    yield Violation(rule=rule, target=target, message=message)
