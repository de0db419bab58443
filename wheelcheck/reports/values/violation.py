"""The part of the Report that tells where it breaks the user's policy."""

from __future__ import annotations

from pydantic import Field

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.values.value import Value

__all__ = ["Violation"]


class Violation(Value):
    """One way in which a report breaks the policy. `where` are lines that ask for the package."""

    rule: str
    target: str
    package: str | None = None
    verdict: Verdict | None = None
    finding: str | None = Field(
        default=None, description="Code of the finding in a Dockerfile that breaks it."
    )
    message: str
    where: tuple[str, ...] = ()
