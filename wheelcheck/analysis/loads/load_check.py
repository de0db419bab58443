"""Do the wheels of a target load? As an earlier run has found out, or else by looking."""

from __future__ import annotations

from functools import cached_property

from packaging.utils import NormalizedName

from wheelcheck.analysis.loads.judged_wheels import Judged, wheels_of
from wheelcheck.analysis.loads.load_options import LoadMode, LoadOptions, RunImage
from wheelcheck.analysis.loads.readings import ReadWheels
from wheelcheck.analysis.loads.stored_loads import StoredTarget
from wheelcheck.index.interface import Index
from wheelcheck.loading.verdict.loads import Loads
from wheelcheck.reports.values.report import LoadSummary
from wheelcheck.resolution.stored.target_answers import TargetAnswers
from wheelcheck.targets import Target

TYPE_CHECKING = False
if TYPE_CHECKING:  # much, and an edited file is judged without it
    from wheelcheck.analysis.loads.load_judge import LoadJudge

__all__ = ["LoadCheck"]


class LoadCheck:
    """Judges the wheels of one target after another; what is read serves all of them.

    `run_image` is where what is installed is imported; `read` is shared by the judges of a run.
    """

    def __init__(
        self,
        index: Index,
        options: LoadOptions,
        run_image: RunImage = RunImage(),  # noqa: B008 (frozen)
        read: ReadWheels | None = None,
    ) -> None:
        self._index = index
        self._run_image = run_image
        self._options = options
        self._read = read or ReadWheels.start(options)
        self._announced: dict[int, tuple[Judged, StoredTarget | None]] = {}

    @cached_property
    def _judge(self) -> LoadJudge:
        from wheelcheck.analysis.loads.load_judge import LoadJudge

        return LoadJudge(self._index, self._options, self._run_image, self._read)

    @property
    def summary(self) -> LoadSummary:
        """How it was looked at, and what that took."""
        return LoadSummary(mode=self._options.mode.value, read_bytes=self._read.total_bytes)

    def prefetch(self, target: Target, judged: Judged, stored: TargetAnswers | None) -> None:
        """Have the index read, side by side, what judging this target asks for."""
        whole = self._whole(target, judged, stored)
        self._announced[id(judged)] = (judged, whole)
        if whole is None or whole.get() is None:
            self._judge.prefetch(target, judged)

    def knows(self, target: Target, judged: Judged, stored: TargetAnswers | None) -> bool:
        """Whether `stored` has the verdicts on all wheels of a target."""
        whole = self._whole(target, judged, stored)
        return whole is not None and whole.get() is not None

    def judge(
        self, target: Target, judged: Judged, stored: TargetAnswers | None = None
    ) -> dict[NormalizedName, Loads]:
        """Whether each wheel loads on a target; nothing for what is no wheel.

        `stored` has what earlier runs have found out there.
        """
        if self._options.mode is LoadMode.OFF or target.libc is None:
            return {}
        announced = self._announced.pop(id(judged), None)
        whole = announced[1] if announced else self._whole(target, judged, stored)
        earlier = whole.get() if whole else None
        if earlier is not None:
            return earlier
        loads, is_settled = self._judge.judge(target, judged, stored)
        if whole and is_settled:
            whole.add(loads)
        return loads

    def _whole(
        self, target: Target, judged: Judged, stored: TargetAnswers | None
    ) -> StoredTarget | None:
        """What earlier runs have found out of all wheels of a target, where that may count."""
        listed = all(wheel.origin for wheel in wheels_of(judged))
        if stored is None or not listed or not self._options.are_plain(self._run_image):
            return None
        return StoredTarget(stored, target.image, judged)
