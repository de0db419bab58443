"""Judging a Dockerfile: everything found, what breaks the build first, then what costs most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wheelcheck.dockerfile.judging.finding import (
    Finding,
    Severity,
    StepBuilds,
    finding,
    passed_over,
)
from wheelcheck.dockerfile.judging.habits import habits_of_stage, habits_of_step
from wheelcheck.dockerfile.judging.missing import missing_at_build, missing_at_run
from wheelcheck.dockerfile.judging.step_faults import faults_of_stage
from wheelcheck.dockerfile.reading.dockerfile_model import Dockerfile, InstallStep, Stage
from wheelcheck.reports.values.finding_codes import finding_codes

__all__ = ["judge_stages"]


def judge_stages(
    dockerfile: Dockerfile, builds: Iterable[StepBuilds], loading: tuple[Finding, ...] = ()
) -> tuple[Finding, ...]:
    """Judge the stages that the image is made of.

    `loading` are the findings about wheels that do not load. `builds` are the source builds of its
    steps, as far as they could be planned: a step without any is judged by its habits alone. Errors
    come first, and within a severity what usually costs most (the order of `finding_codes.csv`),
    then by line.
    """
    planned = {
        (build.stage, build.step_of(dockerfile.stages[build.stage]).number): build
        for build in builds
    }
    found = dict.fromkeys((*_findings(dockerfile, planned), *loading))
    order = list(finding_codes())
    severities = list(Severity)
    return tuple(
        sorted(
            found,
            key=lambda item: (severities.index(item.severity), order.index(item.code), item.line),
        )
    )


def _findings(
    dockerfile: Dockerfile, planned: dict[tuple[int, int], StepBuilds]
) -> Iterator[Finding]:
    bound = {build.stage for build in planned.values() if not build.pure}
    pure = frozenset(build.stage for build in planned.values()) - bound
    for stage in dockerfile.stages:
        if stage.index not in dockerfile.needed:
            continue
        yield from faults_of_stage(stage)
        for step in stage.steps:
            judged = planned.get((stage.index, step.number))
            for failure in judged.failures if judged else ():
                found = finding(failure.code, step.line, stage.title, failure.message)
                yield passed_over(found) if step.tolerated else found
            yield from habits_of_step(stage, step, judged if step.builds else None)
        yield from _missing(stage, planned)
        known = [build for build in planned.values() if build.stage == stage.index]
        yield from habits_of_stage(dockerfile, stage, known, pure)
    yield from missing_at_run(dockerfile, planned.values())


def _missing(stage: Stage, planned: dict[tuple[int, int], StepBuilds]) -> Iterator[Finding]:
    by_line: dict[tuple[int, bool], list[tuple[InstallStep, StepBuilds]]] = {}
    for step in stage.steps:
        builds = planned.get((stage.index, step.number)) if step.builds else None
        if builds is not None:
            by_line.setdefault((step.line, step.tolerated), []).append((step, builds))
    for (_, tolerated), steps in by_line.items():
        found = missing_at_build(stage, steps)
        yield from map(passed_over, found) if tolerated else found
