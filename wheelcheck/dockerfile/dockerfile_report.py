"""A Dockerfile judged: every step that installs, on the image it installs on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime

from wheelcheck.analysis.merging import merged
from wheelcheck.builds.environment import Installer
from wheelcheck.builds.plan import SourceBuildPlan
from wheelcheck.costs.bill import Machine
from wheelcheck.dockerfile.fixing.another_image import with_images
from wheelcheck.dockerfile.fixing.correcting import correct
from wheelcheck.dockerfile.fixing.editing import Correction
from wheelcheck.dockerfile.judging.finding import Finding, StepBuilds
from wheelcheck.dockerfile.judging.stage_findings import judge_stages
from wheelcheck.dockerfile.judging.step_judge import (
    JudgedStep,
    OpenIndex,
    Step,
    StepJudges,
    steps_of,
)
from wheelcheck.dockerfile.reading.dockerfile_model import Dockerfile
from wheelcheck.dockerfile.reading.dockerfile_syntax import physical_lines
from wheelcheck.errors import NothingJudged, Unknown
from wheelcheck.reports.progress import Progress, Silent
from wheelcheck.reports.values.dockerfile_values import (
    DockerfileFinding,
    DockerfileStep,
    JudgedDockerfile,
    UnreadPart,
)
from wheelcheck.reports.values.report import Problem, Report
from wheelcheck.requirements.redaction import redact
from wheelcheck.targets import Target, parse_target_on
from wheelcheck.targets.nearby import on_glibc

__all__ = ["analyse_dockerfile"]

_MENDED = {"not-in-context", "no-stage"}
"""Codes of what was not read that a user mends: a file that is missing, no Dockerfile at all."""

_JUDGING = "Judging steps"


def analyse_dockerfile(
    dockerfile: Dockerfile,
    open_index: OpenIndex,
    *,
    machine: Machine,
    as_of: datetime,
    bound: datetime | None = None,
    advice: bool = True,
    progress: Progress | None = None,
) -> Report:
    """Judge every step of the image, find what breaks it and what it costs, and correct it.

    `open_index` opens the index that a step's options name; `bound` is the date bound. Raises
    `NothingJudged` where no step could be judged for reasons that the user can mend.
    """
    steps = steps_of(dockerfile)
    total = sum(not one.unjudged for one in steps)
    found: dict[int, JudgedStep] = {}
    progress = progress or Silent()
    with ExitStack() as stack:
        judges = StepJudges(dockerfile, stack, open_index, machine, as_of, bound)
        for position, step in enumerate(steps):
            progress.update(_JUDGING, len(found), total)
            judged = judges.judged(step, advice=advice)
            if judged is not None:
                found[position] = judged
    progress.update(_JUDGING, len(found), total)
    if not found:
        return _without_columns(dockerfile, steps, as_of)
    report = _merged(list(found.values()))
    columns = [target.name for target in report.targets]
    told = [_step(one, found.get(at), columns) for at, one in enumerate(steps)]
    return report.model_copy(
        update={
            "inputs": tuple(dict.fromkeys((dockerfile.name, *report.inputs))),
            "dockerfile": _told(dockerfile, list(found.values()), told, as_of),
            "problems": (*report.problems, *_problems(dockerfile, steps)),
        }
    )


def _without_columns(dockerfile: Dockerfile, steps: Sequence[Step], as_of: datetime) -> Report:
    """The report of a file of which no step could be judged.

    Raises `NothingJudged` with it where the reason is the user's to mend: a base image that nobody
    knows, a file that is not there, a file that installs nothing.
    """
    told = [_step(one, None, ()) for one in steps]
    report = Report(
        inputs=(dockerfile.name,),
        targets=(),
        packages=(),
        dockerfile=_told(dockerfile, (), told, as_of),
        problems=tuple(_problems(dockerfile, steps)),
    )
    known = [one for one in steps if not isinstance(one.stage.target, Unknown)]
    codes = {one.why.code for one in dockerfile.all_unread}
    if (steps and not known) or _MENDED & codes or not (steps or codes):
        message = f"{dockerfile.name}: {_nothing(dockerfile, steps)}"
        raise NothingJudged(message, report)
    return report


def _nothing(dockerfile: Dockerfile, steps: Sequence[Step]) -> str:
    """Why no step could be judged, in the file's order, each reason once."""
    reasons = [(one.step.line, one.unjudged) for one in steps if one.unjudged]
    known = {why for _, why in reasons}
    reasons += [
        (one.line, one.why.reason)
        for one in dockerfile.all_unread
        if one.why.reason not in known  # an image that is not known is told at its step
    ]
    lines = [f"line {line}: {why.removesuffix('.')}" for line, why in sorted(set(reasons))]
    told = "; ".join(lines) or "no command in it installs Python packages"
    return f"no step could be judged: {told}"


def _merged(found: Sequence[JudgedStep]) -> Report:
    """One report of all steps, a column for each that is worth one."""
    shown = [one for one in found if not one.is_plain] or found
    report = merged([one.report for one in shown])
    packages = []
    for package in report.packages:
        cells = {one.column.name: one.elsewhere(package.name) for one in shown}
        there = {name: cell for name, cell in cells.items() if cell is not None}
        packages.append(package.model_copy(update={"on": {**package.on, **there}}))
    inputs = dict.fromkeys(name for one in found for name in one.report.inputs)
    return report.model_copy(update={"packages": tuple(packages), "inputs": tuple(inputs)})


# What is said of it


def _told(
    dockerfile: Dockerfile,
    found: Sequence[JudgedStep],
    steps: Sequence[DockerfileStep],
    as_of: datetime,
) -> JudgedDockerfile:
    builds = [_step_builds(one) for one in found]
    correction = correct(dockerfile, builds)
    other = _on_other_images(dockerfile, found, as_of)
    return JudgedDockerfile(
        name=dockerfile.name,
        steps=tuple(steps),
        findings=tuple(_findings(dockerfile, builds)),
        unread=tuple(
            UnreadPart(line=one.line, text=one.text, code=one.why.code, why=one.why.reason)
            for one in dockerfile.all_unread
        ),
        correction=correction.diff if correction else "",
        other_image=other.diff if other else "",
        remarks=tuple(
            dict.fromkeys(
                (*(correction.remarks if correction else ()), *(other.remarks if other else ()))
            )
        ),
    )


def _step(one: Step, judged: JudgedStep | None, columns: Sequence[str]) -> DockerfileStep:
    return DockerfileStep(
        line=one.step.line,
        stage=one.stage.title,
        command=one.step.text,
        target=one.name if one.name in columns else None,
        unjudged=one.unjudged or None,
        note=judged.note if judged else "",
        tolerated=one.step.tolerated,
    )


def _step_builds(judged: JudgedStep) -> StepBuilds:
    """What a step builds; that it builds nothing is worth knowing, too."""
    builds, step = judged.column.builds, judged.step
    if builds is None:
        plan = SourceBuildPlan(judged.column.resolution.target, Installer(step.installer))
        return StepBuilds(judged.stage.index, step.line, plan, (), step.number)
    return StepBuilds(judged.stage.index, step.line, builds.plan, builds.outlooks, step.number)


def _on_other_images(
    dockerfile: Dockerfile, found: Sequence[JudgedStep], as_of: datetime
) -> Correction | None:
    """The file on images of glibc, where advice has found that nothing compiles there."""
    images: dict[int, Target] = {}
    for one in found:
        helpful = any(
            way.kind == "image" and way.builds_after == 0 and way.blockers_after == 0
            for way in one.report.advice
        )
        if helpful and one.stage.parent is None and not isinstance(one.stage.target, Unknown):
            other = on_glibc(
                parse_target_on(one.stage.target.name, as_of=as_of.date()), as_of.date()
            )
            if other is not None:
                images[one.stage.index] = other
    if not images:
        return None
    for stage in dockerfile.stages:  # stages on the same image go along: what is copied must run
        if stage.parent is None and not isinstance(stage.target, Unknown):
            same = [images[i] for i in images if dockerfile.stages[i].image == stage.image]
            if same:
                images.setdefault(stage.index, same[0])
    moved = with_images(dockerfile, images, map(_step_builds, found))
    return None if isinstance(moved, Unknown) else moved


def _findings(dockerfile: Dockerfile, builds: list[StepBuilds]) -> Iterator[DockerfileFinding]:
    lines = physical_lines(dockerfile.text)
    for one in judge_stages(dockerfile, builds):
        yield _finding(one, redact(lines[one.line - 1].strip()))


def _finding(one: Finding, excerpt: str) -> DockerfileFinding:
    return DockerfileFinding(
        code=one.code,
        severity=one.severity,
        line=one.line,
        stage=one.stage,
        message=one.message,
        source=one.source,
        excerpt=excerpt,
        packages=one.packages,
        superfluous=one.superfluous,
        builds=one.builds,
    )


def _problems(dockerfile: Dockerfile, steps: Sequence[Step]) -> Iterator[Problem]:
    """What was not followed; a step that should have been judged makes the answer incomplete."""
    lost = {
        one.step.line: one.unjudged
        for one in steps
        if one.unjudged and not one.step.only_ready_wheels
    }
    for one in dockerfile.all_unread:
        yield Problem(
            code=one.why.code,
            message=f"not followed: {one.why.reason}",
            severity="error" if lost.pop(one.line, None) else "warning",
            where=f"{dockerfile.name}:{one.line}",
        )
    for line, why in lost.items():
        yield Problem(
            code="step-not-judged",
            message=f"not judged: {why}",
            severity="error",
            where=f"{dockerfile.name}:{line}",
        )
