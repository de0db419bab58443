"""What is found in a Dockerfile of which the steps are judged, as the report has it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wheelcheck.builds.installer_kind import InstallerKind
from wheelcheck.builds.outlook import Outlook
from wheelcheck.builds.plan import SourceBuildPlan
from wheelcheck.coverage.verdict import Verdict
from wheelcheck.dockerfile.judging.failures import failures_of
from wheelcheck.dockerfile.judging.finding import Finding, StepBuilds
from wheelcheck.dockerfile.judging.stage_findings import judge_stages
from wheelcheck.dockerfile.judging.step_judge import JudgedStep
from wheelcheck.dockerfile.reading.dockerfile_model import Dockerfile
from wheelcheck.dockerfile.reading.dockerfile_syntax import physical_lines
from wheelcheck.redaction import redact
from wheelcheck.reports.values.dockerfile_values import DockerfileFinding

__all__ = ["builds_of", "findings_of"]


def builds_of(judged: JudgedStep) -> StepBuilds:
    """What a step builds; that it builds nothing is worth knowing, too."""
    builds, step = judged.column.builds, judged.step
    plan = SourceBuildPlan(judged.column.resolution.target, InstallerKind(step.installer))
    outlooks: tuple[Outlook, ...] = ()
    if builds is not None:
        plan, outlooks = builds.plan, builds.outlooks
    failures = tuple(failures_of(judged.column))
    verdicts = {found.verdict for _, found in judged.column.judged.values()}
    pure = verdicts <= {Verdict.PURE_WHEEL, Verdict.SOURCE_PURE}
    return StepBuilds(
        judged.stage.index,
        step.line,
        plan,
        outlooks,
        step.number,
        failures,
        pure,
        judged.lent,
    )


def findings_of(
    dockerfile: Dockerfile, builds: Iterable[StepBuilds], loading: tuple[Finding, ...] = ()
) -> Iterator[DockerfileFinding]:
    """Yield all that is found, the worst first; `loading` is about wheels that do not load."""
    lines = physical_lines(dockerfile.text)
    for finding in judge_stages(dockerfile, builds, loading):
        yield DockerfileFinding(
            code=finding.code,
            severity=finding.severity,
            line=finding.line,
            stage=finding.stage,
            message=finding.message,
            source=finding.source,
            excerpt=redact(lines[finding.line - 1].strip()),
            packages=finding.packages,
            superfluous=finding.superfluous,
            builds=finding.builds,
        )
