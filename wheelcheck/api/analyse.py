"""Judge requirements already read, on targets already parsed, against any index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from wheelcheck.analysis.judge import Judge
from wheelcheck.analysis.loads.load_options import LoadOptions
from wheelcheck.analysis.loads.readings import ReadWheels
from wheelcheck.analysis.shared_sdists import SharedSdists
from wheelcheck.builds.installer_kind import InstallerKind
from wheelcheck.costs.machine import Machine
from wheelcheck.errors import Unknown, UsageError
from wheelcheck.fence import fenced
from wheelcheck.index.interface import Index
from wheelcheck.reports.progress import Progress, Silent
from wheelcheck.reports.values.report import Problem, Report
from wheelcheck.requirements import Requirements
from wheelcheck.resolution.common import Common
from wheelcheck.targets import Target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wheelcheck.index.network.helper import Helper, Serve

__all__ = ["analyse", "analyse_sharing"]


def analyse(  # noqa: PLR0913 (one keyword for each way to ask)
    requirements: Requirements,
    targets: Sequence[Target],
    index: Index,
    *,
    inputs: Sequence[str] = (),
    no_deps: bool = False,
    installer: InstallerKind = InstallerKind.PIP,
    machine: Machine = Machine(),  # noqa: B008 (frozen)
    as_of: datetime | None = None,
    verdicts_only: bool = False,
    advice: bool = True,
    loading: LoadOptions = LoadOptions(),  # noqa: B008 (frozen)
    progress: Progress | None = None,
) -> Report:
    """Judge requirements on targets, plan what would be built from source there, and advise.

    `check` does the same from file names and spellings; here every part is at hand already.

    Args:
        requirements: what `read_requirements` returns.
        targets: what `parse_target`, `expand_axes` or `default_matrix` return.
        index: what `open_index` yields, or any other `Index`.
        inputs: the names to show for what was read.
        no_deps: judge only what is listed, not what it requires.
        installer: who installs, as far as it decides how often something is built. The rules of the
            release are those of `Target.installer`.
        machine: the machine that installs; by default 2 cores, 100 Mbit/s and the reference speed.
        as_of: the moment of the builds; None for the date bound of the requirements, or now.
        verdicts_only: neither plan nor price builds, and advise nothing: that is quicker.
        advice: look for changes that help, each judged again.
        loading: how much is read to find out whether wheels load, and the oldest CPU.
        progress: receives how far each stage has come; None for nothing.

    Returns:
        The report, without violations: `check` holds it against a policy.

    Raises:
        UsageError: for requirements that are not read yet, and targets that are not parsed.
        IndexUnreachable: where no index answers.
    """
    _require(requirements, targets)
    return analyse_sharing(
        Common(index),
        requirements,
        targets,
        inputs=inputs,
        no_deps=no_deps,
        installer=installer,
        machine=machine,
        as_of=as_of,
        verdicts_only=verdicts_only,
        advice=advice,
        loading=loading,
        progress=progress,
    )


def analyse_sharing(  # noqa: PLR0913 (those of `analyse`)
    common: Common,
    requirements: Requirements,
    targets: Sequence[Target],
    *,
    inputs: Sequence[str],
    no_deps: bool,
    installer: InstallerKind,
    machine: Machine,
    as_of: datetime | None,
    verdicts_only: bool,
    advice: bool,
    loading: LoadOptions,
    progress: Progress | None,
    prefetched: Callable[[], object] | None = None,
    start_helper: Callable[[Serve], Helper | None] | None = None,
) -> Report:
    """As `analyse`, with the index and what is known of it in `common`.

    `prefetched` is called when all targets are resolved: most of what the index says was looked at.
    `start_helper` forks a process that plans builds meanwhile, where that is possible.
    """
    index, progress = common.index, progress or Silent()
    moment = as_of or requirements.policy.exclude_newer or datetime.now(UTC)

    sdists = SharedSdists(index)
    read_wheels = ReadWheels.start(loading)

    def judge_of(changed: Requirements, *, whole: bool = False) -> Judge:
        return Judge(
            changed,
            index,
            no_deps=no_deps and not whole,
            installer=installer,
            machine=machine,
            as_of=moment,
            sdists=sdists,
            advised=changed is not requirements,
            loading=loading,
            read_wheels=read_wheels,
            common=common,
            start_helper=start_helper if changed is requirements else None,
        )

    judge = judge_of(requirements)
    progress.update("Reading the index", 0, 0)
    if index.fetches:
        judge.prefetch(targets, plan=not verdicts_only)
        if verdicts_only or not advice:  # which resolves again
            judge.forget_resolutions()
        if prefetched is not None:
            prefetched()
    columns = []
    for position, target in enumerate(targets):
        progress.update("Judging targets", position, len(targets))
        columns.append(judge.column(target, plan=not verdicts_only))
    judge.finish()
    progress.update("Judging targets", len(targets), len(targets))
    report = judge.report(columns, inputs)
    if verdicts_only or not advice:
        return report
    from wheelcheck.advice.adviser import Adviser  # much, and for advice alone

    progress.update("Looking for advice", 0, 0)
    adviser = Adviser(requirements, index, judge, judge_of, moment)
    advised = fenced("the advice", "advice-failed", lambda: adviser.advise(columns))
    if isinstance(advised, Unknown):
        problem = Problem(code=advised.code, message=advised.reason, severity="warning")
        return report.model_copy(update={"problems": (*report.problems, problem)})
    return report.model_copy(update={"advice": advised})


def _require(requirements: object, targets: object) -> None:
    """Raise `UsageError` for the arguments of `check`, which reads and parses them first."""
    if not isinstance(requirements, Requirements):
        raise UsageError("analyse wants what read_requirements returns; check reads files itself")
    if not isinstance(targets, Sequence) or not all(isinstance(each, Target) for each in targets):
        raise UsageError('analyse wants targets as parse_target("python:3.12-alpine") returns them')
