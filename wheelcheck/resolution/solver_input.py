"""The solver's input on a target, from the user's lines."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace
from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.requirements.requirement_set import RequirementLine, Requirements
from wheelcheck.resolution.answers import Answers
from wheelcheck.resolution.dependencies import MarkerEnvironment
from wheelcheck.resolution.solving.nodes import (
    Candidate,
    Constraint,
    SolverRequirement,
    needs_of,
)

__all__ = ["SolverInput", "SolverInputs"]


class SolverInput(Struct, frozen=True):
    """The solver's input: root requirements, their order by node, and constraints.

    `locked` are the packages whose own needs are among the roots.
    """

    roots: list[SolverRequirement]
    requested: Mapping[str, int]
    constraints: Mapping[NormalizedName, Constraint]
    locked: frozenset[NormalizedName]

    def position(self, need: SolverRequirement) -> float:
        """The place of the line that a root comes from; last what has none."""
        return self.requested.get(need.identifier, self.requested.get(need.name, math.inf))


_SEVERAL = 50
"""Needs of one node that the user has; of more the solver sees one with all their clauses."""


def _merged(needs: Sequence[SolverRequirement]) -> Iterator[SolverRequirement]:
    """The needs, where no node has more than a few of its own: each costs time at every step."""
    groups: dict[str, list[SolverRequirement]] = defaultdict(list)
    if max(Counter(need.identifier for need in needs).values(), default=0) <= _SEVERAL:
        yield from needs
        return
    for need in needs:
        groups[need.identifier].append(need)
    for group in groups.values():
        yield from _merged_of_node(group)


def _merged_of_node(needs: Sequence[SolverRequirement]) -> Iterator[SolverRequirement]:
    plain = [need for need in needs if need.exact is None and not need.impossible]
    if len(plain) <= _SEVERAL:
        yield from needs
        return
    yield from (need for need in needs if need.exact is not None or need.impossible)
    clauses = ",".join(sorted({need.clauses for need in plain} - {""}))
    yield replace(
        plain[0],
        clauses=clauses,
        text=f"{plain[0].text} and {len(plain) - 1:,} requirements more",
    )


class SolverInputs:
    """Asks the same requirements on one target after another.

    Targets that share a marker environment share a question, unless there is a direct
    reference, whose file may fit one of them and not the other. The needs of a line are the same
    wherever it holds, so that questions are quickly compared.
    """

    def __init__(self, requirements: Requirements) -> None:
        self._requirements = requirements
        every = (*requirements.lines, *requirements.constraints)
        self._any_direct = any(line.requirement.url for line in every)
        self._known: dict[MarkerEnvironment, SolverInput] = {}
        self._needs: dict[int, tuple[SolverRequirement, ...]] = {}

    def of(self, answers: Answers) -> SolverInput:
        """The input on this target: the markers of the user's lines decide."""
        known = self._known.get(answers.environment)
        if known is None or self._any_direct:
            known = self._known[answers.environment] = self._ask(answers)
        return known

    def _ask(self, answers: Answers) -> SolverInput:
        """Collect what is needed on this target.

        As with pip, needs with extras come last, while a line's place among its like counts for
        the order of work. A line that cannot be judged still provides its package.
        """
        needs: list[SolverRequirement] = []
        requested: dict[str, int] = {}
        locked = set()
        for position, line in enumerate(self._requirements.lines):
            if answers.environment.admits(line.requirement.marker):
                found = self._needs_of(position, line, answers)
                requested.setdefault(found[0].identifier, position)
                needs += found
                if line.has_its_own:
                    locked.add(found[0].name)
        required = {need.name for need in needs}
        for skipped in self._requirements.skipped:
            if skipped.constraint and skipped.name not in required:
                continue  # a constraint installs nothing
            if skipped.name and answers.environment.admits(skipped.marker):
                nothing = Candidate(skipped.name, frozenset(), None)
                source, text = str(skipped.origin), skipped.text
                needs.append(
                    SolverRequirement(skipped.name, text=text, source=source, exact=nothing)
                )
        needs = [*_merged(needs)]
        needs.sort(key=lambda need: bool(need.extras))
        return SolverInput(needs, requested, self._constraints(answers), frozenset(locked))

    def _needs_of(
        self, position: int, line: RequirementLine, answers: Answers
    ) -> tuple[SolverRequirement, ...]:
        known = self._needs.get(position)
        if known is None:
            known = tuple(needs_of(line.requirement, str(line.origin), answers.direct))
            if not line.requirement.url:
                self._needs[position] = known
        return known

    def _constraints(self, answers: Answers) -> dict[NormalizedName, Constraint]:
        merged: dict[NormalizedName, Constraint] = {}
        for line in self._requirements.constraints:
            if not answers.environment.admits(line.requirement.marker):
                continue
            name = canonicalize_name(line.requirement.name)
            known = merged.get(name, Constraint())
            specifier, files = known.specifier & line.requirement.specifier, known.files
            if line.requirement.url:
                base = needs_of(line.requirement, str(line.origin), answers.direct)
                files = (*files, *(need.exact for need in base if need.exact and not need.extras))
            extras = known.extras.union(map(canonicalize_name, line.requirement.extras))
            merged[name] = Constraint(specifier, tuple(dict.fromkeys(files)), extras)
        return merged
