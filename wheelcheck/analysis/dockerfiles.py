"""A Dockerfile judged: every step that installs, on the image it installs on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from datetime import datetime

from wheelcheck.analysis.advising import Adviser
from wheelcheck.analysis.judge import Judge
from wheelcheck.builds.environment import Installer
from wheelcheck.builds.outlook import SdistReader
from wheelcheck.builds.plan import BuildPlan
from wheelcheck.costs.bill import Machine
from wheelcheck.costs.image import ImageOptions
from wheelcheck.dockerfiles import (
    Correction,
    Finding,
    StepBuilds,
    correct,
    judge_stages,
    with_images,
)
from wheelcheck.errors import Unknown, UsageError
from wheelcheck.index.model import Index
from wheelcheck.reports.assemble import Column
from wheelcheck.reports.dockerfile import (
    DockerfileFinding,
    DockerfileStep,
    JudgedDockerfile,
    UnreadPart,
)
from wheelcheck.reports.merging import merged
from wheelcheck.reports.model import Problem, Report
from wheelcheck.reports.progress import Progress, Silent
from wheelcheck.requirements import Requirements
from wheelcheck.requirements.dockerfile.model import Dockerfile, InstallStep, Stage
from wheelcheck.requirements.dockerfile.syntax import physical_lines
from wheelcheck.requirements.model import IndexOptions
from wheelcheck.requirements.redaction import redact
from wheelcheck.targets import Target, parse_target
from wheelcheck.targets.alternatives import on_glibc

__all__ = ["analyse_dockerfile"]

OpenIndex = Callable[[IndexOptions], AbstractContextManager[Index]]

_JUDGING = "Judging steps"


@dataclass(frozen=True, slots=True)
class _Judged:
    """A step with its column and the report of it alone."""

    stage: Stage
    step: InstallStep
    column: Column
    report: Report


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
    `UsageError` where no step could be judged at all, with the reasons.
    """
    todo = list(_steps(dockerfile))
    names = _names([(stage, step) for stage, step, unjudged in todo if unjudged is None])
    found: list[_Judged] = []
    progress = progress or Silent()
    with ExitStack() as stack:
        judges = _StepJudges(dockerfile, stack, open_index, machine, as_of, bound)
        for stage, step, unjudged in todo:
            if unjudged is None and not isinstance(stage.target, Unknown):
                progress.update(_JUDGING, len(found), len(names))
                target = replace(stage.target, name=names[id(step)])
                found.append(judges.judged(stage, step, target, advice=advice))
    progress.update(_JUDGING, len(found), len(names))
    if not found:
        raise UsageError(f"{dockerfile.name}: {_nothing(dockerfile, todo)}")
    report = merged([one.report for one in found])
    told = _told(dockerfile, found, todo, names, as_of)
    return report.model_copy(
        update={
            "inputs": tuple(dict.fromkeys((dockerfile.name, *report.inputs))),
            "dockerfile": told,
            "problems": (*report.problems, *_problems(dockerfile, todo)),
        }
    )


class _StepJudges:
    """Judges steps; those with the same index share it, and what was read from it."""

    def __init__(
        self,
        dockerfile: Dockerfile,
        stack: ExitStack,
        open_index: OpenIndex,
        machine: Machine,
        as_of: datetime,
        bound: datetime | None,
    ) -> None:
        self._dockerfile = dockerfile
        self._stack = stack
        self._open_index = open_index
        self._machine = machine
        self._as_of = as_of
        self._bound = bound
        self._opened: dict[IndexOptions, tuple[Index, SdistReader]] = {}

    def judged(self, stage: Stage, step: InstallStep, target: Target, *, advice: bool) -> _Judged:
        """One step on its target, with ways out if they are wanted."""
        asked = _bounded(step.requirements, self._bound)
        if asked.index not in self._opened:
            index = self._stack.enter_context(self._open_index(asked.index))
            self._opened[asked.index] = index, SdistReader(index)
        index, sdists = self._opened[asked.index]

        def anew(changed: Requirements) -> Judge:
            return Judge(
                changed,
                index,
                no_deps=step.no_deps,
                installer=Installer(step.installer),
                machine=self._machine,
                as_of=self._as_of,
                sdists=sdists,
                image_options=_image_options(self._dockerfile, step),
            )

        judge = anew(asked)
        judge.foresee([target])
        column = judge.column(target)
        report = _of_its_stages(judge.report([column], step.inputs), self._dockerfile, stage)
        if advice:
            adviser = Adviser(asked, index, judge, anew, self._as_of)
            report = report.model_copy(update={"advice": adviser.advise([column])})
        return _Judged(stage, step, column, report)


def _steps(dockerfile: Dockerfile) -> Iterator[tuple[Stage, InstallStep, str | None]]:
    """The steps of stages that the image is made of, and why one is not judged."""
    for stage in dockerfile.stages:
        if stage.index not in dockerfile.needed:
            continue
        for step in stage.steps:
            if isinstance(stage.target, Unknown):
                yield stage, step, stage.target.reason
            elif not step.requirements.lines:
                yield stage, step, _why_nothing(step)
            elif step.only_ready_wheels:
                yield stage, step, "it takes wheels that another step has built"
            else:
                yield stage, step, None


def _why_nothing(step: InstallStep) -> str:
    if step.only_ready_wheels:
        return "it takes wheels that another step has built"
    if step.requirements.skipped:
        return step.requirements.skipped[0].why.reason
    return "none of its requirements could be read"


def _nothing(dockerfile: Dockerfile, todo: list[tuple[Stage, InstallStep, str | None]]) -> str:
    """Why no step could be judged, in the file's order, each reason once."""
    reasons = [(step.line, why) for _, step, why in todo if why]
    known = {why for _, why in reasons}
    reasons += [
        (one.line, one.why.reason)
        for one in dockerfile.all_unread
        if one.why.reason not in known  # an image that is not known is told at its step
    ]
    lines = [f"line {line}: {why.removesuffix('.')}" for line, why in sorted(set(reasons))]
    told = "; ".join(lines) or "no command in it installs Python packages"
    return f"no step could be judged: {told}"


def _names(steps: list[tuple[Stage, InstallStep]]) -> dict[int, str]:
    """A name for the column of each step: its target's, with the line where several share one.

    Of several commands in one instruction, each is told apart by its number, too. The keys are
    the identities of the steps, as two commands of one instruction may be equal.
    """
    targets = [stage.target.name for stage, _ in steps if not isinstance(stage.target, Unknown)]
    places = [(stage.index, step.line) for stage, step in steps]
    named: dict[int, str] = {}
    for number, (stage, step) in enumerate(steps):
        own = stage.target.name if not isinstance(stage.target, Unknown) else stage.title
        place = f"line {step.line}"
        if places.count(places[number]) > 1:
            place += f", command {places[: number + 1].count(places[number])}"
        named[id(step)] = f"{own} ({place})" if targets.count(own) > 1 else own
    return named


def _bounded(asked: Requirements, bound: datetime | None) -> Requirements:
    if bound is None:
        return asked
    return replace(asked, policy=replace(asked.policy, exclude_newer=bound))


def _of_its_stages(report: Report, dockerfile: Dockerfile, stage: Stage) -> Report:
    """Leave the one size that the file's image has: its own stage's, or that of the last one."""
    several = dockerfile.final is not None and stage.index != dockerfile.final.index
    told = []
    for target in report.targets:
        bill = target.bill
        if bill is not None and bill.image is not None:
            kept = {"single_stage": None} if several else {"multi_stage": None}
            bill = bill.model_copy(update={"image": bill.image.model_copy(update=kept)})
        told.append(target.model_copy(update={"bill": bill}))
    return report.model_copy(update={"targets": tuple(told)})


def _image_options(dockerfile: Dockerfile, step: InstallStep) -> ImageOptions:
    """What the file keeps besides what is installed."""
    final = dockerfile.final
    copied = final is not None and any(
        one.made is not None and one.made.kind == "wheels" for one in final.copies
    )
    kept = not step.no_cache and not step.cache_mounts and step.tool == "pip"
    return ImageOptions(pip_cache=kept, wheels_layer=copied)


# What is said of it


def _told(
    dockerfile: Dockerfile,
    found: list[_Judged],
    todo: list[tuple[Stage, InstallStep, str | None]],
    names: Mapping[int, str],
    as_of: datetime,
) -> JudgedDockerfile:
    builds = [_step_builds(one) for one in found]
    correction = correct(dockerfile, builds)
    other = _on_other_images(dockerfile, found, as_of)
    return JudgedDockerfile(
        name=dockerfile.name,
        steps=tuple(
            DockerfileStep(
                line=step.line,
                stage=stage.title,
                command=step.text,
                target=None if why else names[id(step)],
                unjudged=why,
            )
            for stage, step, why in todo
        ),
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


def _step_builds(judged: _Judged) -> StepBuilds:
    """What a step builds; that it builds nothing is worth knowing, too."""
    builds, step = judged.column.builds, judged.step
    if builds is None:
        plan = BuildPlan(judged.column.resolution.target, Installer(step.installer))
        return StepBuilds(judged.stage.index, step.line, plan, (), step.number)
    return StepBuilds(judged.stage.index, step.line, builds.plan, builds.outlooks, step.number)


def _on_other_images(
    dockerfile: Dockerfile, found: list[_Judged], as_of: datetime
) -> Correction | None:
    """The file on images of glibc, where advice has found that nothing compiles there."""
    images: dict[int, Target] = {}
    for one in found:
        helpful = any(
            way.kind == "image" and way.builds_after == 0 and way.blockers_after == 0
            for way in one.report.advice
        )
        if helpful and one.stage.parent is None and not isinstance(one.stage.target, Unknown):
            other = on_glibc(parse_target(one.stage.target.name, as_of=as_of.date()), as_of.date())
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


def _problems(
    dockerfile: Dockerfile, todo: list[tuple[Stage, InstallStep, str | None]]
) -> Iterator[Problem]:
    """What was not followed; a step that should have been judged makes the answer incomplete."""
    lost = {step.line: why for _, step, why in todo if why and not step.only_ready_wheels}
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
