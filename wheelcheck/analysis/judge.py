"""One target after another: resolved, judged, and its source builds planned."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace
from packaging.utils import NormalizedName

from wheelcheck.acceptance import refusals_of
from wheelcheck.analysis.already_installed import NOTHING, Installed
from wheelcheck.analysis.assembly import assemble
from wheelcheck.analysis.builds.build_records import BuildRecords
from wheelcheck.analysis.builds.planned_builds import PlannedBuilds, WantedBuilds
from wheelcheck.analysis.choices import Choices, Chosen
from wheelcheck.analysis.judged_target import (
    BuildSummary,
    JudgedTarget,
    TargetBuilds,
    is_planned,
)
from wheelcheck.analysis.loads.load_check import LoadCheck
from wheelcheck.analysis.loads.load_options import LoadOptions, RunImage
from wheelcheck.analysis.loads.readings import ReadWheels
from wheelcheck.analysis.pricing import Pricing
from wheelcheck.analysis.shared_sdists import SharedSdists
from wheelcheck.builds.installer_kind import InstallerKind
from wheelcheck.costs.machine import Machine
from wheelcheck.coverage import Judgement, Verdict
from wheelcheck.errors import Unknown
from wheelcheck.fence import fenced
from wheelcheck.index.interface import Index, Sdist
from wheelcheck.index.lock_index import with_locked_files
from wheelcheck.reports.values.report import Report
from wheelcheck.requirements import Requirements
from wheelcheck.resolution import FileRules, Resolver
from wheelcheck.resolution.common import Common
from wheelcheck.resolution.resolver import MAX_ROUNDS
from wheelcheck.resolution.stored.target_answers import TargetAnswers
from wheelcheck.targets import Target
from wheelcheck.targets.remembered import Memo

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wheelcheck.analysis.builds.planning import SourceBuilds
    from wheelcheck.costs.image import ImageOptions
    from wheelcheck.index.network.helper import Helper, Serve

__all__ = ["Judge"]

ADVISED_ROUNDS = 2_000
"""How long requirements are tried that nobody has written: five times what 330 pins take. Those
that need more have no end in sight, and every target would wait for its own."""


class Judge:
    """Judges one target after another, sharing what they have in common.

    `sdists` may be shared between judges: what an sdist holds depends on nobody's requirements.
    Packages that are `installed` in the same version have no part in a column: nothing is done.
    What is `advised` is tried less long than what the user wrote. `run_image` is where what is
    installed is imported; `read_wheels` and `common`, what resolvers share, may be shared like
    `sdists`. `start_helper` forks a process that plans builds meanwhile, where one may be forked.
    """

    def __init__(  # noqa: PLR0913 (the question, the index, the installer, the machine)
        self,
        requirements: Requirements,
        index: Index,
        *,
        no_deps: bool = False,
        installer: InstallerKind,
        machine: Machine,
        as_of: datetime,
        sdists: SharedSdists,
        image_options: ImageOptions | None = None,
        installed: Installed = NOTHING,
        advised: bool = False,
        loading: LoadOptions = LoadOptions(),  # noqa: B008 (frozen)
        run_image: RunImage = RunImage(),  # noqa: B008 (frozen)
        read_wheels: ReadWheels | None = None,
        common: Common | None = None,
        start_helper: Callable[[Serve], Helper | None] | None = None,
    ) -> None:
        self._requirements = requirements
        self._index = index = with_locked_files(index, requirements)
        common = common if common and common.index is index else Common(index)
        self._as_of = as_of
        self._resolver = Resolver(
            requirements,
            index,
            no_deps=no_deps,
            installed=installed.preferred,
            max_rounds=ADVISED_ROUNDS if advised else MAX_ROUNDS,
            common=common,
        )
        self._common = common
        self._sdists = sdists
        self._installer = installer
        self._choices = Choices(
            requirements,
            index,
            self._resolver,
            installer,
            installed=installed,
            as_of=as_of,
            stored=common.stored,
        )
        self._pricing = Pricing(index, installer, machine, image_options)
        self._builds: PlannedBuilds = PlannedBuilds(self._sources, self._pricing)
        if start_helper is not None:
            from wheelcheck.analysis.builds.builds_beside import BuildsBeside

            self._builds = BuildsBeside(self._sources, self._pricing, start_helper, common.stored)
        self._loading = LoadCheck(index, loading, run_image, read_wheels)
        self._prefetched: dict[Target, Chosen] = {}

    def _sources(self) -> SourceBuilds:
        # much, and most runs build nothing
        from wheelcheck.analysis.builds.planning import SourceBuilds

        return SourceBuilds(
            self._index,
            self._requirements,
            self._installer,
            self._as_of,
            self._sdists.reader,
            self._common,
        )

    def rules_of(self, target: Target) -> FileRules:
        """The user's rules on files, as the installer of a target applies them."""
        return self._resolver.rules_of(target)

    def stored_on(self, target: Target) -> TargetAnswers | None:
        """What earlier runs have stored of a target; None where nothing may be taken over."""
        return self._resolver.stored_on(target)

    def knows_loads(self, column: JudgedTarget) -> bool:
        """Whether it is stored for later runs which wheels of a target load."""
        target = column.resolution.target
        return self._loading.knows(target, column.judged, self.stored_on(target))

    def prefetch(self, targets: Sequence[Target], *, plan: bool = True) -> None:
        """Have the index fetch, side by side, what judging these targets will ask for."""
        if not self._index.fetches:
            return
        # whatever fails here fails again where its result is read, and is reported there
        fenced("what to fetch", "not-fetched", lambda: self._prefetch(targets, plan=plan))

    def look_ahead(self, targets: Sequence[Target]) -> None:
        """Have the index fetch, side by side, what resolving on these targets will ask for."""
        if self._index.fetches:
            fenced("what to fetch", "not-fetched", lambda: self._resolver.prefetch(targets))

    def forget_resolutions(self) -> None:
        """Drop what resolving all targets has left: half of all memory that is then in use."""
        self._resolver.forget()

    def _prefetch(self, targets: Sequence[Target], *, plan: bool) -> None:
        self._resolver.prefetch(targets)
        if plan:
            self._builds.expect(targets)
        for target in targets:
            self._prefetched[target] = self._choose(target, plan=plan)
        wanted = self._builds.planned_here(
            WantedBuilds(target, chosen.sdists, chosen.tried)
            for target, chosen in self._prefetched.items()
            if not self._knows_builds(target, chosen)
        )
        planned = [each for each in wanted if plan and is_planned(each.target)]
        self._builds.begin_plans(planned)
        if plan:  # before all that waits for sdists: wheels are read meanwhile
            for target, chosen in self._prefetched.items():
                if is_planned(target):
                    self._loading.prefetch(target, chosen.judged, self.stored_on(target))
        self._builds.prefetch_plans(planned)
        self._builds.prefetch_verdicts(wanted)

    def verdicts(self, target: Target, compiles: Callable[[Sdist], bool]) -> JudgedTarget:
        """Judge every package on a target, without plans and prices.

        Of which `compiles` says that it does, that sdist is not read.
        """
        chosen = self._choose(target, plan=False, compiles=compiles)
        refusals = refusals_of(self._requirements, chosen.resolution, target.installer.tool.value)
        records = self._build_records_on(target)

        def refine(sdist: Sdist, found: Judgement) -> Judgement:
            if compiles(sdist):
                return replace(found, verdict=Verdict.SOURCE_NATIVE)
            return self._refined(sdist, found, target, records)

        return JudgedTarget(chosen.resolution, chosen.refined(refine), refusals=refusals)

    def column(
        self, target: Target, only: NormalizedName | None = None, *, plan: bool = True
    ) -> JudgedTarget:
        """Judge every package on a target, or `only` one of them, with its builds alone.

        Without `plan` builds are neither planned nor priced: verdicts are all that is wanted.
        """
        chosen = self._prefetched.pop(target, None) or self._choose(target, only, plan=plan)
        resolution = chosen.resolution
        records = self._build_records_on(target)
        judged = chosen.refined(
            lambda sdist, found: self._refined(sdist, found, target, records), only
        )
        refusals = refusals_of(self._requirements, resolution, target.installer.tool.value)
        if not (plan and is_planned(target)):
            return JudgedTarget(resolution, judged, refusals=refusals)
        builds = fenced(
            "the plan of the builds",
            "builds-not-planned",
            lambda: self._summary(target, chosen),
        )
        summary = None if isinstance(builds, Unknown) else builds
        price = fenced(
            "the bill",
            "costs-unknown",
            lambda: self._pricing.price(target, chosen.files, summary),
        )
        loads = fenced(
            "the load check",
            "load-check-failed",
            lambda: self._loading.judge(target, chosen.judged, self.stored_on(target)),
        )
        return JudgedTarget(
            resolution,
            judged,
            summary,
            None if isinstance(price, Unknown) else price,
            refusals,
            {} if isinstance(loads, Unknown) else loads,
            tuple(each for each in (builds, price, loads) if isinstance(each, Unknown)),
            chosen.unremarkable,
        )

    def _summary(self, target: Target, chosen: Chosen) -> BuildSummary | None:
        """What is built from source, as an earlier run or else this one plans it."""
        sdists, tried = chosen.sdists, chosen.tried
        if not sdists and not tried:
            return None
        records = self._build_records_on(target)
        wanted = WantedBuilds(target, sdists, tried)

        def plan() -> TargetBuilds:
            return self._builds.details(wanted)

        known = records.summary(sdists, tried, plan) if records else None
        if known is None:
            known = self._builds.summary(wanted)
            if records:
                records.add(sdists, tried, known)
        return known

    def _knows_builds(self, target: Target, chosen: Chosen) -> bool:
        """Whether what is built is known from an earlier run, and no image asks for more."""
        records = None if target.image else self._build_records_on(target)
        return records is not None and records.knows(chosen.sdists, chosen.tried)

    def _refined(
        self, sdist: Sdist, judgement: Judgement, target: Target, records: BuildRecords | None
    ) -> Judgement:
        def refine(judgement: Judgement) -> Judgement:
            return self._builds.refine(judgement, target)

        found = fenced(
            sdist.filename,
            "sdist-unreadable",
            lambda: records.refined(judgement, refine) if records else refine(judgement),
        )
        if isinstance(found, Unknown):
            return replace(judgement, reason=f"{judgement.reason}; {found.reason}")
        return found

    def _build_records_on(self, target: Target) -> BuildRecords | None:
        """What earlier runs know of builds on a target; None where nothing may be taken over."""
        every, on_target = self._common.stored, self.stored_on(target)
        if every is None or on_target is None or self._requirements.build_constraints_on(target):
            return None
        return BuildRecords(every, on_target, target, self._installer)

    def _choose(
        self,
        target: Target,
        only: NormalizedName | None = None,
        *,
        plan: bool = True,
        compiles: Callable[[Sdist], bool] = lambda _: False,
    ) -> Chosen:
        """Choose, and announce what building and pricing will ask for."""
        chosen = self._choices.of(target, only, plan=plan)
        if plan and is_planned(target):
            self._announce_builds(target, chosen)
            return chosen
        if chosen.is_whole and not self._index.fetches:  # `column` may ask for no more
            self._prefetched[target] = chosen
        self._prefetch_sdists([sdist for sdist in chosen.sdists if not compiles(sdist)])
        return chosen

    def _announce_builds(self, target: Target, chosen: Chosen) -> None:
        """Have the index fetch what planning and pricing will ask for, unless it is known."""
        if not self._index.fetches or self._knows_builds(target, chosen):
            return
        self._builds.announce(WantedBuilds(target, chosen.sdists, chosen.tried), chosen.files)

    def _prefetch_sdists(self, sdists: Sequence[Sdist]) -> None:
        if self._index.fetches:
            self._builds.announce_sdists(sdists)

    def finish(self) -> None:
        """Say that all targets whose judgements were prefetched are judged."""
        self._builds.finish()

    def report(self, columns: Sequence[JudgedTarget], inputs: Iterable[str]) -> Report:
        """Put judged targets together; `inputs` are the names to show for what was read."""
        projects = Memo(self._index.project)
        report = assemble(self._requirements, columns, projects, tuple(inputs))
        return report.model_copy(update={"load_check": self._loading.summary})
