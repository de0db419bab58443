"""The problems of a report: of its input, of each target, and of each pin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from packaging.markers import Marker
from packaging.utils import NormalizedName

from wheelcheck.analysis.judged_target import JudgedTarget
from wheelcheck.analysis.page_remarks import (
    PageProblem,
    file_problems,
    page_problems,
    status_problems,
)
from wheelcheck.coverage import Judgement, Verdict
from wheelcheck.errors import Unknown
from wheelcheck.fence import contain
from wheelcheck.index.interface import Project, Sdist, Wheel
from wheelcheck.loading.verdict.loads import Loads, LoadStatus
from wheelcheck.reports.values.report import Problem
from wheelcheck.requirements import Requirements
from wheelcheck.resolution import Conflict, Demand, Pin

__all__ = ["all_problems"]


def all_problems(
    requirements: Requirements,
    columns: Sequence[JudgedTarget],
    projects: Mapping[NormalizedName, Project | Unknown],
) -> tuple[Problem, ...]:
    """What is wrong with the input, with a target as a whole, and with single pins."""
    found = [
        *_input_problems(requirements, columns),
        *_judged_problems(requirements, columns, projects),
    ]
    return tuple(_merged(found))


def _input_problems(
    requirements: Requirements, columns: Sequence[JudgedTarget]
) -> Iterator[Problem]:
    yield from _skipped_lines(requirements, columns)
    yield from _other_pythons(requirements, columns)
    for warning in requirements.warnings:
        yield Problem(code="requirements", message=warning, severity="warning")


_REFUSALS = frozenset({"line-refused", "project-at-bare-path"})
"""Why lines are skipped that are a refusal of the whole input, where they matter at all."""


def _skipped_lines(
    requirements: Requirements, columns: Sequence[JudgedTarget]
) -> Iterator[Problem]:
    """Lines that could not be used, on the targets that they are for."""
    for line in requirements.skipped:
        targets = [
            column.name
            for column in columns
            if _holds(line.marker, column)
            and (not line.constraint or line.name in column.resolution.pins)
        ]
        if targets and line.why.code not in _REFUSALS:
            yield Problem(
                code=line.why.code,
                message=line.why.reason,
                package=line.name,
                where=str(line.origin),
                targets=tuple(targets) if line.marker else (),
            )


def _other_pythons(
    requirements: Requirements, columns: Sequence[JudgedTarget]
) -> Iterator[Problem]:
    """Inputs that are for another Python than a target has, where an installer goes on."""
    for scope in requirements.scopes:
        elsewhere = [c.name for c in columns if not scope.admits(c.resolution.target)]
        if scope.advisory and elsewhere:
            yield Problem(
                code="another-python",
                message=f"{scope.why}: `pipenv sync` warns here and goes on, "
                "`pipenv install --deploy` refuses it",
                severity="warning",
                where=str(scope.origin),
                targets=tuple(elsewhere),
            )


def _holds(marker: Marker | None, column: JudgedTarget) -> bool:
    if marker is None:
        return True
    try:
        return marker.evaluate(column.resolution.target.marker_environment())
    except Exception as error:  # noqa: BLE001 (of this line alone)
        contain(error, "a marker", "marker-undefined")
        return True


def _judged_problems(
    requirements: Requirements,
    columns: Sequence[JudgedTarget],
    projects: Mapping[NormalizedName, Project | Unknown],
) -> Iterator[Problem]:
    dated = requirements.policy.exclude_newer is not None
    skipped = {line.why for line in requirements.skipped}
    for column in columns:
        targets = (column.name,)
        yield from _column_problems(column)
        for name, (pin, judgement) in column.judged.items():
            loads = column.loads.get(name)
            unremarkable = name in column.unremarkable and not dated
            if unremarkable and _is_plain(pin, judgement, loads):
                continue  # and its page is not read
            project = projects[name]
            found = [] if pin.why in skipped else list(_unjudged_problems(pin, judgement))
            found += [*_pin_problems(pin, judgement), *status_problems(project)]
            found += file_problems(pin.file, project)
            found += page_problems(project)
            found += _load_problems(pin, loads)
            if dated and _undated(pin, project):
                why = "the index gives no upload time for some of its files: they were left out"
                found.append(("no-upload-time", why, "error"))
            for code, message, severity in found:
                yield Problem(
                    code=code, message=message, severity=severity, package=name, targets=targets
                )


def _unjudged_problems(pin: Pin, judgement: Judgement) -> Iterator[PageProblem]:
    """Why a pin could not be judged."""
    if pin.why:
        yield pin.why.code, pin.why.reason, "error"
    elif judgement.verdict is Verdict.UNKNOWN and not pin.dependencies_unknown:
        yield "hashes-not-on-index", judgement.reason, "error"


def _column_problems(column: JudgedTarget) -> Iterator[Problem]:
    """What is wrong on a target as a whole."""
    targets, conflict = (column.name,), column.resolution.conflict
    if isinstance(conflict, Conflict):
        yield Problem(code="version-conflict", message=str(conflict), targets=targets)
    elif conflict:
        yield Problem(code=conflict.code, message=conflict.reason, targets=targets)
    for fault in column.faults:
        yield Problem(code=fault.code, message=fault.reason, targets=targets)
    for name, why in column.summary.unread if column.summary else ():
        yield Problem(code=why.code, message=why.reason, package=name, targets=targets)
    for name, demand in column.resolution.unmet:
        yield _unmet(column, name, demand)


def _unmet(column: JudgedTarget, name: NormalizedName, demand: Demand) -> Problem:
    """What an old pip installs against a requirement, and reports afterwards."""
    pip = column.resolution.target.installer.label
    version = column.resolution.pins[name].version
    message = f"{demand}, and {pip} takes {name} {version}: it takes the first that it meets"
    return Problem(
        code="requirement-not-met",
        message=message,
        severity="warning",
        package=name,
        targets=(column.name,),
    )


def _is_plain(pin: Pin, judgement: Judgement, loads: Loads | None) -> bool:
    """Whether there is nothing to say of a pin, but what its page may say."""
    if pin.why or pin.dependencies_unknown or judgement.verdict is Verdict.UNKNOWN:
        return False
    if judgement.file is not None and judgement.file.yanked is not None:
        return False
    return loads is None or not (loads.remarks or loads.status.fails)


def _pin_problems(pin: Pin, judgement: Judgement) -> Iterator[PageProblem]:
    if pin.dependencies_unknown:
        unknown = pin.dependencies_unknown
        yield unknown.code, f"what else it needs is unknown: {unknown.reason}", "error"
    yield from _file_warnings(judgement.file)


def _load_problems(pin: Pin, loads: Loads | None) -> Iterator[PageProblem]:
    """What keeps a wheel from loading, with what to install."""
    if loads is not None and loads.status is LoadStatus.NEEDS:
        message = f"the wheel of {pin.version} does not load as the image is: {loads.reason}"
        if loads.command:
            message += f"; {loads.command}"
        yield "missing-libraries", message, "warning"
    elif loads is not None and loads.status is LoadStatus.NO:
        message = f"the wheel of {pin.version} never loads there: {loads.reason}"
        yield "does-not-load", message, "warning"
    for remark in loads.remarks if loads is not None else ():
        message = f"the wheel of {pin.version} differs from its tag: {remark}"
        yield "wheel-against-tag", message, "warning"


def _undated(pin: Pin, project: Project | Unknown) -> bool:
    """Whether a file that could have been chosen instead of the pin has no upload time."""
    return not isinstance(project, Unknown) and any(
        file.upload_time is None
        for version in project.versions
        if pin.version is None or version >= pin.version
        for file in project.files(version)
    )


def _file_warnings(file: Wheel | Sdist | None) -> Iterator[PageProblem]:
    if file and file.yanked is not None:
        reason = f": {file.yanked}" if file.yanked else ""
        yield "yanked", f"{file.filename} is yanked{reason}", "warning"


def _merged(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Merge equal problems into one with all its targets."""
    groups: dict[Problem, list[str]] = {}
    for problem in problems:
        key = problem.model_copy(update={"targets": ()})
        groups.setdefault(key, []).extend(problem.targets)
    for problem, targets in groups.items():
        yield problem.model_copy(update={"targets": tuple(dict.fromkeys(targets))})
