"""Whether an install step fails, and why: refused, in conflict, without a file or a compiler."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from wheelcheck.analysis.judged_target import JudgedTarget
from wheelcheck.coverage import Verdict
from wheelcheck.distributions.distribution import Distribution, distribution_of
from wheelcheck.dockerfile.judging.finding import StepBuilds, StepFailure
from wheelcheck.dockerfile.judging.gaps import Gap, build_gaps
from wheelcheck.dockerfile.reading.dockerfile_model import InstallStep, Stage
from wheelcheck.reports.values.report import Report
from wheelcheck.resolution import Conflict

__all__ = ["Fate", "failures_of", "fate_of", "passed_over"]

_CONFLICT = "version-conflict"
"""The code of a problem: requirements that cannot be met together."""


class Fate(StrEnum):
    """What becomes of a step, as far as it is known."""

    INSTALLS = "installs"
    FAILS = "fails"
    UNSURE = "unsure"


def failures_of(step: JudgedTarget) -> Iterator[StepFailure]:
    """Yield what stops a step before anything is built, with what to do about it.

    A refusal of the whole input comes first.
    """
    for refusal in step.refusals:
        place = f"{refusal.where}: " if refusal.where else ""
        mend = "".join(
            f"{start}{words}"
            for start, words in (("; ", refusal.mend), (" ", refusal.paste))
            if words
        )
        message = f"{refusal.installer} refuses the whole input: {place}{refusal.message}{mend}"
        yield StepFailure("input-refused", message)
    if isinstance(step.resolution.conflict, Conflict):
        message = f"the requirements conflict: {step.resolution.conflict}"
        yield StepFailure("requirements-conflict", message)
    absent = frozenset() if step.refusals else step.absent
    for name, (pin, found) in step.judged.items():
        if found.verdict is Verdict.UNAVAILABLE or name in absent:
            label = f"{name} {pin.version}" if pin.version else name
            message = f"{label} cannot be installed: {found.reason}"
            yield StepFailure("package-unavailable", message)


def fate_of(stage: Stage, step: InstallStep, column: JudgedTarget) -> Fate:
    """Whether a step does what it is for, with the system packages that are there.

    Args:
        stage: the stage of the step.
        step: the step.
        column: what was judged of it, its source builds planned.
    """
    if column.outcome in {"refused", "fails"}:
        return Fate.FAILS
    sure = column.outcome == "installs"
    if column.builds is None:
        return Fate.INSTALLS if sure else Fate.UNSURE
    outlooks = column.builds.outlooks
    builds = StepBuilds(stage.index, step.line, column.builds.plan, outlooks, step.number)
    distribution = distribution_of(builds.plan.target)
    gaps: tuple[Gap, ...] = ()
    if isinstance(distribution, Distribution):
        gaps = build_gaps(stage, step, builds, distribution)
    if any(gap.certain for gap in gaps):
        return Fate.FAILS
    doubtful = gaps or any(outlook.obstacles for outlook in outlooks)
    return Fate.INSTALLS if sure and not doubtful else Fate.UNSURE


def passed_over(report: Report, fate: Fate) -> Report:
    """The report of a step whose failure the RUN passes over: what cannot be had is a warning.

    A step that fails for want of a compiler has no cost: nothing comes of it.
    """
    fails = {"outcome": "fails", "bill": None} if fate is Fate.FAILS else {}
    targets = (
        target.model_copy(update={"tolerated": True, **({} if target.fails else fails)})
        for target in report.targets
    )
    problems = (
        problem.model_copy(update={"severity": "warning"})
        if problem.is_absence or problem.code == _CONFLICT
        else problem
        for problem in report.problems
    )
    return report.model_copy(update={"targets": tuple(targets), "problems": tuple(problems)})
