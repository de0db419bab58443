"""A Dockerfile judged: every step that installs, on the image it installs on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime

from wheelcheck.acceptance.managed import MANAGED
from wheelcheck.analysis.loads.load_options import LoadOptions
from wheelcheck.analysis.merging import merged
from wheelcheck.costs.machine import Machine
from wheelcheck.dockerfile.fixing.another_image import with_images
from wheelcheck.dockerfile.fixing.correcting import correct
from wheelcheck.dockerfile.fixing.editing import Correction
from wheelcheck.dockerfile.fixing.environments import MarkedStep
from wheelcheck.dockerfile.fixing.run_libraries import LackingLibraries
from wheelcheck.dockerfile.judging.not_loading import not_loading
from wheelcheck.dockerfile.judging.step_judge import (
    JudgedStep,
    OpenIndex,
    Step,
    StepJudges,
    steps_of,
)
from wheelcheck.dockerfile.reading.dockerfile_model import Dockerfile
from wheelcheck.dockerfile.reported_findings import builds_of, findings_of
from wheelcheck.errors import IndexUnreachable, NothingJudged, Unknown
from wheelcheck.fence import contain
from wheelcheck.loading.verdict.loads import LoadStatus
from wheelcheck.reports.progress import Progress, Silent
from wheelcheck.reports.values.dockerfile_values import (
    DockerfileFinding,
    DockerfileStep,
    JudgedDockerfile,
    UnreadPart,
)
from wheelcheck.reports.values.nearest import ByTarget
from wheelcheck.reports.values.report import Problem, Report
from wheelcheck.targets import Target, parse_target_on
from wheelcheck.targets.spellings.nearby import on_glibc

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
    loading: LoadOptions = LoadOptions(),  # noqa: B008 (frozen)
    progress: Progress | None = None,
) -> Report:
    """Judge every step of the image, find what breaks it and what it costs, and correct it.

    `open_index` opens the index that a step's options name; `bound` is the date bound. Raises
    `NothingJudged` where no step could be judged for reasons that the user can mend, and
    `IndexUnreachable` where no step's index answers.
    """
    steps = steps_of(dockerfile)
    total = sum(not step.unjudged for step in steps)
    found: dict[int, JudgedStep] = {}
    unreachable: IndexUnreachable | None = None
    progress = progress or Silent()
    with ExitStack() as stack:
        judges = StepJudges(dockerfile, stack, open_index, machine, as_of, bound, loading=loading)
        for position, step in enumerate(steps):
            progress.update(_JUDGING, len(found), total)
            try:
                judged = judges.judged(step, advice=advice)
            except IndexUnreachable as error:  # of this step alone, maybe
                steps[position] = replace(step, unjudged=str(error))
                unreachable = error
                continue
            except Exception as error:  # noqa: BLE001 (of this step alone)
                why = contain(error, step.step.text, "step-not-judged")
                steps[position] = replace(step, unjudged=why.reason)
                continue
            if judged is not None:
                found[position] = judged
    progress.update(_JUDGING, len(found), total)
    if not found and unreachable is not None:
        raise unreachable
    if not found:
        return _without_columns(dockerfile, steps, as_of)
    report = _merged(list(found.values()))
    columns = [target.name for target in report.targets]
    values = [_step(step, found.get(at), columns) for at, step in enumerate(steps)]
    return report.model_copy(
        update={
            "inputs": tuple(dict.fromkeys((dockerfile.name, *report.inputs))),
            "dockerfile": _dockerfile_value(dockerfile, list(found.values()), values, as_of),
            "problems": (*report.problems, *_problems(dockerfile, steps)),
        }
    )


def _without_columns(dockerfile: Dockerfile, steps: Sequence[Step], as_of: datetime) -> Report:
    """The report of a file of which no step could be judged.

    Raises `NothingJudged` with it where the reason is the user's to mend: a base image that nobody
    knows, a file that the build context lacks, a file that installs nothing. A step that reads what
    the Dockerfile itself brings nowhere is none: that fails wherever it is built.
    """
    parts = [_step(step, None, ()) for step in steps]
    report = Report(
        inputs=(dockerfile.name,),
        targets=(),
        packages=(),
        dockerfile=_dockerfile_value(dockerfile, (), parts, as_of),
        problems=tuple(
            problem.model_copy(update={"severity": "error"})  # nothing at all is answered
            for problem in _problems(dockerfile, steps)
        ),
    )
    if _is_users_to_mend(dockerfile, steps):
        raise NothingJudged(f"{dockerfile.name}: {_nothing(dockerfile, steps)}", report)
    return report


def _is_users_to_mend(dockerfile: Dockerfile, steps: Sequence[Step]) -> bool:
    """Whether no step could be judged for a reason that the user can remove."""
    faults = {fault.code for stage in dockerfile.stages for fault in stage.faults if fault.certain}
    if "no-such-file" in faults and "missing-from-context" not in faults:
        return False
    codes = {part.why.code for part in dockerfile.all_unread}
    if not steps:
        return not codes or bool(_MENDED & codes)
    unknown = all(isinstance(step.stage.target, Unknown) for step in steps)
    return unknown or bool(_MENDED & codes)


def _nothing(dockerfile: Dockerfile, steps: Sequence[Step]) -> str:
    """Why no step could be judged, in the file's order, each reason once."""
    reasons = [(step.step.line, step.unjudged) for step in steps if step.unjudged]
    known = {why for _, why in reasons}
    reasons += [
        (part.line, part.why.reason)
        for part in dockerfile.all_unread
        if part.why.reason not in known  # an image that is not known is reported at its step
    ]
    lines = [f"line {line}: {why.removesuffix('.')}" for line, why in sorted(set(reasons))]
    text = "; ".join(lines) or "no command in it installs Python packages"
    return f"no step could be judged: {text}"


def _merged(found: Sequence[JudgedStep]) -> Report:
    """One report of all steps, a column for each that is worth one."""
    shown = [item for item in found if not item.is_plain] or found
    report = merged([finding.report for finding in shown])
    packages = []
    for package in report.packages:
        cells = {finding.column.name: finding.elsewhere(package.name) for finding in shown}
        there = {name: cell for name, cell in cells.items() if cell is not None}
        packages.append(package.model_copy(update={"on": ByTarget({**package.on, **there})}))
    inputs = dict.fromkeys(name for item in found for name in item.report.inputs)
    return report.model_copy(update={"packages": tuple(packages), "inputs": tuple(inputs)})


# What is said of it


_UNCURED = frozenset({"other-libc", "other-cpu", "other-python"})
"""Errors that the corrected file has, too: which images are meant, its author must say."""


def _uncured(findings: Iterable[DockerfileFinding]) -> Iterator[str]:
    for each in findings:
        if each.code in _UNCURED:
            yield f"not mended, line {each.line}: {each.message}"


def _dockerfile_value(
    dockerfile: Dockerfile,
    found: Sequence[JudgedStep],
    steps: Sequence[DockerfileStep],
    as_of: datetime,
) -> JudgedDockerfile:
    builds = [builds_of(item) for item in found]
    marked = [
        MarkedStep(item.stage.index, item.step)
        for item in found
        if any(refusal.code == MANAGED for refusal in item.column.refusals)
    ]
    correction = correct(dockerfile, builds, map(_lacking_libraries, found), marked)
    other = _on_other_images(dockerfile, found, as_of)
    findings = tuple(findings_of(dockerfile, builds, tuple(not_loading(found))))
    return JudgedDockerfile(
        name=dockerfile.name,
        steps=tuple(steps),
        findings=findings,
        unread=tuple(
            UnreadPart(line=part.line, text=part.text, code=part.why.code, why=part.why.reason)
            for part in dockerfile.all_unread
        ),
        correction=correction.diff if correction else "",
        other_image=other.diff if other else "",
        remarks=tuple(
            dict.fromkeys(
                (
                    *(correction.remarks if correction else ()),
                    *(_uncured(findings) if correction else ()),
                    *(other.remarks if other else ()),
                )
            )
        ),
    )


def _step(step: Step, judged: JudgedStep | None, columns: Sequence[str]) -> DockerfileStep:
    return DockerfileStep(
        line=step.step.line,
        stage=step.stage.title,
        command=step.step.text,
        target=step.name if step.name in columns else None,
        unjudged=step.unjudged or None,
        note=judged.note if judged else "",
        tolerated=step.step.tolerated,
    )


def _lacking_libraries(judged: JudgedStep) -> LackingLibraries:
    needing = (each for each in judged.column.loads.values() if each.status is LoadStatus.NEEDS)
    packages = dict.fromkeys(name for loads in needing for name in loads.packages)
    return LackingLibraries(judged.stage.index, judged.step.layer, tuple(packages))


def _on_other_images(
    dockerfile: Dockerfile, found: Sequence[JudgedStep], as_of: datetime
) -> Correction | None:
    """The file on images of glibc, where advice has found that nothing compiles there."""
    images: dict[int, Target] = {}
    for item in found:
        target = item.stage.target
        if _helps_elsewhere(item) and item.stage.parent is None and isinstance(target, Target):
            other = on_glibc(parse_target_on(target.name, as_of=as_of.date()), as_of.date())
            if other is not None:
                images[item.stage.index] = other
    if not images:
        return None
    moved = with_images(dockerfile, _with_same(dockerfile, images), map(builds_of, found))
    return None if isinstance(moved, Unknown) else moved


def _with_same(dockerfile: Dockerfile, images: Mapping[int, Target]) -> dict[int, Target]:
    """Stages on the same image go along: what is copied between them must run."""
    found = dict(images)
    for stage in dockerfile.stages:
        if stage.parent is None and not isinstance(stage.target, Unknown):
            same = [found[i] for i in found if dockerfile.stages[i].image == stage.image]
            if same:
                found.setdefault(stage.index, same[0])
    return found


def _helps_elsewhere(judged: JudgedStep) -> bool:
    """Whether another image would leave a step without builds and without blockers."""
    return any(
        advice.kind == "image" and advice.builds_after == 0 and advice.blockers_after == 0
        for advice in judged.report.advice
    )


_ANOTHER_WAY = "no-lock"
"""What is followed all the same: the project is resolved instead of its lock."""


def _problems(dockerfile: Dockerfile, steps: Sequence[Step]) -> Iterator[Problem]:
    """What was not followed, each once on its line, and what makes the answer incomplete."""
    seen: set[tuple[str, str | None]] = set()
    for problem in _all_problems(dockerfile, steps):
        if (problem.message, problem.where) not in seen:
            seen.add((problem.message, problem.where))
            yield problem


def _all_problems(dockerfile: Dockerfile, steps: Sequence[Step]) -> Iterator[Problem]:
    """What was not followed; a step that should have been judged makes the answer incomplete."""
    lost = {
        step.step.line: step.unjudged
        for step in steps
        if step.unjudged and not step.step.only_ready_wheels
    }
    for part in dockerfile.all_unread:
        is_lost = bool(lost.pop(part.line, None))
        is_followed = part.why.code == _ANOTHER_WAY and not is_lost
        yield Problem(
            code=part.why.code,
            message=part.why.reason if is_followed else f"not followed: {part.why.reason}",
            severity="error" if is_lost else "warning",
            where=f"{dockerfile.name}:{part.line}",
        )
    for line, why in lost.items():
        yield Problem(
            code="step-not-judged",
            message=f"not judged: {why}",
            severity="error",
            where=f"{dockerfile.name}:{line}",
        )
