"""What differs on another platform, in verdicts and errors: never part of the gate.

Source builds are looked at where a package compiles there alone, the loading of wheels nowhere:
that costs as much again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime

from packaging.utils import canonicalize_name

from wheelcheck.analysis.judged_target import JudgedTarget
from wheelcheck.analysis.loads.load_options import LoadMode, LoadOptions
from wheelcheck.costs.machine import Machine
from wheelcheck.coverage.verdict import Verdict
from wheelcheck.dockerfile.judging.finding import StepBuilds
from wheelcheck.dockerfile.judging.step_judge import (
    JudgedStep,
    OpenIndex,
    Step,
    StepJudges,
    steps_of,
)
from wheelcheck.dockerfile.reading.dockerfile_model import Dockerfile
from wheelcheck.dockerfile.reported_findings import builds_of, findings_of
from wheelcheck.errors import Unknown, WheelcheckError
from wheelcheck.fence import contain
from wheelcheck.reports.values.dockerfile_values import (
    DockerfileFinding,
    OtherPlatform,
    PlatformDifference,
)
from wheelcheck.reports.values.report import Report

__all__ = ["differences_on"]

_Key = tuple[int, str]  # line, stage
_NOWHERE = ""
"""The target of a step that the report does not have: it is done on the other platform alone."""


def differences_on(
    report: Report,
    there: Dockerfile,
    open_index: OpenIndex,
    *,
    machine: Machine,
    as_of: datetime,
    bound: datetime | None,
) -> OtherPlatform:
    """Compare verdicts and errors of a report with those of the same file on another platform.

    `there` is the file as it is read for that platform.
    """
    platform = there.stages[-1].platform if there.stages else ""
    lacking = [
        f"{stage.image}: {stage.target.reason}"
        for stage in there.stages
        if stage.index in there.needed
        and isinstance(stage.target, Unknown)
        and stage.steps
        and stage.parent is None
    ]
    if lacking:
        return OtherPlatform(platform=platform, unjudged="; ".join(dict.fromkeys(lacking)))
    differing: list[PlatformDifference] = []
    unjudged: list[str] = []
    builds: list[StepBuilds] = []
    with ExitStack() as stack:
        judges = StepJudges(
            there,
            stack,
            open_index,
            machine,
            as_of,
            bound,
            plans=_compiling_there(report),
            loading=LoadOptions(LoadMode.OFF),
        )
        targets = _targets_of(report)
        for step in steps_of(there):
            own = next(targets[_key(step)], _NOWHERE)
            if step.unjudged and own:
                unjudged.append(step.unjudged)
            try:
                judged = judges.judged(step, advice=False)
                if judged is not None:
                    builds.append(builds_of(judged))
                    differing += _differing(judged, report, own)
            except WheelcheckError as error:
                unjudged.append(str(error))
            except Exception as error:  # noqa: BLE001 (of this step alone)
                unjudged.append(contain(error, step.step.text, "step-not-judged").reason)
    differing += _only_here(targets, report)
    why = "; ".join(dict.fromkeys(unjudged))
    return OtherPlatform(
        platform=platform,
        differences=tuple(differing),
        findings=tuple(_errors(there, builds, report)),
        unjudged=why,
    )


def _compiling_there(report: Report) -> Callable[[JudgedTarget], bool]:
    """Whether a step compiles a package that no step of the report compiles."""
    here = {
        canonicalize_name(package.name)
        for package in report.packages
        if any(cell.verdict is Verdict.SOURCE_NATIVE for cell in package.on.values())
    }

    def compiling(step: JudgedTarget) -> bool:
        return any(
            found.verdict is Verdict.SOURCE_NATIVE and name not in here
            for name, (_, found) in step.judged.items()
        )

    return compiling


def _errors(
    there: Dockerfile, builds: Sequence[StepBuilds], report: Report
) -> Iterator[DockerfileFinding]:
    """The errors that the report has not: what is copied for another CPU, a file that is missing.

    Where a line has the same error in both, the packages that it is about are in the verdicts.
    """
    here = report.dockerfile.findings if report.dockerfile else ()
    known = {(each.code, each.line, each.stage) for each in here if each.severity == "error"}
    for found in findings_of(there, builds):
        if found.severity == "error" and (found.code, found.line, found.stage) not in known:
            yield found


def _differing(judged: JudgedStep, report: Report, own: str | None) -> Iterator[PlatformDifference]:
    """The packages of a step whose version or verdict is another one than in the report.

    `own` is the step's target there, None where it was not judged, `_NOWHERE` where there is none.
    """
    here = {package.name: package.on.get(own) for package in report.packages} if own else {}
    for package in judged.report.packages:
        cell = next(iter(package.on.values()))
        before = here.pop(package.name, None)
        if before is None:
            if own is not None and cell.verdict is not Verdict.NOT_REQUIRED:
                yield _difference(judged, package.name, None, cell.version, cell.verdict)
        elif (before.version, before.verdict) != (cell.version, cell.verdict):
            yield _difference(judged, package.name, before.verdict, cell.version, cell.verdict)
    for name, before in here.items():
        if before is not None and before.verdict is not Verdict.NOT_REQUIRED:
            yield _difference(judged, name, before.verdict, None, Verdict.NOT_REQUIRED)


def _only_here(
    targets: defaultdict[_Key, Iterator[str | None]], report: Report
) -> Iterator[PlatformDifference]:
    """What the steps install that the other platform does not have."""
    for (line, _), left in targets.items():
        for own in filter(None, left):
            for package in report.packages:
                cell = package.on.get(own)
                if cell is not None and cell.verdict is not Verdict.NOT_REQUIRED:
                    yield PlatformDifference(
                        line=line, package=package.name, here=cell.verdict, version=None, there=None
                    )


def _targets_of(report: Report) -> defaultdict[_Key, Iterator[str | None]]:
    """The targets of a report's steps, those of a line in their order.

    What a command names may hang on the platform: it is known by its place alone.
    """
    found: dict[_Key, list[str | None]] = {}
    for step in report.dockerfile.steps if report.dockerfile else ():
        found.setdefault((step.line, step.stage), []).append(step.target)
    return defaultdict(lambda: iter(()), {key: iter(each) for key, each in found.items()})


def _key(step: Step) -> _Key:
    return step.step.line, step.stage.title


def _difference(
    judged: JudgedStep, name: str, here: Verdict | None, version: str | None, there: Verdict
) -> PlatformDifference:
    return PlatformDifference(
        line=judged.step.line, package=name, here=here, version=version, there=there
    )
