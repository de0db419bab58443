"""What an installation would build from source: evidence, plan and outlook, for many targets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace

from wheelcheck.analysis.judged_target import TargetBuilds, is_planned
from wheelcheck.builds.installer_kind import InstallerKind
from wheelcheck.builds.needs.system_toolchains import toolchain_of
from wheelcheck.builds.outlook import Forecaster, commands_for
from wheelcheck.builds.plan import MAX_DEPTH, Planner, WantedSdist
from wheelcheck.builds.sdist_reader import SdistReader, is_large
from wheelcheck.builds.sdist_reading import SdistReading
from wheelcheck.coverage import Judgement, Verdict
from wheelcheck.index.interface import Index, Sdist
from wheelcheck.requirements import Requirements
from wheelcheck.resolution.common import Common
from wheelcheck.targets import Target

__all__ = ["SourceBuilds"]

_MAY_COMPILE = (Verdict.SOURCE_NATIVE, Verdict.SOURCE_UNKNOWN)


class SourceBuilds:
    """Judges and plans source builds; each sdist and each set of build requires is read once.

    `as_of` is the moment of the builds, from which the age of an sdist counts; `common` is what
    the resolvers of a run share; `requirements` have the rules on files and on build requires.
    """

    def __init__(
        self,
        index: Index,
        requirements: Requirements,
        installer: InstallerKind,
        as_of: datetime,
        sdists: SdistReader,
        common: Common | None = None,
    ) -> None:
        self._sdists = sdists
        self._planner = Planner(
            index,
            requirements.policy,
            sdists.read,
            common,
            sdists.read_tried,
            requirements.build_constraints_on,
        )
        self._forecaster = Forecaster(index, isolates=requirements.use_pep517)
        self._installer = installer
        self._as_of = as_of

    def refine(self, judgement: Judgement, target: Target) -> Judgement:
        """Replace `source-unknown` by what the evidence says; the tag's reason stays first."""
        sdist = judgement.file
        if not isinstance(sdist, Sdist):
            return judgement
        verdict, found = self.verdict(sdist, target)
        reason = f"{judgement.reason}; {found}"
        if not is_planned(target) and verdict in _MAY_COMPILE:
            toolchain = toolchain_of(target.platform.system)
            reason += f"; compiling there takes {toolchain}, which is not priced"
        return replace(judgement, verdict=verdict, reason=reason)

    def verdict(self, sdist: Sdist, target: Target) -> tuple[Verdict, str]:
        """What the evidence says of an sdist, and why."""
        found = self._sdists.read(sdist, target).classification
        return found.verdict, found.reason

    def prefetch(self, sdists: Iterable[Sdist]) -> None:
        """Have the index fetch, side by side, what planning these builds asks for."""
        self._sdists.prefetch(sdists)

    def prefetch_tried(self, sdists: Iterable[Sdist]) -> None:
        """As `prefetch`, of sdists that are tried and not taken."""
        self._sdists.prefetch_tried(sdists)

    def prefetch_verdicts(self, wanted: Sequence[WantedSdist]) -> None:
        """Have the index fetch, side by side, what judging these sdists asks for."""
        self._sdists.prefetch_classification(
            self._sdists.read(each.sdist, each.target) for each in wanted if not each.tried
        )

    def begin_plans(self, wanted: Sequence[WantedSdist]) -> None:
        """As `prefetch_plans`, by the beginnings of large sdists while the rest of them comes."""
        self._follow(wanted, self._sdists.read_begun)

    def prefetch_plans(self, wanted: Sequence[WantedSdist]) -> None:
        """Have the index fetch what the build requires of sdists ask for, as deep as plans go.

        While large sdists come, the builds that are known are looked into.
        """
        self._follow(wanted)

    def _follow(
        self,
        wanted: Sequence[WantedSdist],
        read: Callable[[Sdist, Target], SdistReading | None] | None = None,
    ) -> None:
        depths = dict.fromkeys(wanted, 0)
        left: Sequence[WantedSdist] = list(depths)
        while left:
            wave, left = _soonest(left, _smallest if read else self._sdists.first)
            found = self._planner.prefetch(wave, self._installer, read)
            if read is None:
                self._sdists.prefetch_classification(
                    build.build.reading for build in found if build is not None
                )
            new = {
                below: depths[each] + 1
                for each, build in zip(wave, found, strict=True)
                if build is not None
                for below in build.below
                if below not in depths
            }
            depths |= new
            left = [*left, *(each for each, depth in new.items() if depth < MAX_DEPTH)]
            self._sdists.prefetch(each.sdist for each in new if not each.tried)
            self._sdists.prefetch_tried(each.sdist for each in new if each.tried)
            if read is None and any(map(_is_slow, left)):
                for target, build in filter(None, found):
                    self._forecaster.of(build, target, self._as_of)

    def of(self, target: Target, sdists: Sequence[Sdist], tried: Sequence[Sdist]) -> TargetBuilds:
        """Everything that building these sdists sets off."""
        plan = self._planner.plan(target, sdists, self._installer, tried)
        outlooks = self._forecaster.of_plan(plan, self._as_of)
        return TargetBuilds(plan, outlooks, commands_for(target, outlooks))


def _is_slow(wanted: WantedSdist) -> bool:
    """Whether there is time to do something else until an sdist has come."""
    return is_large(wanted.sdist) and not wanted.tried


def _smallest(sdists: Iterable[Sdist]) -> Sdist:
    """The sdist of which most likely the beginning comes first."""
    return min(sdists, key=lambda sdist: sdist.size or 0)


def _soonest(
    wanted: Sequence[WantedSdist], choose: Callable[[Iterable[Sdist]], Sdist]
) -> tuple[Sequence[WantedSdist], Sequence[WantedSdist]]:
    """Those that come first, as all are on their way, and the others.

    Small sdists come at once; of large sdists it is that which `choose` says.
    """
    slow = [each for each in wanted if _is_slow(each)]
    if len(slow) < len(wanted):
        return [each for each in wanted if not _is_slow(each)], slow
    first = choose({each.sdist.filename: each.sdist for each in slow}.values())
    return (
        [each for each in slow if each.sdist == first],
        [each for each in slow if each.sdist != first],
    )
