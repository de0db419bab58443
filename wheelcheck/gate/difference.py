"""What changed between two reports: who gained or lost wheels, and what that costs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Literal, NamedTuple

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.errors import UsageError
from wheelcheck.gate.policy import Allowance
from wheelcheck.reports.values.cost_values import Bill, Estimate
from wheelcheck.reports.values.model import Field
from wheelcheck.reports.values.report import Cell, Loading, Report
from wheelcheck.reports.values.target_values import TargetSummary
from wheelcheck.reports.values.value import Value
from wheelcheck.reports.wording.marks import LOAD_GROUNDS, LOAD_MARKS

__all__ = ["Change", "Difference", "difference"]

_ORDER = [
    Verdict.NOT_REQUIRED,
    Verdict.PURE_WHEEL,
    Verdict.WHEEL,
    Verdict.SOURCE_PURE,
    Verdict.SOURCE_UNKNOWN,
    Verdict.SOURCE_NATIVE,
    Verdict.UNKNOWN,
    Verdict.UNAVAILABLE,
]
_FINE = frozenset({Verdict.NOT_REQUIRED, Verdict.PURE_WHEEL, Verdict.WHEEL})


class Change(Value):
    """One package on some targets, before and after."""

    package: str = Field(description="Normalised name.")
    targets: tuple[str, ...] = Field(description="Names of the targets on which it changed so.")
    before: Verdict | None = Field(description="Its verdict; None where it was not requested.")
    after: Verdict | None = Field(
        description="Its verdict; None where it is not requested any more."
    )
    version_before: str | None = Field(description="The release that was chosen.")
    version_after: str | None = Field(description="The release that is chosen.")
    kind: Literal["worse", "better", "version"] = Field(
        description="worse: fewer wheels, a build that fails, or a wheel that does not load any "
        "more; better: the reverse; version: as good with another release."
    )
    allowed: str | None = Field(
        default=None,
        description="Reason of the allowance that lets a change for the worse pass, or its "
        "name; None where nothing does.",
    )
    allowed_until: date | None = Field(
        default=None, description="Last day of an allowance that has ended."
    )
    failure_before: str | None = Field(
        default=None, description="Why its source build failed for certain."
    )
    failure_after: str | None = Field(
        default=None, description="Why its source build fails for certain."
    )
    loading_before: Loading | None = Field(
        default=None, description="What its wheel lacked to load; None where it lacked nothing."
    )
    loading_after: Loading | None = Field(
        default=None, description="What its wheel lacks to load; None where it lacks nothing."
    )
    lost: str | None = Field(
        default=None, description="What became of the wheel that was there before, where known."
    )


class Difference(Value):
    """What changed between two reports, on the targets that both have."""

    changes: tuple[Change, ...] = Field(description="Those for the worse first.")
    targets_only_before: tuple[str, ...] = Field(
        default=(), description="Targets of the older report alone: they are not compared."
    )
    targets_only_after: tuple[str, ...] = Field(
        default=(), description="Targets of the newer report alone: they are not compared."
    )
    seconds: dict[str, float] = Field(
        default_factory=dict,
        description="Name of the target → how much longer the installation takes; not of one on "
        "which a build fails, or the time of one is not known.",
    )
    image_bytes: dict[str, float] = Field(
        default_factory=dict,
        description="Name of the target → how much larger the image gets; not of one on which a "
        "build fails.",
    )

    @property
    def regressions(self) -> tuple[Change, ...]:
        """The changes for the worse that no allowance lets pass."""
        return tuple(
            change for change in self.changes if change.kind == "worse" and change.allowed is None
        )


def difference(
    before: Report,
    after: Report,
    *,
    allow: Sequence[Allowance] = (),
    today: date = date.min,
) -> Difference:
    """Compare two reports on the targets that both have.

    Args:
        before: the older report.
        after: the newer report.
        allow: a policy's allowances: changes for the worse that they let pass.
        today: the day by which an allowance may have ended; by default none has.

    Raises:
        UsageError: for what is no report.
    """
    old, new = _targets_of(before), _targets_of(after)
    groups: dict[Change, list[str]] = {}
    for target, change in _changes(before, after, [name for name in new if name in old]):
        groups.setdefault(_let_pass(change, target, allow, today), []).append(target)
    ending = {target for report in (before, after) for target, _ in _failures(report)}
    compared = {name: target for name, target in new.items() if name not in ending}
    changes = [change.model_copy(update={"targets": tuple(on)}) for change, on in groups.items()]
    order = ("worse", "better", "version")
    return Difference(
        changes=tuple(sorted(changes, key=lambda each: order.index(each.kind))),
        targets_only_before=_without(old, new),
        targets_only_after=_without(new, old),
        seconds=_grown(
            old, compared, lambda bill: None if bill.builds_without_time else bill.wall_seconds
        ),
        image_bytes=_grown(old, compared, lambda bill: bill.image.size if bill.image else None),
    )


def _without(names: Iterable[str], others: Collection[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in others)


def _changes(before: Report, after: Report, targets: Sequence[str]) -> Iterator[tuple[str, Change]]:
    """Every change of a package on one target, with the target."""
    old, new = ({each.name: each.on for each in report.packages} for report in (before, after))
    failed, failing = _failures(before), _failures(after)
    for name in sorted({*old, *new}):
        for target in targets:
            change = _change(
                name,
                _State(old.get(name, {}).get(target), failed.get((target, name))),
                _State(new.get(name, {}).get(target), failing.get((target, name))),
            )
            if change is not None:
                yield target, change


def _failures(report: Report) -> dict[tuple[str, str], str]:
    """Why builds fail for certain, by target and package."""
    return {
        (plan.target, name): why
        for plan in report.builds
        for name, why in report.failing_builds(plan.target).items()
    }


class _State(NamedTuple):
    """A package on one target; `cell` is None where it is not required, `failure` no failure."""

    cell: Cell | None
    failure: str | None

    @property
    def verdict(self) -> Verdict | None:
        return self.cell.verdict if self.cell else None

    @property
    def version(self) -> str | None:
        return self.cell.version if self.cell else None

    @property
    def loading(self) -> Loading | None:
        """What its wheel lacks to load as the image is."""
        loads = self.cell.loads if self.cell else None
        return loads if loads and loads.status in LOAD_MARKS else None

    @property
    def is_checked(self) -> bool:
        """Whether it is known if it loads; what is no wheel, or not required, has nothing to."""
        if self.cell is None or not self.cell.verdict.is_wheel:
            return True
        return self.cell.loads is not None and self.cell.loads.status != "not-checked"


def _targets_of(report: Report) -> dict[str, TargetSummary]:
    if not isinstance(report, Report):
        raise UsageError(f"difference wants two reports, not {type(report).__name__}")
    return {target.name: target for target in report.targets}


def _grown(
    old: Mapping[str, TargetSummary],
    new: Mapping[str, TargetSummary],
    of: Callable[[Bill], Estimate | None],
) -> dict[str, float]:
    """How much a number of the bill grew, on targets where both reports have it."""
    found = {}
    for name in (name for name in new if name in old):  # a set's order changes from run to run
        was, now = (
            of(summary.bill) if summary.bill else None for summary in (old[name], new[name])
        )
        if was and now:
            found[name] = now.value - was.value
    return found


def _change(package: str, was: _State, now: _State) -> Change | None:
    """What changed for a package."""
    # what was not looked at in one of them cannot have become worse
    loading = was.is_checked and now.is_checked
    rank_before, rank_after = (_rank(state, loading=loading) for state in (was, now))
    kind: Literal["worse", "better", "version"] = "version"
    if rank_after != rank_before:
        kind = "worse" if rank_after > rank_before else "better"
    elif was.version == now.version:
        return None
    lost = now.cell.lost if now.cell else None
    return Change(
        package=package,
        targets=(),
        before=was.verdict,
        after=now.verdict,
        version_before=was.version,
        version_after=now.version,
        kind=kind,
        failure_before=was.failure,
        failure_after=now.failure,
        loading_before=was.loading if loading else None,
        loading_after=now.loading if loading else None,
        lost=lost.reason if lost and kind == "worse" else None,
    )


def _let_pass(change: Change, target: str, allow: Sequence[Allowance], today: date) -> Change:
    """The change with the allowance that lets it pass on a target, or the last that did."""
    if change.kind != "worse":
        return change
    about = [allowance for allowance in allow if allowance.is_about(change.package, target)]
    for allowance in about:
        if not allowance.has_ended(today):
            return change.model_copy(update={"allowed": allowance.reason or str(allowance)})
    ends = [allowance.expires for allowance in about if allowance.expires]
    return change.model_copy(update={"allowed_until": max(ends)}) if ends else change


def _rank(state: _State, *, loading: bool) -> int:
    """How bad it is: what comes as a wheel, or is not needed, is equally fine.

    Without a file, and with a build that fails, nothing installs; with `loading`, a wheel that
    lacks something to load is as bad as `LOAD_GROUNDS` has it.
    """
    if state.failure is not None:
        return _ORDER.index(Verdict.UNAVAILABLE)
    if loading and state.loading:
        return _ORDER.index(LOAD_GROUNDS[state.loading.status])
    cell = state.cell
    return 0 if cell is None or cell.verdict in _FINE else _ORDER.index(cell.verdict)
