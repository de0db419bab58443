"""Readings of wheels: what each may fetch of its wheel, and what was found in a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec
from msgspec import Struct, structs
from packaging.utils import NormalizedName

from wheelcheck.analysis.loads.load_options import LoadMode, LoadOptions
from wheelcheck.index.interface import MemberReader, Wheel
from wheelcheck.loading.verdict.loads import Loads
from wheelcheck.loading.wheel_reading import Budget, RunBudget
from wheelcheck.targets.remembered import Memo

TYPE_CHECKING = False
if TYPE_CHECKING:  # with what a wheel's files may be
    from wheelcheck.loading.wheel_facts import WheelFacts

__all__ = ["BUDGET_BYTES", "ReadWheels", "Reading", "module_of", "others_of"]

BUDGET_BYTES = 30_000_000
"""What the quick mode may fetch of the members of wheels in a run; a third is for beginnings."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One wheel to be read; equal readings share their result.

    `packages` are all that are installed, itself among them, in the spelling of modules. `follow`
    is to find out which modules of the others it imports, `again` to go on where it has stopped
    for want of budget. What is `known` of its other files is not read again to follow it.
    """

    wheel: Wheel
    packages: frozenset[str]
    opens: bool
    full: bool
    follow: bool = False
    again: bool = False
    known: WheelFacts | None = field(default=None, hash=False, compare=False)
    budget: Budget = field(default_factory=lambda: Budget(0), hash=False, compare=False)

    def __call__(self, members: MemberReader) -> tuple[WheelFacts, Budget]:
        """Read the members; what is found, and what is left of the budget.

        It may be called in another process, which has a budget of its own.
        """
        return self._facts(members), self.budget

    def _facts(self, members: MemberReader) -> WheelFacts:
        # both much, and each wheel is read once
        from wheelcheck.loading.python_code.python_files import with_imports
        from wheelcheck.loading.wheel_reader import read_wheel

        others = others_of(self.wheel, self.packages)
        if self.known is not None:
            return with_imports(
                members, self.known, budget=self.budget, others=others, opens=self.opens
            )
        facts = read_wheel(
            members,
            budget=self.budget,
            others=others,
            opens=self.opens,
            full=self.full,
            follow=self.follow,
        )
        # what is left may be in the budget at the end of the run, if it is not much
        if 0 < facts.left_bytes < facts.read_bytes and not self.again:
            members.remember()
        return facts


def others_of(wheel: Wheel, packages: frozenset[str]) -> frozenset[str]:
    """The packages beside a wheel, in the spelling of modules."""
    return packages - {module_of(wheel.name)}


def module_of(name: NormalizedName) -> str:
    """A package's name in the spelling of modules."""
    return name.replace("-", "_")


class ReadWheels(Struct):
    """What was read of wheels in a run, and what it may still read; judges of a run share it."""

    budget: RunBudget
    facts: dict[tuple[object, ...], WheelFacts] = {}
    sizes: dict[str, int] = {}
    members: dict[str, Mapping[str, int]] = {}
    """By file name: the unpacked bytes of the members by path, where the listing was read."""
    paths: dict[str, tuple[str, ...]] = {}
    worth_opening: dict[str, bool] = {}
    names_libraries: dict[str, bool] = {}
    announced: set[tuple[object, ...]] = set()
    """The wheels that are being read, by what their facts are taken to depend on."""
    packages: dict[frozenset[str], frozenset[str]] = {}
    not_opened: dict[tuple[object, ...], dict[str, WheelFacts | Loads]] = {}
    """By libc, CPU and URL: of wheels on targets without an image, whose C library is new."""
    tabled: dict[tuple[object, ...], dict[str, WheelFacts | None]] = {}
    """By libc, CPU, glibc and URL: what the table says of wheels."""
    unopened: dict[tuple[str, Loads], Loads] = msgspec.field(
        default_factory=lambda: Memo(_with_remarks)
    )
    """By tag: of wheels that are not opened, and whose members are not known."""
    shared: dict[Reading, Reading] = {}
    """The readings that have their share of the budget."""

    @classmethod
    def start(cls, options: LoadOptions) -> ReadWheels:
        """Nothing yet."""
        if options.mode is LoadMode.FULL:
            return cls(RunBudget(None, None))
        beginnings = BUDGET_BYTES // 3
        return cls(RunBudget(beginnings, BUDGET_BYTES - beginnings))

    @property
    def total_bytes(self) -> int:
        """Bytes that were fetched so far."""
        return sum(self.sizes.values())

    def share(self, readings: Iterable[Reading]) -> list[Reading]:
        """The readings with their shares of the budget: riskiest first, then the smallest."""
        new = {reading for reading in readings if reading not in self.shared}
        if new:
            self._share(sorted(new, key=self._place))
        return [self.shared[reading] for reading in readings]

    def _place(self, reading: Reading) -> tuple[bool, int, str, bool]:
        from wheelcheck.loading.wheel_reader import risk_of

        wheel = reading.wheel
        is_risky = any(map(risk_of, self.members.get(wheel.filename, ())))
        return not is_risky, wheel.size or 0, wheel.filename, reading.follow

    def _share(self, readings: Sequence[Reading]) -> None:
        from wheelcheck.loading.wheel_reader import wanted_of

        wanted = [
            wanted_of(self.members.get(each.wheel.filename, {}), each.wheel.size or 0)
            for each in readings
        ]
        for reading, budget in zip(readings, self.budget.share(wanted), strict=True):
            self.shared[reading] = replace(reading, budget=budget)

    def note(self, reading: Reading, facts: WheelFacts, left: Budget) -> None:
        """Note what a reading has fetched; what is `left` of its budget is for others."""
        self.sizes[reading.wheel.filename] = facts.read_bytes
        self.budget.take_back(left)
        self.shared[reading].budget.left = left.left


def _with_remarks(of: tuple[str, Loads]) -> Loads:
    """The verdict on a wheel of which nothing but its tag and this is known."""
    from wheelcheck.loading.tag_promise import tag_remarks  # with what reads files

    tag, loads = of
    return structs.replace(loads, remarks=tuple(tag_remarks(tag, (), ())))
