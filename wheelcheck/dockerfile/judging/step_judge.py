"""The install steps of a Dockerfile, each judged on its stage's image with what it finds there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime

from msgspec import structs
from packaging.utils import canonicalize_name

from wheelcheck.acceptance import (
    InputRefusal,
    has_line_error,
    managed_refusals,
    platform_refusals,
    pylock_refusals,
)
from wheelcheck.advice.adviser import Adviser
from wheelcheck.analysis.already_installed import Installed
from wheelcheck.analysis.judge import Judge
from wheelcheck.analysis.judged_target import JudgedTarget
from wheelcheck.analysis.loads.load_options import LoadOptions, RunImage
from wheelcheck.analysis.loads.readings import ReadWheels
from wheelcheck.analysis.shared_sdists import SharedSdists
from wheelcheck.builds.installer_kind import InstallerKind
from wheelcheck.costs.machine import Machine
from wheelcheck.coverage import Verdict
from wheelcheck.dockerfile.judging.failures import Fate, fate_of, passed_over
from wheelcheck.dockerfile.judging.lent_libraries import libraries_lent
from wheelcheck.dockerfile.judging.run_images import lineage, run_image
from wheelcheck.dockerfile.judging.stage_environments import StageEnvironments
from wheelcheck.dockerfile.judging.stage_images import StageImages, image_options, uncounted
from wheelcheck.dockerfile.judging.step_installers import into_marked_python, step_installer
from wheelcheck.dockerfile.reading.dockerfile_model import Dockerfile, InstallStep, Stage
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Index
from wheelcheck.installers import Certainty, Rule
from wheelcheck.reports.values.report import Cell, Report
from wheelcheck.reports.wording.phrases import listing
from wheelcheck.requirements import Requirements
from wheelcheck.requirements.requirement_set import IndexOptions, Origin
from wheelcheck.targets import Target, with_installer

__all__ = ["JudgedStep", "OpenIndex", "Step", "StepJudges", "steps_of"]

OpenIndex = Callable[[IndexOptions], AbstractContextManager[Index]]

_TOOLS = frozenset({"pip", "setuptools", "uv", "wheel"})
"""What installs, and nothing that anybody wants for itself."""

_WHEELS = frozenset({Verdict.WHEEL, Verdict.PURE_WHEEL})


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a stage that the image is made of; `name` is that of its column.

    `unjudged` says why it is not judged, "" where it is.
    """

    stage: Stage
    step: InstallStep
    name: str = ""
    unjudged: str = ""

    @property
    def target(self) -> Target | Unknown:
        """Where it installs: on its stage's image, maybe with another Python or platform."""
        if isinstance(self.step.requested, Target):
            return self.step.requested
        return self.step.target or self.stage.target


@dataclass(frozen=True, slots=True)
class JudgedStep:
    """A step with its column, what it found installed, and the report of it alone.

    `run_image` is where what it installs is imported; `fate` whether a step that the RUN passes
    over installs anything: of all others this is taken for granted. `lent` is as in `StepBuilds`.
    """

    stage: Stage
    step: InstallStep
    column: JudgedTarget
    installed: Installed
    report: Report
    run_image: RunImage = RunImage()  # noqa: RUF009 (frozen)
    fate: Fate = Fate.INSTALLS
    lent: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_plain(self) -> bool:
        """Whether nothing in it is worth a column: a line says so."""
        if self.report.problems or self.column.resolution.conflict:
            return False
        verdicts = {found.verdict for _, found in self.column.judged.values()}
        return not verdicts or (_is_of_tools(self.step) and verdicts <= _WHEELS)

    @property
    def note(self) -> str:
        """What it leaves as it is and, where it is plain, what it brings."""
        present = [pin for pin in self.column.resolution.pins.values() if self.installed.has(pin)]
        parts = []
        if self.is_plain and self.column.judged:
            names = [f"{name} {pin.version}" for name, (pin, _) in self.column.judged.items()]
            verb = "comes as a wheel" if len(names) == 1 else "come as wheels"
            parts.append(f"{listing(names)} {verb}")
        if present:
            lines = [str(n) for n in sorted({self.installed.lines[pin.name] for pin in present})]
            names = [f"{pin.name} {pin.version}" for pin in present]
            place = f"line{'s' * (len(lines) > 1)} {listing(lines)}"
            verb = "is" if len(names) == 1 else "are"
            parts.append(f"{listing(names)} {verb} there already, from {place}")
        return "; ".join(parts)

    def elsewhere(self, name: str) -> Cell | None:
        """The cell of a package that an earlier step has installed; None for all others."""
        pin = self.column.resolution.pins.get(canonicalize_name(name))
        if pin is None or not self.installed.has(pin):
            return None
        reason = f"{pin.version} is there already, from line {self.installed.lines[pin.name]}"
        return Cell(version=None, verdict=Verdict.NOT_REQUIRED, reason=reason)


def steps_of(dockerfile: Dockerfile) -> list[Step]:
    """All steps of the stages that the image is made of, in the order of the file."""
    found = [
        Step(stage, step, unjudged=_unjudged(stage, step))
        for stage in dockerfile.stages
        if stage.index in dockerfile.needed
        for step in stage.steps
    ]
    return list(_named(found))


def _unjudged(stage: Stage, step: InstallStep) -> str:
    if isinstance(stage.target, Unknown):
        return stage.target.reason
    if isinstance(step.requested, Unknown):
        return step.requested.reason
    if step.only_ready_wheels:
        return "it takes wheels that another step has built"
    if step.requirements.lines or has_line_error(step.requirements):
        return ""
    if step.requirements.skipped:
        return step.requirements.skipped[0].why.reason
    read = step.projects or (step.lock is not None and step.lock.path is not None)
    requires_nothing = read and all(part.why.code == "script" for part in stage.unread)
    return "" if requires_nothing else "none of its requirements could be read"


def _named(steps: Sequence[Step]) -> Iterator[Step]:
    """Name the column of each step: its target's, with the line where several share one.

    Several commands in one instruction are distinguished by their number. A step for
    nothing but pip and its like has its line in any case, as it will hardly get a column.
    """
    judged = [step for step in steps if not step.unjudged]
    places = [(step.stage.index, step.step.line) for step in judged]
    owns = [_own_name(step) for step in judged if not _is_of_tools(step.step)]
    seen: list[tuple[int, int]] = []
    for step in steps:
        if step.unjudged:
            yield step
            continue
        here = (step.stage.index, step.step.line)
        seen.append(here)
        place = f"line {step.step.line}"
        if places.count(here) > 1:
            place += f", command {seen.count(here)}"
        own = _own_name(step)
        shared = owns.count(own) > 1 or (_is_of_tools(step.step) and owns.count(own) > 0)
        yield replace(step, name=f"{own} ({place})" if shared else own)


def _own_name(step: Step) -> str:
    target = step.target
    return step.stage.title if isinstance(target, Unknown) else target.name


def _is_of_tools(step: InstallStep) -> bool:
    names = {canonicalize_name(line.requirement.name) for line in step.requirements.lines}
    return bool(names) and names <= _TOOLS


class StepJudges:
    """Judges steps in their order; those with the same index share it, and what was read from it.

    `open_index` opens the index that a step's options name; `bound` is the date bound. `plans` says
    of a step, judged by its verdicts, whether its builds are planned; without it, all are.
    """

    def __init__(
        self,
        dockerfile: Dockerfile,
        stack: ExitStack,
        open_index: OpenIndex,
        machine: Machine,
        as_of: datetime,
        bound: datetime | None,
        *,
        plans: Callable[[JudgedTarget], bool] | None = None,
        loading: LoadOptions = LoadOptions(),  # noqa: B008 (frozen)
    ) -> None:
        self._plans = plans
        self._dockerfile = dockerfile
        self._stack = stack
        self._open_index = open_index
        self._machine = machine
        self._as_of = as_of
        self._bound = bound
        self._loading = loading
        self._read_wheels = ReadWheels.start(loading)
        self._opened: dict[IndexOptions, tuple[Index, SharedSdists]] = {}
        self._environments = StageEnvironments(dockerfile)
        self._images = StageImages(dockerfile)

    def judged(self, item: Step, *, advice: bool) -> JudgedStep | None:
        """One step on its target, with advice if that is wanted; None where it is not judged."""
        stage, step = item.stage, item.step
        target = item.target
        if item.unjudged or isinstance(target, Unknown):
            if step.only_ready_wheels:
                self._environments.add_ready(stage, step)
                self._images.add_ready(stage, step)
            return None
        installed = self._environments.before(stage, step)
        programs = self._environments.programs(stage)
        installer = step_installer(stage, step, target, installed, programs)
        target = replace(with_installer(target, installer), name=item.name)
        present = installed
        if installer.has(Rule.FOREIGN_WHEELS_REPLACED):
            installed = present.fitting(target)
        found = self._judged(item, target, installed, advice=advice)
        if found.fate is Fate.INSTALLS:
            replaced = present.pins.keys() - installed.pins.keys()
            pins = found.column.resolution.pins.values()
            self._environments.add(stage, step, pins, replaced=replaced)
        return found

    def _judged(
        self, item: Step, target: Target, installed: Installed, *, advice: bool
    ) -> JudgedStep:
        stage, step = item.stage, item.step
        requirements = _bounded(step.requirements, self._bound)
        if requirements.index not in self._opened:
            index = self._stack.enter_context(self._open_index(requirements.index))
            self._opened[requirements.index] = index, SharedSdists(index)
        index, sdists = self._opened[requirements.index]
        runs_in = run_image(self._dockerfile, stage)

        def judge_of(changed: Requirements, *, whole: bool = False) -> Judge:
            return Judge(
                changed,
                index,
                no_deps=step.no_deps and not whole,
                installer=InstallerKind(step.installer),
                machine=self._machine,
                as_of=self._as_of,
                sdists=sdists,
                image_options=image_options(self._dockerfile, step),
                installed=installed,
                advised=changed is not requirements,
                loading=self._loading,
                run_image=runs_in,
                read_wheels=self._read_wheels,
            )

        judge = judge_of(requirements)
        plans = None if step.tolerated else self._plans  # later steps may find what failed to build
        judge.prefetch([target], plan=plans is None)
        column = judge.column(target, plan=plans is None)
        if plans is not None and plans(column):
            column = judge.column(target)
        if step.requested is not None and step.tool == "pip":
            column = structs.replace(
                column, refusals=(*_platform_refusals(self._dockerfile, step), *column.refusals)
            )
        if step.tool == "pip" and target.installer.certainty is not Certainty.NAMED:
            refused = pylock_refusals(requirements, target)
            column = structs.replace(column, refusals=(*refused, *column.refusals))
        if _may_be_refused(stage, step) and into_marked_python(self._dockerfile, step):
            where = Origin(self._dockerfile.name, step.line)
            refusals = (*managed_refusals(target, where), *column.refusals)
            column = structs.replace(column, refusals=refusals)
        fate = fate_of(stage, step, column) if step.tolerated else Fate.INSTALLS
        whole = column
        if column.price is not None:
            stays = fate is Fate.INSTALLS
            size = self._images.after(stage, step, column.price.image, stays=stays)
            whole = structs.replace(column, price=structs.replace(column.price, image=size))
        report = _of_its_stages(judge.report([whole], step.inputs), self._dockerfile, stage)
        if advice:
            adviser = Adviser(
                requirements,
                index,
                judge,
                judge_of,
                self._as_of,
                runs_there=True,
                copied=bool(runs_in.title),
            )
            report = report.model_copy(update={"advice": adviser.advise([column])})
        if step.tolerated:
            report = passed_over(report, fate)
        lent = libraries_lent(column, runs_in, index, self._loading, self._read_wheels)
        return JudgedStep(stage, step, column, installed, report, runs_in, fate, lent)


def _may_be_refused(stage: Stage, step: InstallStep) -> bool:
    """Whether the distribution's own pip is there, and no other one."""
    without = any(fault.code == "no-pip" and fault.line == step.line for fault in stage.faults)
    return not without and not stage.own_python


def _platform_refusals(dockerfile: Dockerfile, step: InstallStep) -> Iterator[InputRefusal]:
    return platform_refusals(
        step.requirements,
        Origin(dockerfile.name, step.line),
        no_deps=step.no_deps,
        into_folder=bool(step.folder) or step.action == "download" or step.dry_run,
    )


def _bounded(requirements: Requirements, bound: datetime | None) -> Requirements:
    if bound is None:
        return requirements
    return structs.replace(
        requirements, policy=structs.replace(requirements.policy, exclude_newer=bound)
    )


def _of_its_stages(report: Report, dockerfile: Dockerfile, stage: Stage) -> Report:
    """Leave the size that the file's image has: its own stage's, or the last stage's."""
    final = dockerfile.final
    several = final is not None and stage.index not in lineage(dockerfile, final)
    sizes = []
    for target in report.targets:
        bill = target.bill
        if bill is not None and bill.image is not None:
            unset = {"single_stage": None} if several else {"multi_stage": None}
            image = bill.image.model_copy(update=unset)
            words = uncounted(dockerfile) if image.size else ()
            left_out = (*words, *bill.left_out)
            bill = bill.model_copy(update={"image": image, "left_out": left_out})
        sizes.append(target.model_copy(update={"bill": bill}))
    return report.model_copy(update={"targets": tuple(sizes)})
