"""The user's policy: what a report may hold, and what is let pass, why and until when."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Annotated, Any

from packaging.utils import canonicalize_name
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.errors import UsageError
from wheelcheck.reports.values.report import Report, TargetSummary
from wheelcheck.reports.values.violation import Violation

__all__ = ["Allowance", "LoadRule", "Policy", "read_policy", "violations"]

_WHEELS = frozenset({Verdict.WHEEL, Verdict.PURE_WHEEL})
_MINUTE = 60
_MEGABYTE = 1_000_000


class _Setting(BaseModel):
    """Written by people: unknown keys are errors, and keys have hyphens."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        populate_by_name=True,
        alias_generator=lambda name: name.replace("_", "-"),
    )


class Allowance(_Setting):
    """One package that may break the policy, on targets whose name matches a pattern.

    `expires` is the last day on which that holds; afterwards the violation is reported again.
    """

    package: Annotated[str, BeforeValidator(lambda name: str(canonicalize_name(str(name))))]
    target: str = "*"
    reason: str = ""
    expires: date | None = None

    def covers(self, package: str, target: str, today: date) -> bool:
        """Whether this lets a package pass on a target today."""
        alive = self.expires is None or today <= self.expires
        return alive and package == self.package and fnmatchcase(target, self.target)


class LoadRule(StrEnum):
    """What may be failed on beside verdicts."""

    MISSING_LIBRARIES = "missing-libraries"
    """A wheel that does not load: shared libraries are missing, or libc or CPU are too old."""


class Policy(_Setting):
    """What a report must fulfil; nothing by default.

    `fail_on` are verdicts that no package may have, or ``missing-libraries``; where there are any,
    a Dockerfile must work, too. `max_build_minutes` bounds the time that source builds take on a
    target, `max_image_mb` the image, in megabytes of 10^6 bytes. `min_coverage` is the least share
    of packages, in percent, that come as wheels: for all targets, or by patterns of their names.
    `tolerate_failures`, written as ``fail-on = "none"``, lets pass even what would not install.
    """

    fail_on: frozenset[Verdict | LoadRule] = frozenset()
    tolerate_failures: bool = Field(default=False, exclude=True)
    max_build_minutes: float | None = Field(default=None, ge=0)
    max_image_mb: float | None = Field(default=None, ge=0)
    min_coverage: float | dict[str, float] | None = None
    allow: tuple[Allowance, ...] = ()

    @property
    def demands(self) -> bool:
        """Whether anything can break this policy at all."""
        return bool(self.fail_on) or any(
            limit is not None
            for limit in (self.max_build_minutes, self.max_image_mb, self.min_coverage)
        )

    def over(self, base: Policy) -> Policy:
        """This policy where it says something, `base` elsewhere; allowances of both."""
        settings = {name: getattr(self, name) for name in self.model_fields_set - {"allow"}}
        return base.model_copy(update={**settings, "allow": (*base.allow, *self.allow)})


def read_policy(text: str, file: str) -> tuple[Policy, Mapping[str, Any]]:
    """Read ``[tool.wheelcheck]`` of a ``pyproject.toml``: the policy, and the other settings there.

    Raises `UsageError` for what cannot be meant, with the key and why.
    """
    try:
        table = tomllib.loads(text).get("tool", {}).get("wheelcheck", {})
    except (tomllib.TOMLDecodeError, AttributeError) as error:
        raise UsageError(f"{file} cannot be read: {error}") from None
    if not isinstance(table, dict):
        raise UsageError(f"{file}: [tool.wheelcheck] must be a table")
    known = {field.replace("_", "-") for field in Policy.model_fields} - {"tolerate-failures"}
    rest = {key: value for key, value in table.items() if key not in known}
    given = {key: value for key, value in table.items() if key in known}
    if "none" in _as_list(given.get("fail-on")):
        given |= {"fail-on": [], "tolerate-failures": True}
    try:
        return Policy.model_validate(given), rest
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{file}: [tool.wheelcheck] {key}: {first['msg']}") from None


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def violations(report: Report, policy: Policy, today: date) -> tuple[Violation, ...]:
    """Every way in which a report breaks a policy, target by target."""
    found: list[Violation] = []
    if policy.fail_on:
        found += _broken_dockerfile(report)
    for target in report.targets:
        if policy.fail_on:
            found += _verdicts(report, target, policy, today)
        if LoadRule.MISSING_LIBRARIES in policy.fail_on:
            found += _loading(report, target, policy, today)
        found += _coverage(report, target, policy, today)
        found += _costs(report, target, policy)
    return tuple(found)


def _verdicts(
    report: Report, target: TargetSummary, policy: Policy, today: date
) -> Iterator[Violation]:
    for package in report.packages:
        cell = package.on.get(target.name)
        if cell is None or cell.verdict not in policy.fail_on:
            continue
        allowances = [allowance for allowance in policy.allow if allowance.package == package.name]
        if any(allowance.covers(package.name, target.name, today) for allowance in allowances):
            continue
        label = f"{package.name} {cell.version}" if cell.version else package.name
        ended = [
            allowance.expires
            for allowance in allowances
            if allowance.expires and fnmatchcase(target.name, allowance.target)
        ]
        expired = f" (it was allowed until {max(ended)})" if ended else ""
        yield Violation(
            rule="fail-on",
            target=target.name,
            package=package.name,
            verdict=cell.verdict,
            message=f"{label} is {cell.verdict} on {target.name}{expired}: {cell.reason}",
            where=tuple(source for source in cell.requested_by if ":" in source),
        )


def _loading(
    report: Report, target: TargetSummary, policy: Policy, today: date
) -> Iterator[Violation]:
    for package in report.packages:
        cell = package.on.get(target.name)
        if cell is None or cell.loads is None or cell.loads.status not in {"needs", "no"}:
            continue
        if not _allowed(policy, package.name, target.name, today):
            yield Violation(
                rule="fail-on",
                target=target.name,
                package=package.name,
                verdict=cell.verdict,
                message=f"{package.name} {cell.version} does not load on {target.name}: "
                f"{cell.loads.reason}",
                where=tuple(requester for requester in cell.requested_by if ":" in requester),
            )


def _broken_dockerfile(report: Report) -> Iterator[Violation]:
    """A Dockerfile that cannot work as it is: a policy that fails on a verdict fails on that."""
    if report.dockerfile is None:
        return
    targets = {step.stage: step.target for step in report.dockerfile.steps if step.target}
    for finding in report.dockerfile.findings:
        if finding.severity == "error":
            where = f"{report.dockerfile.name}:{finding.line}"
            yield Violation(
                rule="dockerfile",
                target=targets.get(finding.stage) or finding.stage,
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
        Verdict.WHEEL if _allowed(policy, package.name, target.name, today) else cell.verdict
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


def _allowed(policy: Policy, package: str, target: str, today: date) -> bool:
    return any(allowance.covers(package, target, today) for allowance in policy.allow)


def _least_coverage(policy: Policy, target: str) -> float | None:
    """The bound of the first pattern that the target's name matches."""
    if not isinstance(policy.min_coverage, dict):
        return policy.min_coverage
    return next((v for k, v in policy.min_coverage.items() if fnmatchcase(target, k)), None)


def _costs(report: Report, target: TargetSummary, policy: Policy) -> Iterator[Violation]:
    """Bounds on numbers: an unknown number is a violation, too."""
    bill = target.bill
    if policy.max_build_minutes is not None:
        builds = bill.build_wall_seconds if bill else None
        minutes = builds.value / _MINUTE if builds else None
        if minutes is None and report.plan(target.name) is None:
            minutes = None if _compiles_unpriced(report, target) else 0.0
        message = "source builds take {} min on {}, more than the {:g} min allowed"
        yield from _bounded(
            "max-build-minutes", message, minutes, policy.max_build_minutes, target.name
        )
    if policy.max_image_mb is not None and target.system == "linux":
        image = bill.image.size if bill and bill.image else None
        size = image.value / _MEGABYTE if image else None
        message = "the image has {} MB on {}, more than the {:g} MB allowed"
        yield from _bounded("max-image-mb", message, size, policy.max_image_mb, target.name)


def _compiles_unpriced(report: Report, target: TargetSummary) -> bool:
    """Whether something compiles on a system where builds are not planned."""
    return target.system != "linux" and any(
        cell.verdict in _MAY_COMPILE
        for package in report.packages
        if (cell := package.on.get(target.name))
    )


_MAY_COMPILE = (Verdict.SOURCE_NATIVE, Verdict.SOURCE_UNKNOWN)


def _bounded(
    rule: str, template: str, value: float | None, bound: float, target: str
) -> Iterator[Violation]:
    if value is None or value > bound:
        digits = 1 if value is not None and round(value) <= bound else 0  # not 1 min, above 1 min
        amount = "an unknown number of" if value is None else f"about {value:.{digits}f}"
        if value is None:
            template = template.replace("more than", "perhaps more than")
        yield Violation(rule=rule, target=target, message=template.format(amount, target, bound))
