"""Put the Report together from what was resolved and judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from packaging.markers import Marker
from packaging.utils import NormalizedName

from wheelcheck.acceptance import InputRefusal
from wheelcheck.analysis.judged_target import JudgedTarget
from wheelcheck.analysis.report_builds import plan_value, source_evidence
from wheelcheck.analysis.report_costs import bill_value
from wheelcheck.coverage import Judgement, Verdict
from wheelcheck.coverage.wheel_loss import WheelLoss
from wheelcheck.errors import Unknown
from wheelcheck.fence import contain
from wheelcheck.index.interface import Project, ProjectStatus, Sdist, Wheel
from wheelcheck.loading.load_verdict import Loads, LoadStatus
from wheelcheck.reports.values.cost_values import Bill
from wheelcheck.reports.values.report import (
    Cell,
    InstallerSummary,
    Loading,
    LostWheel,
    Miss,
    Outcome,
    Package,
    Problem,
    Refusal,
    Report,
    Severity,
    TargetSummary,
)
from wheelcheck.reports.wording.phrases import listing
from wheelcheck.requirements import Requirements
from wheelcheck.resolution import Conflict, Demand, Pin, Refused

__all__ = ["assemble", "miss_value", "refusal_value"]


def assemble(
    requirements: Requirements,
    columns: Sequence[JudgedTarget],
    projects: Mapping[NormalizedName, Project | Unknown],
    inputs: Sequence[str],
) -> Report:
    """Turn judged targets into the Report; `projects` has each project's status (PEP 792)."""
    bound = requirements.policy.exclude_newer
    found = [
        *_input_problems(requirements, columns),
        *_judged_problems(requirements, columns, projects),
    ]
    problems = tuple(_merged(found))
    return Report(
        inputs=tuple(inputs),
        as_of=bound.isoformat() if bound else None,
        targets=tuple(_summary(column, problems) for column in columns),
        packages=tuple(_packages(columns, projects)),
        builds=tuple(
            plan_value(column.builds, column.price) for column in columns if column.builds
        ),
        problems=problems,
    )


def _summary(column: JudgedTarget, problems: Sequence[Problem]) -> TargetSummary:
    target = column.resolution.target
    verdicts = {judgement.verdict for _, judgement in column.judged.values()}
    return TargetSummary(
        name=target.name,
        python="{}.{}".format(*target.python),
        python_full_version=target.python_full_version,
        implementation=target.implementation.value,
        free_threaded=target.free_threaded,
        system=target.platform.system.value,
        system_version=None if target.libc else target.platform.version,
        libc=target.libc.value if target.libc else None,
        libc_version=target.platform.version if target.libc else None,
        arch=target.arch.value,
        image=target.image.name if target.image else None,
        installable=not column.resolution.conflict
        and Verdict.UNAVAILABLE not in verdicts
        and not column.refusals,
        outcome=_outcome(column, problems),
        refusals=tuple(map(refusal_value, column.refusals)),
        notes=target.notes,
        bill=_bill(column),
        installer=InstallerSummary(
            name=target.installer.tool.value,
            version=str(target.installer.version),
            known=target.installer.certainty.value,
            source=target.installer.source,
        ),
    )


def _outcome(column: JudgedTarget, problems: Sequence[Problem]) -> Outcome:
    """What is known of the installation; nothing is certain while a part of it is not judged."""
    unsure = any(
        problem.severity == "error" and (not problem.targets or column.name in problem.targets)
        for problem in problems
    )
    return "unknown" if unsure and column.outcome == "installs" else column.outcome


def refusal_value(refusal: InputRefusal) -> Refusal:
    """A refusal as it leaves the library."""
    return Refusal(
        code=refusal.code,
        installer=refusal.installer,
        message=refusal.message,
        mend=refusal.mend,
        paste=refusal.paste,
        where=str(refusal.where) if refusal.where else None,
        package=refusal.package,
    )


def _bill(column: JudgedTarget) -> Bill | None:
    """The bill, with the packages that are not in it because they have no file."""
    if column.price is None:
        return None
    bill = bill_value(column.price)
    lost = [name for name, (_, found) in column.judged.items() if found.file is None]
    if not lost:
        return bill
    message = f"{listing(lost)}: no file of {'it' if len(lost) == 1 else 'them'} can be installed"
    return bill.model_copy(update={"left_out": (message, *bill.left_out)})


def _packages(
    columns: Sequence[JudgedTarget], projects: Mapping[NormalizedName, Project | Unknown]
) -> Iterator[Package]:
    names = sorted({name for column in columns for name in column.judged})
    evidence = source_evidence([(column.name, column.builds) for column in columns])
    for name in names:
        alike: dict[tuple[object, ...], Cell] = {}
        yield Package(
            name=name,
            on={column.name: _cell(column, name, projects[name], alike) for column in columns},
            evidence=evidence.get(name, ()),
        )


def _cell(
    column: JudgedTarget,
    name: NormalizedName,
    project: Project | Unknown,
    alike: dict[tuple[object, ...], Cell],
) -> Cell:
    """The cell of a package; targets that get the same file for the same reasons share one."""
    if column.resolution.conflict:
        return Cell(version=None, verdict=Verdict.UNKNOWN, reason="the requirements conflict here")
    if name not in column.judged:
        return Cell(version=None, verdict=Verdict.NOT_REQUIRED, reason="nothing asks for it here")
    pin, judgement = column.judged[name]
    asking = tuple(dict.fromkeys([demand.source for demand in pin.demands]))
    loads = column.loads.get(name)
    if judgement.file is None or judgement.misses:
        return _cell_value(pin, judgement, asking, loads, project)
    why = (judgement.reason, judgement.newer, judgement.lost)
    key = (judgement.file.filename, judgement.verdict, why, asking, loads)
    if key not in alike:
        alike[key] = _cell_value(pin, judgement, asking, loads, project)
    return alike[key]


def _cell_value(
    pin: Pin,
    judgement: Judgement,
    asking: tuple[str, ...],
    loads: Loads | None,
    project: Project | Unknown,
) -> Cell:
    file = judgement.file
    return Cell(
        version=str(pin.version) if pin.version else None,
        verdict=judgement.verdict,
        reason=judgement.reason,
        file=file.filename if file else None,
        requested_by=asking,
        misses=tuple(map(miss_value, judgement.misses)),
        size=file.size if file else None,
        upload_time=file.upload_time.isoformat() if file and file.upload_time else None,
        yanked=file.yanked if file else None,
        newer=judgement.newer,
        lost=_lost_value(judgement.lost),
        loads=Loading(
            status=loads.status.value,
            needs=loads.needs,
            packages=loads.packages,
            reason=loads.reason,
        )
        if loads
        else None,
        remarks=(*(loads.remarks if loads else ()), *_late_upload(file, project)),
    )


_LATE = timedelta(days=365)
"""Files of a release that are uploaded later than this after its first are remarked on: most come
within days, and wheels for a Python that was released since within months."""


def _late_upload(file: Wheel | Sdist | None, project: Project | Unknown) -> Iterator[str]:
    """That a file came long after its release: it is not what those saw who took it before."""
    if file is None or file.upload_time is None or isinstance(project, Unknown):
        return
    times = [each.upload_time for each in project.files(file.version) if each.upload_time]
    first = min(times, default=file.upload_time)
    if file.upload_time - first > _LATE:
        days = (file.upload_time - first).days
        yield (
            f"uploaded on {file.upload_time:%Y-%m-%d}, {days} days after the release's first file"
        )


def _lost_value(lost: WheelLoss | None) -> LostWheel | None:
    if lost is None:
        return None
    return LostWheel(
        kind=lost.kind.value,
        release=str(lost.release),
        before=str(lost.before) if lost.before else None,
        day=lost.day.date().isoformat() if lost.day else None,
        reason=lost.reason,
    )


def miss_value(refused: Refused) -> Miss:
    """Say why a file is passed over, as it leaves the library."""
    part = refused.miss.part.name.lower().replace("_", "-") if refused.miss else refused.refusal
    return Miss(file=refused.file.filename, part=part, why=refused.why)


def _input_problems(
    requirements: Requirements, columns: Sequence[JudgedTarget]
) -> Iterator[Problem]:
    for line in requirements.skipped:
        targets = [
            column.name
            for column in columns
            if _holds(line.marker, column)
            and (not line.constraint or line.name in column.resolution.pins)
        ]
        if targets:
            yield Problem(
                code=line.why.code,
                message=line.why.reason,
                package=line.name,
                where=str(line.origin),
                targets=tuple(targets) if line.marker else (),
            )
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
    for warning in requirements.warnings:
        yield Problem(code="requirements", message=warning, severity="warning")


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
            found = [*_pin_problems(pin, judgement, projects[name])]
            if pin.why and pin.why not in skipped:
                found.insert(0, (pin.why.code, pin.why.reason, "error"))
            known = pin.why or pin.dependencies_unknown
            if judgement.verdict is Verdict.UNKNOWN and known is None:
                found.append(("hashes-not-on-index", judgement.reason, "error"))
            found += _hash_problems(pin, projects[name])
            found += _page_problems(projects[name])
            found += _load_problems(pin, column.loads.get(name))
            if dated and _undated(pin, projects[name]):
                why = "the index gives no upload time for some of its files: they were left out"
                found.append(("no-upload-time", why, "error"))
            for code, message, severity in found:
                yield Problem(
                    code=code, message=message, severity=severity, package=name, targets=targets
                )


def _column_problems(column: JudgedTarget) -> Iterator[Problem]:
    """What is wrong on a target as a whole."""
    targets, conflict = (column.name,), column.resolution.conflict
    if isinstance(conflict, Conflict):
        yield Problem(code="version-conflict", message=str(conflict), targets=targets)
    elif conflict:
        yield Problem(code=conflict.code, message=conflict.reason, targets=targets)
    for fault in column.faults:
        yield Problem(code=fault.code, message=fault.reason, targets=targets)
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


def _pin_problems(
    pin: Pin, judgement: Judgement, project: Project | Unknown
) -> Iterator[tuple[str, str, Severity]]:
    if pin.dependencies_unknown:
        unknown = pin.dependencies_unknown
        yield unknown.code, f"what else it needs is unknown: {unknown.reason}", "error"
    yield from _file_warnings(judgement.file)
    if not isinstance(project, Unknown) and project.status is not ProjectStatus.ACTIVE:
        reason = f": {project.status_reason}" if project.status_reason else ""
        yield f"project-{project.status}", f"the project is {project.status}{reason}", "warning"


def _hash_problems(pin: Pin, project: Project | Unknown) -> Iterator[tuple[str, str, Severity]]:
    """Where a lock and the index disagree about what a file holds."""
    file = pin.file
    if file is None or isinstance(project, Unknown):
        return
    for other in project.files(file.version):
        if other.filename != file.filename or other is file:
            continue
        differ = {k for k in other.hashes.keys() & file.hashes if other.hashes[k] != file.hashes[k]}
        if differ:
            why = (
                f"the lock and the index list different hashes for {file.filename} "
                f"({', '.join(sorted(differ))}): an installer refuses a file that does not match"
            )
            yield "hash-differs", why, "error"
            return


def _page_problems(project: Project | Unknown) -> Iterator[tuple[str, str, Severity]]:
    """Entries of its page that cannot be read: there may be files that nobody sees."""
    unusable = () if isinstance(project, Unknown) else project.unusable
    malformed = [file for file in unusable if file.is_malformed]
    if not malformed:
        return
    first, severe = malformed[0], [file for file in malformed if file.ends_installers]
    message = f"on its page, {first.filename}: {first.reason}"
    if len(malformed) > 1:
        message += f", and {len(malformed) - 1:,} entries more"
    if severe:
        message += "; pip and uv end with an error there"
    yield "page-entry-malformed", message, "error" if severe else "warning"


def _load_problems(pin: Pin, loads: Loads | None) -> Iterator[tuple[str, str, Severity]]:
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


def _file_warnings(file: Wheel | Sdist | None) -> Iterator[tuple[str, str, Severity]]:
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
