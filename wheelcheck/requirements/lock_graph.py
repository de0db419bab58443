"""For locks that say only who requires whom: when is each package wanted at all?

A package is wanted where there is a path to it from what the project asks for, and the markers
along that path hold. Every package gets the condition that holds on exactly those targets.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from packaging.markers import Marker
from packaging.utils import NormalizedName

from wheelcheck.requirements.conditions import ALWAYS, NEVER, Condition, also, either, marker_of
from wheelcheck.requirements.locks import Entry, LockedPackages

__all__ = ["Edge", "Reached", "add_reached", "reach"]

_MOST_TERMS = 64
_MOST_STEPS = 300_000
"""Honest locks of a thousand packages take some twenty thousand."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One requirement of a package, or of the project, on packages of the lock."""

    name: NormalizedName
    marker: Marker | None = None
    extras: tuple[NormalizedName, ...] = ()
    admits: Callable[[Entry], bool] = lambda _: True


Node = tuple[int, NormalizedName | None]
"""A package by its position in the lock; with an extra, what that adds."""


@dataclass(frozen=True, slots=True)
class Reached:
    """When each package is wanted, by its position in the lock; missing: never.

    `unclear` are packages of which that could not be told, for the number of conditions.
    """

    conditions: Mapping[int, Condition]
    unclear: frozenset[int]


def reach(
    entries: Sequence[Entry],
    roots: Iterable[Edge],
    edges_of: Callable[[Entry, NormalizedName | None], Iterable[Edge]],
) -> Reached:
    """Follow the edges from the roots; `edges_of` tells what a package or an extra requires."""
    walk = _Walk(entries)
    for edge in roots:
        walk.follow(edge, ALWAYS, clear=True)
    steps = 0
    known: dict[Node, tuple[Edge, ...]] = {}
    while walk.waiting and steps < _MOST_STEPS:
        node = walk.waiting.popleft()
        walk.queued.discard(node)
        if node not in known:
            known[node] = tuple(edges_of(entries[node[0]], node[1]))
        steps += len(known[node])
        for edge in known[node]:
            walk.follow(edge, walk.conditions[node], clear=node not in walk.unclear)
    found = {position: told for (position, extra), told in walk.conditions.items() if not extra}
    unclear = range(len(entries)) if walk.waiting else {position for position, _ in walk.unclear}
    doubtful = frozenset(position for position in unclear if found.get(position) != ALWAYS)
    return Reached(found, doubtful)


def add_reached(
    locked: LockedPackages,
    entries: Sequence[Entry],
    reached: Reached,
    add: Callable[[LockedPackages, Entry, Marker | None], None],
) -> None:
    """Have each package that is wanted somewhere added with its marker; doubtful ones are told."""
    for position, entry in enumerate(entries):
        if position in reached.unclear:
            why = "on which targets it is wanted depends on too many markers to tell"
            locked.skip(entry, None, why, "lock-too-entangled")
        elif position in reached.conditions:
            add(locked, entry, marker_of(reached.conditions[position]))


class _Walk:
    """What has been found so far. Conditions only ever widen, so that the walk ends."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self._by_name: dict[NormalizedName, list[int]] = {}
        for position, entry in enumerate(entries):
            self._by_name.setdefault(entry.name, []).append(position)
        self.conditions: dict[Node, Condition] = {}
        self.unclear: set[Node] = set()
        self.waiting: deque[Node] = deque()
        self.queued: set[Node] = set()

    def follow(self, edge: Edge, condition: Condition, *, clear: bool) -> None:
        narrowed = also(condition, edge.marker)
        if narrowed == NEVER:
            return
        for position in self._by_name.get(edge.name, ()):
            if edge.admits(self._entries[position]):
                for extra in (None, *edge.extras):
                    self._widen((position, extra), narrowed, clear=clear)

    def _widen(self, node: Node, condition: Condition, *, clear: bool) -> None:
        before = self.conditions.get(node, NEVER)
        after = either(before, condition)
        if len(after) > _MOST_TERMS:
            after, clear = before, False
        doubtful = not clear and after != ALWAYS and node not in self.unclear
        if after == before and not doubtful:
            return
        if doubtful:
            self.unclear.add(node)
        self.conditions[node] = after
        if node not in self.queued:
            self.queued.add(node)
            self.waiting.append(node)
