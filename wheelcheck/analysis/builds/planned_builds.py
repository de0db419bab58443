"""The source builds of one target after another, from their announcement to their summary."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from wheelcheck.analysis.judged_target import BuildSummary, TargetBuilds
from wheelcheck.analysis.pricing import Pricing
from wheelcheck.builds.plan import WantedSdist
from wheelcheck.coverage import Judgement
from wheelcheck.index.interface import Sdist, Wheel
from wheelcheck.targets import Target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wheelcheck.analysis.builds.planning import SourceBuilds

__all__ = ["PlannedBuilds", "WantedBuilds"]


class WantedBuilds(NamedTuple):
    """What is built on a target: sdists that are taken, and those that are tried before."""

    target: Target
    sdists: Sequence[Sdist]
    tried: Sequence[Sdist]

    @property
    def each(self) -> list[WantedSdist]:
        """The sdists one by one."""
        taken = [WantedSdist(self.target, sdist) for sdist in self.sdists]
        return taken + [WantedSdist(self.target, sdist, tried=True) for sdist in self.tried]


class PlannedBuilds:
    """Builds that are planned and priced in this process.

    `sources` makes what reads and plans them: that is much, and most runs build nothing.
    """

    def __init__(self, sources: Callable[[], SourceBuilds], pricing: Pricing) -> None:
        self._make_sources = sources
        self._pricing = pricing

    @cached_property
    def _sources(self) -> SourceBuilds:
        return self._make_sources()

    def expect(self, targets: Sequence[Target]) -> None:
        """Say which targets are judged next, with plans."""

    def announce(self, wanted: WantedBuilds, files: Sequence[Wheel | Sdist]) -> None:
        """Have the index fetch what planning and pricing will ask for; `files` are all taken."""
        self.announce_sdists(wanted.sdists)
        if wanted.tried:
            self._sources.prefetch_tried(wanted.tried)
        self._pricing.prefetch(wanted.target, files)

    def announce_sdists(self, sdists: Sequence[Sdist]) -> None:
        """Have the index fetch what verdicts on sdists will ask for."""
        if sdists:
            self._sources.prefetch(sdists)

    def planned_here(self, wanted: Iterable[WantedBuilds]) -> list[WantedBuilds]:
        """Those of these builds that this process plans, so that it prefetches for them: all."""
        return list(wanted)

    def begin_plans(self, wanted: Sequence[WantedBuilds]) -> None:
        """As `prefetch_plans`, by the beginnings of large sdists while the rest of them comes."""
        if found := _each(wanted):
            self._sources.begin_plans(found)

    def prefetch_plans(self, wanted: Sequence[WantedBuilds]) -> None:
        """Have the index fetch what all of these plans ask for, as deep as they go."""
        if found := _each(wanted):
            self._sources.prefetch_plans(found)

    def prefetch_verdicts(self, wanted: Sequence[WantedBuilds]) -> None:
        """Have the index fetch what judging all of these sdists asks for."""
        if found := _each(wanted):
            self._sources.prefetch_verdicts(found)

    def refine(self, judgement: Judgement, target: Target) -> Judgement:
        """The judgement on an sdist after a look into it."""
        return self._sources.refine(judgement, target)

    def details(self, wanted: WantedBuilds) -> TargetBuilds:
        """Everything that building these sdists sets off."""
        return self._sources.of(*wanted)

    def summary(self, wanted: WantedBuilds) -> BuildSummary:
        """What bill, report and advice ask of these builds."""
        return self._pricing.summary(wanted.target, self.details(wanted))

    def finish(self) -> None:
        """Say that no target is judged any more of those that were expected."""


def _each(wanted: Iterable[WantedBuilds]) -> list[WantedSdist]:
    return [sdist for builds in wanted for sdist in builds.each]
