"""The user's policy: what a report may hold, and what is let pass, why and until when."""

from __future__ import annotations

from datetime import date
from fnmatch import fnmatchcase
from typing import Annotated

from packaging.utils import canonicalize_name

from wheelcheck.gate.fail_on_names import FailOn, rule_named
from wheelcheck.reports.values.model import BaseModel, BeforeValidator, ConfigDict, Field

__all__ = ["Allowance", "Policy"]


class _Setting(BaseModel):
    """Written by people: unknown keys are errors, and keys have hyphens."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        populate_by_name=True,
        alias_generator=lambda name: name.replace("_", "-"),
        defer_build=True,
    )


class Allowance(_Setting):
    """One package that may break the policy, on targets whose name matches a pattern.

    Args:
        package: the package, in any spelling (PEP 503).
        target: a pattern of target names, as for `fnmatch`; by default every target.
        reason: why it may.
        expires: the last day on which that holds; afterwards the violation is reported again. None
            for no end.

    Raises:
        ValidationError: pydantic's, for a value of another kind and for an unknown key.
    """

    package: Annotated[str, BeforeValidator(lambda name: str(canonicalize_name(str(name))))]
    target: str = "*"
    reason: str = ""
    expires: date | None = None

    def covers(self, package: str, target: str, today: date) -> bool:
        """Whether this lets a package pass on a target today.

        Args:
            package: the normalised name (PEP 503).
            target: the target's name.
            today: the day that counts for `expires`.
        """
        return not self.has_ended(today) and self.is_about(package, target)

    def is_about(self, package: str, target: str) -> bool:
        """Whether it names this package and target, ended or not.

        Args:
            package: the normalised name (PEP 503).
            target: the target's name.
        """
        return package == self.package and fnmatchcase(target, self.target)

    def has_ended(self, today: date) -> bool:
        """Whether its last day is over.

        Args:
            today: the day that counts for `expires`.
        """
        return self.expires is not None and today > self.expires

    def __str__(self) -> str:
        """``numpy on *alpine*``."""
        return self.package if self.target == "*" else f"{self.package} on {self.target}"


def _rules(given: object) -> object:
    """Names of rules, in a list or with commas; anything else is left to pydantic."""
    words = given.split(",") if isinstance(given, str) else given
    if not isinstance(words, list | tuple | set | frozenset):
        return given
    return frozenset(rule_named(str(word).strip()) for word in words)


class Policy(_Setting):
    """What a report must fulfil; nothing by default.

    ``[tool.wheelcheck]`` has the same keys, with hyphens.

    Args:
        fail_on: verdicts that no package may have, ``missing-libraries``, ``wheels-lost``, or
            codes of what is found in Dockerfiles (``missing-compiler``), in a list, or in a string
            with commas; where there are any, a Dockerfile must work, too.
        tolerate_failures: let pass even what would not install; written as ``fail-on = "none"``.
        max_build_minutes: the longest that source builds may take on a target, in minutes; None for
            no bound.
        max_image_mb: the largest that the image may get, in megabytes of 10^6 bytes; None for no
            bound.
        min_coverage: the least share of packages, in percent, that come as wheels: for all targets,
            or by patterns of their names; None for no bound.
        allow: packages that may break the policy.

    Raises:
        ValidationError: pydantic's, for an unknown key, rule or verdict, and for a negative number.
    """

    fail_on: Annotated[frozenset[FailOn], BeforeValidator(_rules)] = frozenset()
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
        """This policy where it says something, `base` elsewhere; allowances of both.

        Args:
            base: the policy that fills in what this leaves out.
        """
        settings = {name: getattr(self, name) for name in self.model_fields_set - {"allow"}}
        return base.model_copy(update={**settings, "allow": (*base.allow, *self.allow)})

    def lets_pass(self, package: str, target: str, today: date) -> bool:
        """Whether an allowance lets a package pass on a target today.

        Args:
            package: the normalised name (PEP 503).
            target: the target's name.
            today: the day by which an allowance may have ended.
        """
        return any(allowance.covers(package, target, today) for allowance in self.allow)
