"""Builds that a helper plans and prices, while this process chooses for the next target."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from wheelcheck.analysis.builds.planned_builds import PlannedBuilds, WantedBuilds
from wheelcheck.analysis.judged_target import BuildSummary, TargetBuilds, is_planned
from wheelcheck.analysis.pricing import Pricing
from wheelcheck.coverage import Judgement, Verdict
from wheelcheck.fence import fenced
from wheelcheck.index.interface import Sdist, Wheel
from wheelcheck.resolution.stored.additions import Merging, Snapshot
from wheelcheck.resolution.stored.stored_answers import StoredAnswers
from wheelcheck.resolution.stored.stored_forms import StoredForm
from wheelcheck.targets import Target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wheelcheck.analysis.builds.planning import SourceBuilds
    from wheelcheck.index.network.helper import Helper, Serve

__all__ = ["BuildsBeside"]

LEAST_LEFT = 1_000
"""Files left to choose, on all targets together, for which a helper is forked: they take a tenth
of a second, and a helper some thirty milliseconds of this process."""


class _Answer(Struct, frozen=True):
    """What a helper says of the builds on a target: verdicts by the sdist's file name."""

    verdicts: Mapping[str, tuple[Verdict, str]]
    summary: BuildSummary
    stored: StoredForm | None


class BuildsBeside(PlannedBuilds):
    """Builds of several targets, none of them an image, that a helper plans.

    `start` forks one. It has the first targets' sdists read and planned while the next targets are
    resolved. Where there is no helper, or it has ended, they are planned in this process.
    `stored` are the answers of this run, of which the helper's are a part.
    """

    def __init__(
        self,
        sources: Callable[[], SourceBuilds],
        pricing: Pricing,
        start: Callable[[Serve], Helper | None],
        stored: StoredAnswers | None,
    ) -> None:
        super().__init__(sources, pricing)
        self._start = start
        self._stored = stored
        self._helper: Helper | None = None
        self._snapshot: Snapshot | None = None
        self._merging: Merging | None = None
        self._expected: Sequence[Target] = ()
        self._sent: dict[Target, WantedBuilds] = {}
        self._answers: dict[Target, _Answer] = {}

    def expect(self, targets: Sequence[Target]) -> None:
        """Leave their builds to a helper, where that pays."""
        if len(targets) > 1 and not any(target.image for target in targets):
            self._expected = [target for target in targets if is_planned(target)]

    def announce(self, wanted: WantedBuilds, files: Sequence[Wheel | Sdist]) -> None:
        """Have a helper begin with these builds."""
        if not self._send(wanted, len(files)):
            super().announce(wanted, files)

    def _send(self, wanted: WantedBuilds, files: int) -> bool:
        """Whether a helper plans these builds; on each of the targets as many `files` are taken."""
        listed = all(file.origin != file.url for file in (*wanted.sdists, *wanted.tried))
        if wanted.target not in self._expected or not wanted.each or not listed:
            return False  # a direct reference is read by this process alone
        place = self._expected.index(wanted.target)
        if self._helper is None:
            if files * (len(self._expected) - place - 1) < LEAST_LEFT:
                return False
            if self._stored is not None:
                self._snapshot, self._merging = Snapshot(self._stored), Merging(self._stored)
            self._helper = self._start(self._serve)
        if self._helper is None or not self._helper.send((place, wanted.sdists, wanted.tried)):
            self._plan_here()
            return False
        self._sent[wanted.target] = wanted
        return True

    def planned_here(self, wanted: Iterable[WantedBuilds]) -> list[WantedBuilds]:
        """Those of these builds that no helper plans."""
        return [each for each in wanted if each.target not in self._sent]

    def refine(self, judgement: Judgement, target: Target) -> Judgement:
        """The judgement on an sdist after a look into it."""
        answer = self._answer(target)
        if answer is None or judgement.file is None:
            return super().refine(judgement, target)
        verdict, reason = answer.verdicts[judgement.file.filename]
        return replace(judgement, verdict=verdict, reason=f"{judgement.reason}; {reason}")

    def summary(self, wanted: WantedBuilds) -> BuildSummary:
        """What bill, report and advice ask of these builds."""
        answer = self._answer(wanted.target)
        if answer is None:
            return super().summary(wanted)
        return replace(answer.summary, details=cache(partial(self.details, wanted)))

    def finish(self) -> None:
        """Let the helper store what it has found."""
        self._expected = ()
        if self._helper is not None:
            self._helper.end()

    # --- the helper, as this process sees it ------------------------------------------------

    def _answer(self, target: Target) -> _Answer | None:
        """What a helper says of a target; None where it says nothing."""
        while target in self._sent and target not in self._answers:
            assert self._helper is not None
            found: Any = self._helper.receive()
            if found is None:
                self._plan_here()
                return None
            place, answer = found
            self._answers[self._expected[place]] = answer
            self._merge(answer.stored)
        return self._answers.get(target)

    def _merge(self, added: StoredForm | None) -> None:
        """Take over what the helper adds to the stored answers: for later runs alone."""
        merging = self._merging
        if added is not None and merging is not None:
            fenced("what a helper stores", "not-stored", lambda: merging.add(added))

    def _plan_here(self) -> None:
        """Go on without a helper."""
        unanswered = [each for each in self._sent.values() if each.target not in self._answers]
        self._expected = ()
        self._sent.clear()
        self._prefetch(unanswered)

    def _prefetch(self, wanted: Sequence[WantedBuilds]) -> None:
        """Have the index fetch what this process needs to plan these builds."""
        for each in wanted:
            super().announce(each, each.sdists)
        self.begin_plans(wanted)
        self.prefetch_plans(wanted)
        self.prefetch_verdicts(wanted)

    # --- in the helper ----------------------------------------------------------------------

    def _serve(
        self, questions: list[tuple[int, Sequence[Sdist], Sequence[Sdist]]]
    ) -> Iterator[tuple[int, _Answer]]:
        wanted = {
            place: WantedBuilds(self._expected[place], sdists, tried)
            for place, sdists, tried in questions
        }
        self._prefetch(list(wanted.values()))
        for place, each in wanted.items():
            verdicts = {
                sdist.filename: self._sources.verdict(sdist, each.target) for sdist in each.sdists
            }
            summary = replace(super().summary(each), details=_in_the_first_process)
            stored = self._snapshot.additions() if self._snapshot is not None else None
            yield place, _Answer(verdicts, summary, stored)


def _in_the_first_process() -> TargetBuilds:
    raise NotImplementedError("a helper's plans stay with it")
