"""What is found wrong, or dear, in a Dockerfile; and what judging it starts from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from wheelcheck.builds.outlook import Outlook
from wheelcheck.builds.plan import SourceBuildPlan
from wheelcheck.coverage.verdict import Verdict
from wheelcheck.dockerfile.reading.dockerfile_model import InstallStep, Stage
from wheelcheck.reports.values.finding_codes import finding_codes

__all__ = [
    "Finding",
    "Severity",
    "StepBuilds",
    "StepFailure",
    "finding",
    "finding_codes",
    "passed_over",
]


class Severity(StrEnum):
    """How bad a finding is, worst first: no image or no running one, a price, a remark."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class StepFailure:
    """Why a step fails before anything is built; `code` is a row of `finding_codes.csv`."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class StepBuilds:
    """What one install step sets off: the plan of its source builds, and their outlooks.

    `stage` is the stage's index, `line` the step's line and `number` its number in the stage;
    without that, the last step of the line is meant that asks for something to be built. `plan`
    is made for the step's installer. With `failures` nothing of it is ever built. `pure` says
    that nothing it installs is bound to a Python version, libc or CPU. `lent` has by label the
    packages that wheels need once those for building are left out, which bring them along.
    """

    stage: int
    line: int
    plan: SourceBuildPlan
    outlooks: tuple[Outlook, ...]
    number: int | None = None
    failures: tuple[StepFailure, ...] = ()
    pure: bool = False
    lent: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def step_of(self, stage: Stage) -> InstallStep:
        """The step of its stage that it is about."""
        if self.number is not None:
            return stage.steps[self.number]
        here = [step for step in stage.steps if step.line == self.line]
        building = [item for item in here if item.builds and item.requirements.lines]
        return (building or here)[-1]

    @property
    def compiled(self) -> tuple[str, ...]:
        """The builds that compile, or may: their labels."""
        return tuple(
            outlook.build.label
            for outlook in self.outlooks
            if outlook.build.times and outlook.classification.verdict is not Verdict.SOURCE_PURE
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. `code` is a row of `finding_codes.csv`, `severity` and `source` are from there.

    `message` is a sentence about this file. `packages` are system packages to add, `superfluous`
    those that need not be there; `builds` are the builds concerned (``scipy 1.10.1``).
    """

    code: str
    severity: Severity
    line: int
    stage: str
    message: str
    source: str
    packages: tuple[str, ...] = ()
    builds: tuple[str, ...] = ()
    superfluous: tuple[str, ...] = ()


def finding(
    code: str,
    line: int,
    stage: str,
    message: str,
    *,
    packages: tuple[str, ...] = (),
    builds: tuple[str, ...] = (),
    superfluous: tuple[str, ...] = (),
    source: str = "",
) -> Finding:
    """Make a finding of a known code; `source` replaces the table's where it is given."""
    row = finding_codes()[code]
    cited = source or row["source"]
    severity = Severity(row["severity"])
    return Finding(code, severity, line, stage, message, cited, packages, builds, superfluous)


def passed_over(found: Finding) -> Finding:
    """The same of a command after whose failure the RUN goes on: it does not end the build."""
    if found.severity is not Severity.ERROR:
        return found
    message = found.message.replace("the step fails", "the command fails, and the RUN goes on")
    return replace(found, severity=Severity.WARNING, message=message)
