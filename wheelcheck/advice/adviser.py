"""Advice against source builds and blockers, each judged again with the change made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import chain, islice

from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.advice.changes import (
    advice_of,
    builds_end_well,
    extra_indexes,
    merge_alike,
    move_words,
    rank,
    remaining,
)
from wheelcheck.advice.constraining import (
    constraint_caveat,
    constraint_change,
    constraint_sets,
    with_build_constraints,
)
from wheelcheck.advice.outcome import version_changes
from wheelcheck.advice.outside import taken_outside
from wheelcheck.advice.relocking import any_file_listed, what_to_list, with_hashes
from wheelcheck.advice.repinning import Repinned, WheelsNearby, changes_between, proposals
from wheelcheck.advice.replacing import JudgeOf, Replacements
from wheelcheck.analysis.judge import Judge
from wheelcheck.analysis.judged_target import JudgedTarget
from wheelcheck.coverage import Verdict
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Index, Sdist, Wheel
from wheelcheck.reports.values.advice_values import Advice, AdviceKind
from wheelcheck.reports.wording.phrases import counted, listing
from wheelcheck.requirements import Requirements
from wheelcheck.resolution import Pin
from wheelcheck.targets import Target
from wheelcheck.targets.spellings.nearby import on_glibc, on_other_pythons, on_x86_64

__all__ = ["Adviser"]

MOST_PYTHONS = 3
"""Other Pythons that are tried for a target, the nearest first."""


class Adviser:
    """Finds advice for judged targets; what is judged for one target serves the others.

    `judge` has judged the requirements as they are; `judge_of` makes one for changed requirements.
    With `runs_there` the installer runs on the targets themselves, as in a Dockerfile's step; with
    `copied` what it installs is copied to another stage, which gets nothing of the distribution's.
    """

    def __init__(
        self,
        requirements: Requirements,
        index: Index,
        judge: Judge,
        judge_of: JudgeOf,
        as_of: datetime,
        *,
        runs_there: bool = False,
        copied: bool = False,
    ) -> None:
        self._requirements = requirements
        self._index = index
        self._judge = judge
        self._judge_of = judge_of
        self._day: date = as_of.date()
        self._runs_there = runs_there
        self._copied = copied
        self._wheels = WheelsNearby(index, judge.stored_on)
        self._columns: dict[str, JudgedTarget] = {}
        self._judges: dict[Requirements, Judge] = {}
        self._replacements = Replacements(requirements, judge_of, self._verdicts)
        self._unplanned: dict[tuple[Judge, str], JudgedTarget] = {}
        self._compiling: dict[NormalizedName, set[Version]] = {}

    def advise(self, columns: Sequence[JudgedTarget]) -> tuple[Advice, ...]:
        """All advice for these targets, the most helpful first; equal advice is given once."""
        self._columns.update({column.name: column for column in columns})
        self._note_compiling(columns)
        alike: dict[tuple[object, ...], list[Advice]] = {}
        for column in columns:
            for proposal in self._ways(column):
                key = (proposal.kind, proposal.title, proposal.change, proposal.caveat)
                alike.setdefault(key, []).append(proposal)
        return tuple(sorted(map(merge_alike, alike.values()), key=rank))

    def _ways(self, column: JudgedTarget) -> Iterator[Advice]:
        """Changes against source builds and blockers, then to wheels that load."""
        if column.troubled:
            yield from self._ways_out(column)
        if column.not_loading:
            from wheelcheck.advice.system_packages import missing_packages

            yield from missing_packages(column)
            unloadable = [n for n in sorted(column.not_loading) if n not in column.troubled]
            yield from self._replacements.of(column, unloadable)
        if not self._runs_there:
            rules = self._judge.rules_of(column.resolution.target)
            yield from taken_outside(column, self._files_of, rules, self._day)

    def _note_compiling(self, columns: Sequence[JudgedTarget]) -> None:
        for column in columns:
            for name, (_, found) in column.judged.items():
                if isinstance(found.file, Sdist) and found.verdict is Verdict.SOURCE_NATIVE:
                    self._compiling.setdefault(name, set()).add(found.file.version)

    def _compiles(self, sdist: Sdist) -> bool:
        """Whether an sdist counts as compiling, and is not read, where advice is looked for.

        Another release of its project does compile, and it has wheels for Linux and no pure one
        itself. What is advised is read all the same: with this a change can only seem to help less.
        """
        compiling = self._compiling.get(sdist.name)
        if not compiling or sdist.version in compiling:
            return False
        from wheelcheck.builds.evidence.sibling_wheels import sibling_wheels

        project = self._index.project(sdist.name)
        files = () if isinstance(project, Unknown) else project.files(sdist.version)
        codes = {piece.code for piece in sibling_wheels(files)}
        return "sibling-platform-wheel" in codes and "sibling-pure-wheel" not in codes

    def _files_of(self, pin: Pin) -> Sequence[Wheel | Sdist]:
        project = self._index.project(pin.name)
        if isinstance(project, Unknown) or pin.version is None:
            return ()
        return project.files(pin.version)

    def _ways_out(self, column: JudgedTarget) -> Iterator[Advice]:
        yield from self._relocked(column)
        yield from self._constrained(column)
        yield from self._other_targets(column)
        yield from self._other_pins(column)
        yield from self._replacements.of(column, column.troubled)
        if column.resolution.target.image is not None and not self._copied:
            from wheelcheck.advice.system_packages import distribution_packages

            yield from distribution_packages(column, self._requirements, self._day)
        yield from extra_indexes(column)

    # --- another target --------------------------------------------------------------------

    def _other_targets(self, column: JudgedTarget) -> Iterator[Advice]:
        target = column.resolution.target
        glibc = on_glibc(target, self._day)
        if glibc is not None:
            yield from self._moved("image", column, glibc)
        yield from self._another_python(column)
        common = on_x86_64(target, self._day)
        if common is not None:
            yield from self._moved("architecture", column, common)

    def _another_python(self, column: JudgedTarget) -> Iterator[Advice]:
        """The Python that leaves least to do, if it takes away at least half of the trouble.

        Else the nearest on which nothing is known against the builds that fail here. Tried first
        are those for which most of the troubled pins have wheels.
        """
        found: list[tuple[Target, JudgedTarget]] = []
        pythons = on_other_pythons(column.resolution.target, self._day)
        there = {other: self._wheels_there(column, other) for other in pythons}
        likely = sorted(there, key=there.__getitem__, reverse=True)[:MOST_PYTHONS]
        if likely and there[likely[0]] < len(column.troubled):  # some is left on each of them
            self._judge.look_ahead(likely)
        for other in likely:
            after = self._judged_there(column, other)
            if after is not None:
                found.append((other, after))
                if after.weight == (0, 0):
                    break
        best = min(found, key=lambda each: each[1].weight, default=None)
        if best is not None and 2 * sum(best[1].weight) <= sum(column.weight):
            yield self._moving("python", column, *best)
            return
        compiled = listing(sorted(column.failing))
        caveat = f"it compiles {compiled}: no obstacle to that is known, which is no proof"
        built = (each for each in found if builds_end_well(column, each[1]))
        for other, after in islice(built, 1):
            yield self._moving("python", column, other, after, caveat)

    def _wheels_there(self, column: JudgedTarget, other: Target) -> int:
        """How many of the troubled packages have a wheel for another target, as they are pinned."""
        rules = self._judge.rules_of(other)
        pins = (column.judged[name][0] for name in column.troubled)
        return sum(self._wheels.has(pin, other, rules) for pin in pins)

    def _moved(self, kind: AdviceKind, column: JudgedTarget, other: Target) -> Iterator[Advice]:
        after = self._judged_there(column, other)
        if after is not None:
            yield self._moving(kind, column, other, after)

    def _judged_there(self, column: JudgedTarget, other: Target) -> JudgedTarget | None:
        """Another target, where it is better than that of the column."""
        if other.name not in self._columns:
            self._columns[other.name] = self._judge.verdicts(other, self._compiles)
        after = self._columns[other.name]
        if not after.improves_on(column):
            return None
        if after.price is None:
            after = self._columns[other.name] = self._judge.column(other)
            if not after.improves_on(column):  # its builds, now planned, may fail
                return None
        return after

    def _moving(
        self,
        kind: AdviceKind,
        column: JudgedTarget,
        other: Target,
        after: JudgedTarget,
        caveat: str = "",
    ) -> Advice:
        title, change = move_words(kind, other, column.resolution.target)
        return advice_of(kind, column, after, title, change, caveat or _MOVING_CAVEATS[kind])

    # --- other files of the same versions --------------------------------------------------

    def _relocked(self, column: JudgedTarget) -> Iterator[Advice]:
        judge_of = any_file_listed(self._requirements)
        if judge_of is None:
            return
        there = self._verdicts(self._judged(judge_of), column.resolution.target)
        if not there.improves_on(column):
            return
        after = self._judged(judge_of).column(column.resolution.target)
        change = what_to_list(self._requirements, column.troubled, after)
        yield advice_of("relock", column, after, "List the wheels that are left out", change)

    # --- other build requirements ----------------------------------------------------------

    def _constrained(self, column: JudgedTarget) -> Iterator[Advice]:
        """Older build requirements, where with them fewer builds fail."""
        if not column.failing:
            return
        target = column.resolution.target
        for lines in constraint_sets(column):
            changed = with_build_constraints(self._requirements, lines)
            after = self._judged(changed).column(target)
            if after.improves_on(column):
                title = f"Build with {listing(lines)}"
                change, caveat = constraint_change(target, lines), constraint_caveat(target)
                yield advice_of("build-constraint", column, after, title, change, caveat)
                return

    # --- other versions --------------------------------------------------------------------

    def _other_pins(self, column: JudgedTarget) -> Iterator[Advice]:
        """The first set of pins that helps; it is judged as it is written.

        Far versions are tried only where the near versions leave something to do.
        """
        best: Advice | None = None
        for repinned, after in chain.from_iterable(
            self._pin_sets(column, far=far) for far in (False, True)
        ):
            count = len(repinned.lines) + len(repinned.constraints)
            title = f"Pin {counted(count, 'other version')}"
            caveat = version_changes(column, after, self._index, self._requirements)
            pinned = (*repinned.lines, *repinned.constraints)
            change = with_hashes(self._requirements, repinned.change, pinned, after)
            advice = advice_of("version", column, after, title, change, caveat)
            if best is None or remaining(advice) < remaining(best):
                best = advice
            if remaining(advice) == (0, 0):
                break
        if best is not None:
            yield best

    def _pin_sets(
        self, column: JudgedTarget, *, far: bool
    ) -> Iterator[tuple[Repinned, JudgedTarget]]:
        """Sets of pins that help, each with the target judged again."""
        names = column.troubled
        target = column.resolution.target
        rules = self._judge.rules_of(target)
        judges: set[Judge] = set()
        for proposal in proposals(self._requirements, column, names, self._wheels, rules, far=far):
            there = self._verdicts(self._judged(proposal), target)
            if not there.improves_on(column):
                continue
            repinned = changes_between(self._requirements, column, there, names)
            judge = self._judged(repinned.applied(self._requirements))
            if judge in judges:  # another proposal has led to the same pins
                continue
            judges.add(judge)
            after = self._with_pins(repinned, judge, column, far=far)
            if after is not None:
                yield repinned, after

    def _with_pins(
        self, repinned: Repinned, judge: Judge, column: JudgedTarget, *, far: bool
    ) -> JudgedTarget | None:
        """The target with other pins; None where they do not help, or must not be that far."""
        target = column.resolution.target
        if not repinned or not self._verdicts(judge, target).improves_on(column):
            return None
        if not self._within_reach(repinned, column, far=far):
            return None
        after = judge.column(target)
        pinned = repinned.lines.keys() | repinned.constraints.keys()
        return after if after.improves_on(column) and not pinned & after.unusable else None

    def _within_reach(self, repinned: Repinned, column: JudgedTarget, *, far: bool) -> bool:
        """Whether every version to pin is near the version that it replaces or, if far, above."""
        for name, version in {**repinned.lines, **repinned.constraints}.items():
            own = column.judged[name][0].version if name in column.judged else None
            project = self._index.project(name)
            if own is None or isinstance(project, Unknown) or (far and version > own):
                continue
            if not self._wheels.is_near(version, own, project):
                return False
        return True

    def _verdicts(self, judge: Judge, target: Target) -> JudgedTarget:
        """What a judge says without plans, asked once."""
        key = (judge, target.name)
        if key not in self._unplanned:
            self._unplanned[key] = judge.verdicts(target, self._compiles)
        return self._unplanned[key]

    def _judged(self, requirements: Requirements) -> Judge:
        if requirements not in self._judges:
            self._judges[requirements] = self._judge_of(requirements)
        return self._judges[requirements]


_MOVING_CAVEATS: Mapping[str, str] = {
    "image": "system packages come from apt instead of apk",
    "python": "",
    "architecture": "for machines with that CPU; emulating it is slow",
}
