"""The part of the Report that tells where it breaks the user's policy."""

from __future__ import annotations

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.values.model import Field
from wheelcheck.reports.values.value import Value

__all__ = ["Violation"]


class Violation(Value):
    """One way in which a report breaks the policy."""

    rule: str = Field(description="The key of the policy that is broken, or dockerfile.")
    target: str = Field(description="Name of the target, or of the build stage.")
    package: str | None = Field(
        default=None, description="Normalised name; None where it is no single package."
    )
    verdict: Verdict | None = Field(default=None, description="Of that package there.")
    finding: str | None = Field(
        default=None, description="Code of the finding in a Dockerfile that breaks it."
    )
    message: str = Field(description="What breaks the rule, in a sentence.")
    where: tuple[str, ...] = Field(
        default=(), description="Lines that ask for the package, as in requirements.txt:3."
    )
