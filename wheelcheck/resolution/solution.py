"""What the solver settled, read from its last state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from packaging.utils import NormalizedName
from resolvelib import BaseReporter
from resolvelib.structs import RequirementInformation, State

from wheelcheck.resolution.model import Demand
from wheelcheck.resolution.needs import Candidate, Need, identifier_of

__all__ = ["FinalState", "Solution", "demands_and_extras"]


@dataclass(frozen=True, slots=True)
class Solution:
    """What the solver settled: a candidate by node, and who asks for each."""

    mapping: Mapping[str, Candidate]
    information: Mapping[str, Collection[RequirementInformation[Need, Candidate]]]


class FinalState(BaseReporter[Need, Candidate, str]):
    """Keeps the solver's last state, from which the solution is read."""

    def ending(self, state: State[Need, Candidate, str]) -> None:
        """Remember the state: the solver is done."""
        self._state = state

    def solution(self) -> Solution:
        """Return the nodes that a root needs, directly or not: backtracking leaves others."""
        criteria = self._state.criteria
        needed_by: dict[str | None, set[str]] = defaultdict(set)
        for node, criterion in criteria.items():
            for parent in criterion.iter_parent():
                key = None if parent is None else identifier_of(parent.name, parent.extras)
                needed_by[key].add(node)
        reached: set[str] = set()
        waiting = list(needed_by[None])
        while waiting:
            node = waiting.pop()
            if node not in reached:
                reached.add(node)
                waiting += needed_by[node]
        mapping = {node: found for node, found in self._state.mapping.items() if node in reached}
        return Solution(mapping, {node: criteria[node].information for node in mapping})


def demands_and_extras(
    solution: Solution,
) -> tuple[
    Mapping[NormalizedName, list[Demand]], Mapping[NormalizedName, frozenset[NormalizedName]]
]:
    """Who asks for each package, and with which extras; an extra's own base is left out."""
    demands: dict[NormalizedName, dict[Demand, None]] = defaultdict(dict)
    extras: dict[NormalizedName, frozenset[NormalizedName]] = defaultdict(frozenset)
    for information in solution.information.values():
        for need, parent in information:
            extras[need.name] |= need.extras
            if parent is None or parent.name != need.name:
                demands[need.name][Demand(need.source, need.text)] = None
    return {name: list(found) for name, found in demands.items()}, extras
