"""What one target's judgement is: its pins and verdicts, its builds, and what they cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Literal

from msgspec import Struct
from packaging.utils import NormalizedName

from wheelcheck.acceptance import InputRefusal
from wheelcheck.coverage import Judgement, Verdict
from wheelcheck.errors import NOT_THERE, Unknown
from wheelcheck.loading.verdict.loads import Loads, LoadStatus
from wheelcheck.resolution import Conflict, Pin, Resolution
from wheelcheck.targets import Target
from wheelcheck.targets.platforms import System

TYPE_CHECKING = False
if TYPE_CHECKING:  # much, and most targets build nothing
    from wheelcheck.builds.needs.system_packages import InstallCommands
    from wheelcheck.builds.outlook import Outlook
    from wheelcheck.builds.plan import SourceBuildPlan
    from wheelcheck.costs.bill import BilledPlan, InstallBill
    from wheelcheck.costs.image import ImageBreakdown
    from wheelcheck.costs.quantity import Quantity
    from wheelcheck.reports.values.build_values import BuildPlan, SourceEvidence

__all__ = ["BuildSummary", "JudgedTarget", "Price", "TargetBuilds", "Weight", "is_planned"]

_TROUBLE = (Verdict.SOURCE_NATIVE, Verdict.SOURCE_UNKNOWN, Verdict.UNAVAILABLE)
_WHEELS = (Verdict.WHEEL, Verdict.PURE_WHEEL)

Weight = tuple[int, int]
"""Blockers (no file, or a build that fails for certain), then source builds that may compile: less
is better."""


def is_planned(target: Target) -> bool:
    """Whether builds on a target are planned and priced: what is known of them is of Linux."""
    return target.platform.system is System.LINUX


class TargetBuilds(Struct, frozen=True):
    """What is built from source on one target.

    `outlooks` has one for each build of the plan, those of build requirements included.
    """

    plan: SourceBuildPlan
    outlooks: tuple[Outlook, ...]
    commands: InstallCommands | Unknown


class BuildSummary(Struct, frozen=True):
    """What bill, report and advice ask of the builds on one target.

    `billed` says what they cost, or why that is not known; `toolchain` is the installed size in
    bytes of the system packages they need, None where it is not known. `failing` are the packages
    whose build fails for certain; `plan` and `evidence` are those of the report, the latter by
    package and for no target. `details` gives everything, planned at the latest then. `unread` says
    which builds nobody can forecast, as their sdists were not read in the time there is.
    """

    billed: BilledPlan | Unknown
    toolchain: Quantity | None
    failing: frozenset[NormalizedName]
    plan: BuildPlan
    evidence: tuple[tuple[NormalizedName, SourceEvidence], ...]
    details: Callable[[], TargetBuilds]
    unread: tuple[tuple[NormalizedName, Unknown], ...] = ()


class Price(Struct, frozen=True):
    """What installing on one target costs, and how large the image gets."""

    bill: InstallBill
    image: ImageBreakdown | Unknown


class JudgedTarget(Struct, frozen=True, dict=True):
    """One target with its resolution, the pin and judgement of every package, and the builds.

    `summary` is None where nothing is built from source, `price` where none was wanted. With
    `refusals` its installer would install nothing of it.
    """

    resolution: Resolution
    judged: Mapping[NormalizedName, tuple[Pin, Judgement]]
    summary: BuildSummary | None = None
    price: Price | None = None
    refusals: tuple[InputRefusal, ...] = ()
    loads: Mapping[NormalizedName, Loads] = {}
    """Whether each wheel loads here; empty where that was not looked at."""
    faults: tuple[Unknown, ...] = ()
    """What of builds, costs or loading could not be judged, beside what packages say themselves."""
    unremarkable: frozenset[NormalizedName] = frozenset()
    """Packages of whose page nothing is reported, so that it need not be opened."""

    @cached_property
    def not_loading(self) -> frozenset[NormalizedName]:
        """The packages whose wheel is known not to load as the image is."""
        return frozenset(
            name
            for name, load in self.loads.items()
            if load.status is not LoadStatus.YES and load.status.fails
        )

    @cached_property
    def _never_loading(self) -> frozenset[NormalizedName]:
        return frozenset(n for n, load in self.loads.items() if load.status is LoadStatus.NO)

    @property
    def name(self) -> str:
        """The target's name."""
        return self.resolution.target.name

    @property
    def builds(self) -> TargetBuilds | None:
        """What is built from source, with all that is known of it; None where nothing is."""
        return self.summary.details() if self.summary else None

    @property
    def failing(self) -> frozenset[NormalizedName]:
        """The packages whose source build fails for certain; none where builds are not planned."""
        return self.summary.failing if self.summary else frozenset()

    def failure_of(self, name: NormalizedName) -> str:
        """Why the source build of a package fails for certain; "" where that is not known."""
        if self.summary is None or name not in self.summary.failing:
            return ""
        builds = self.summary.plan.builds
        return next(build.failure for build in builds if build.name == name and build.top_level)

    @property
    def absent(self) -> frozenset[NormalizedName]:
        """The packages that no installer finds either: no index has them, or no wanted version."""
        return frozenset(
            name
            for name, (pin, _) in self.judged.items()
            if pin.why is not None and pin.why.code in NOT_THERE
        )

    @property
    def unusable(self) -> frozenset[NormalizedName]:
        """The packages whose build fails for certain, or whose wheel never loads."""
        return self.failing | (self._never_loading & self.judged.keys())

    @cached_property
    def troubled(self) -> tuple[NormalizedName, ...]:
        """The packages that (may) compile, have no file, whose build fails, or that never load."""
        burdens = self._burdens
        return tuple(name for name in self.judged if name in burdens)

    @property
    def outcome(self) -> Literal["installs", "refused", "fails", "unknown"]:
        """What the installation would come to, as far as it is known."""
        verdicts = {found.verdict for _, found in self.judged.values()}
        if self.refusals:
            return "refused"
        if isinstance(self.resolution.conflict, Conflict) or Verdict.UNAVAILABLE in verdicts:
            return "fails"
        if self.failing or self.absent:
            return "fails"
        if self.resolution.conflict or Verdict.UNKNOWN in verdicts:
            return "unknown"
        return "installs"

    @property
    def all_wheels(self) -> bool:
        """Whether everything is known to come as a wheel."""
        verdicts = [found.verdict for _, found in self.judged.values()]
        return bool(verdicts) and all(verdict.is_wheel for verdict in verdicts)

    @cached_property
    def weight(self) -> Weight:
        """How many blockers and source builds there are here."""
        return self.weight_of(self._burdens)

    @cached_property
    def _burdens(self) -> Mapping[NormalizedName, bool]:
        """The packages that are no plain wheels, and whether they are blockers."""
        burdens = {
            name: verdict is Verdict.UNAVAILABLE
            for name, verdict in self._no_wheels.items()
            if verdict in _TROUBLE
        }
        return burdens | dict.fromkeys(self.judged.keys() & self._impossible, True)

    @cached_property
    def _impossible(self) -> frozenset[NormalizedName]:
        """The packages whose build fails for certain, or whose wheel never loads."""
        return self.failing | self._never_loading

    @cached_property
    def _no_wheels(self) -> Mapping[NormalizedName, Verdict]:
        """The verdicts that are not that a wheel comes: few of many."""
        return {
            name: verdict
            for name, (_, judgement) in self.judged.items()
            if (verdict := judgement.verdict) not in _WHEELS
        }

    @cached_property
    def _unjudged(self) -> int:
        """Of how many packages nothing is known."""
        return sum(verdict is Verdict.UNKNOWN for verdict in self._no_wheels.values())

    def improves_on(self, other: JudgedTarget) -> bool:
        """Whether fewer blockers or builds are left here than there, and no more is unknown."""
        is_lighter = self.weight < other.weight and self._unjudged <= other._unjudged
        return is_lighter and not self.resolution.conflict

    def weight_of(self, names: Iterable[NormalizedName]) -> Weight:
        """How many blockers and source builds there are among these packages."""
        burdens = [self._burdens[name] for name in names if name in self._burdens]
        return sum(burdens), len(burdens) - sum(burdens)

    def verdicts_of(self, names: Iterable[NormalizedName]) -> dict[str, Verdict]:
        """The verdicts of those of the packages that are required here."""
        return {name: self.judged[name][1].verdict for name in names if name in self.judged}

    def build_seconds(self, name: NormalizedName) -> float | None:
        """Seconds to build one package, with its environment; None where they are not known."""
        for item in self.price.bill.items if self.price else ():
            if item.build.name == name and item.build.top_level:
                if isinstance(item.wall_seconds, Unknown):
                    return None
                return float(item.wall_seconds.value + item.environment_seconds.value)
        return None

    def saved_by(self, change: JudgedTarget) -> tuple[float | None, float | None]:
        """Seconds of the installation, and bytes of a one-stage image, that a change saves.

        `change` is the target as judged with the change. None for what is not known.
        """
        if self.price is None or change.price is None:
            return None, None
        if isinstance(self.price.bill.build_wall_seconds, Unknown) or self.failing:
            return None, None  # what never comes to an end takes no time that could be saved
        own, others = self.price.bill, change.price.bill
        seconds: float | None = float(own.wall_seconds.value - others.wall_seconds.value)
        if not set(others.without_time) <= set(own.without_time):
            seconds = None  # what the change adds has no known time
        before, after = (
            image if isinstance(image, Unknown) else image.single_stage
            for image in (self.price.image, change.price.image)
        )
        if isinstance(before, Unknown) or isinstance(after, Unknown):
            return seconds, None
        return seconds, float(before.value - after.value)
