"""What the solver settled, as far as the user's requirements reach."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from packaging.utils import NormalizedName

from wheelcheck.resolution.pins import Demand
from wheelcheck.resolution.solving.nodes import Candidate
from wheelcheck.resolution.solving.search import Cause, Settled

__all__ = ["Solution", "solution_of"]


class Solution(Struct, frozen=True):
    """A candidate by node; who asks for each package, and with which extras.

    `unmet` are requirements that an old pip does not meet, and reports afterwards.
    """

    pins: Mapping[str, Candidate]
    demands: Mapping[NormalizedName, tuple[Demand, ...]]
    extras: Mapping[NormalizedName, frozenset[NormalizedName]]
    unmet: tuple[tuple[NormalizedName, Demand], ...] = ()


def solution_of(settled: Settled, unmet: Iterable[Cause] = ()) -> Solution:
    """Return the nodes that a root needs, directly or not: choices since undone leave others."""
    needed_by: dict[str | None, set[str]] = defaultdict(set)
    for node, causes in settled.causes.items():
        for _, parent in causes:
            key = None if parent is None else parent.identifier
            needed_by[key].add(node)
    reached: set[str] = set()
    waiting = list(needed_by[None])
    while waiting:
        node = waiting.pop()
        if node not in reached:
            reached.add(node)
            waiting += needed_by[node]
    pins = {node: found for node, found in settled.pins.items() if node in reached}
    missed = ((need.name, Demand(need.source, need.text)) for need, _ in unmet)
    wanted = _demands_and_extras([settled.causes[node] for node in pins])
    return Solution(pins, *wanted, tuple(missed))


def _demands_and_extras(
    information: Iterable[Sequence[Cause]],
) -> tuple[
    Mapping[NormalizedName, tuple[Demand, ...]], Mapping[NormalizedName, frozenset[NormalizedName]]
]:
    """Who asks for each package, and with which extras; an extra's own base is left out."""
    demands: dict[NormalizedName, dict[tuple[str, str], None]] = defaultdict(dict)
    extras: dict[NormalizedName, frozenset[NormalizedName]] = defaultdict(frozenset)
    for causes in information:
        for need, parent in causes:
            if need.extras:
                extras[need.name] |= need.extras
            if parent is None or parent.name != need.name:
                demands[need.name][need.source, need.text] = None
    return {name: tuple(Demand(*each) for each in found) for name, found in demands.items()}, extras
