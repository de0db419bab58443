"""Put the Report together from what was resolved and judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from packaging.utils import NormalizedName

from wheelcheck.acceptance import InputRefusal
from wheelcheck.analysis.judged_target import JudgedTarget
from wheelcheck.analysis.page_remarks import late_upload
from wheelcheck.analysis.problems import all_problems
from wheelcheck.analysis.report_builds import evidence_by_package
from wheelcheck.analysis.report_costs import bill_value
from wheelcheck.coverage import Judgement, Verdict
from wheelcheck.coverage.wheel_loss import WheelLoss
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Project
from wheelcheck.loading.verdict.loads import Loads
from wheelcheck.reports.values.cost_values import Bill
from wheelcheck.reports.values.report import (
    Cell,
    Loading,
    LostWheel,
    Miss,
    Package,
    Problem,
    Report,
)
from wheelcheck.reports.values.target_values import (
    InstallerSummary,
    Outcome,
    Refusal,
    TargetSummary,
)
from wheelcheck.reports.wording.phrases import listing
from wheelcheck.requirements import Requirements
from wheelcheck.resolution import Pin, Refused

__all__ = ["assemble", "miss_value", "refusal_value"]


def assemble(
    requirements: Requirements,
    columns: Sequence[JudgedTarget],
    projects: Mapping[NormalizedName, Project | Unknown],
    inputs: Sequence[str],
) -> Report:
    """Turn judged targets into the Report; `projects` are looked at where needed."""
    bound = requirements.policy.exclude_newer
    problems = all_problems(requirements, columns, projects)
    return Report(
        inputs=tuple(inputs),
        as_of=bound.isoformat() if bound else None,
        targets=tuple(_summary(column, problems) for column in columns),
        packages=tuple(_packages(columns, projects)),
        builds=tuple(column.summary.plan for column in columns if column.summary),
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
    bill = bill_value(column.price, column.failing)
    lost = [name for name, (_, found) in column.judged.items() if found.file is None]
    if not lost:
        return bill
    message = f"{listing(lost)}: no file of {'it' if len(lost) == 1 else 'them'} can be installed"
    return bill.model_copy(update={"left_out": (message, *bill.left_out)})


def _packages(
    columns: Sequence[JudgedTarget], projects: Mapping[NormalizedName, Project | Unknown]
) -> Iterator[Package]:
    names = sorted({name for column in columns for name in column.judged})
    evidence = evidence_by_package([(column.name, column.summary) for column in columns])
    for name in names:
        alike: dict[tuple[object, ...], Cell] = {}
        yield Package(
            name=name,
            on={column.name: _cell(column, name, projects, alike) for column in columns},
            evidence=evidence.get(name, ()),
        )


def _cell(
    column: JudgedTarget,
    name: NormalizedName,
    projects: Mapping[NormalizedName, Project | Unknown],
    alike: dict[tuple[object, ...], Cell],
) -> Cell:
    """The cell of a package; targets that get the same file for the same reasons share one."""
    if column.resolution.conflict:
        return Cell(version=None, verdict=Verdict.UNKNOWN, reason="the requirements conflict here")
    if name not in column.judged:
        return Cell(version=None, verdict=Verdict.NOT_REQUIRED, reason="nothing asks for it here")
    pin, judgement = column.judged[name]
    loads = column.loads.get(name)
    failure = column.failure_of(name)
    # by identity: the columns hold them meanwhile
    same_values = (id(pin), id(judgement), id(loads), failure)
    if same_values in alike:
        return alike[same_values]
    asking = tuple(dict.fromkeys([demand.source for demand in pin.demands]))

    def made() -> Cell:
        late: tuple[str, ...] = ()
        if name not in column.unremarkable:
            late = tuple(late_upload(judgement.file, projects[name]))
        return _cell_value(pin, judgement, asking, loads, late, failure)

    if judgement.file is None or judgement.misses:
        return made()
    why = (judgement.reason, judgement.newer, judgement.lost)
    key = (judgement.file.filename, judgement.verdict, why, asking, loads, failure)
    if key not in alike:
        alike[key] = made()
    alike[same_values] = alike[key]
    return alike[key]


def _cell_value(
    pin: Pin,
    judgement: Judgement,
    asking: tuple[str, ...],
    loads: Loads | None,
    late: tuple[str, ...],
    failure: str,
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
        build_fails=failure,
        lost=_lost_value(judgement.lost),
        loads=Loading(
            status=loads.status.value,
            needs=loads.needs,
            packages=loads.packages,
            reason=loads.reason,
        )
        if loads
        else None,
        remarks=(*(loads.remarks if loads else ()), *late),
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
