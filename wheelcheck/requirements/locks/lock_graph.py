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

from wheelcheck.requirements.lock_markers import (
    ALWAYS,
    NEVER,
    Condition,
    also,
    either,
    holds_nowhere,
    marker_of,
)
from wheelcheck.requirements.locks.locked_packages import Entry, LockedPackages

__all__ = ["Edge", "Reached", "add_reached", "reach"]

_MOST_TERMS = 16
_MOST_STEPS = 50_000
"""Honest locks have two or three terms, and take some steps for each package."""


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

    `unclear` are packages with too many conditions to decide that.
    """

    conditions: Mapping[int, Condition]
    unclear: frozenset[int]


def reach(
    entries: Sequence[Entry],
    roots: Iterable[Edge],
    edges_of: Callable[[Entry, NormalizedName | None], Iterable[Edge]],
) -> Reached:
    """Follow the edges from the roots; `edges_of` gives what a package or an extra requires."""
    walk = _GraphWalk(entries)
    for edge in roots:
        walk.follow(edge, ALWAYS)
    known: dict[Node, tuple[Edge, ...]] = {}
    while walk.waiting and walk.steps <= _MOST_STEPS:
        node = walk.waiting.popleft()
        walk.queued.discard(node)
        if node not in known:
            known[node] = tuple(edges_of(entries[node[0]], node[1]))
        for edge in known[node]:
            walk.follow(edge, walk.conditions[node])
    return walk.reached()


def add_reached(
    locked: LockedPackages,
    entries: Sequence[Entry],
    reached: Reached,
    add: Callable[[LockedPackages, Entry, Marker | None], None],
) -> None:
    """Add each package that is wanted somewhere with its marker; report doubtful packages."""
    for position, entry in enumerate(entries):
        if position in reached.unclear:
            why = "on which targets it is wanted depends on too many markers to tell"
            locked.skip(entry, None, why, "lock-too-entangled")
        elif position in reached.conditions:
            add(locked, entry, marker_of(reached.conditions[position]))


class _GraphWalk:
    """What has been found so far; None where a condition has grown too long to be kept.

    Conditions only ever widen, so that the walk ends.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self._by_name: dict[NormalizedName, list[int]] = {}
        for position, entry in enumerate(entries):
            self._by_name.setdefault(entry.name, []).append(position)
        self.conditions: dict[Node, Condition | None] = {}
        self.waiting: deque[Node] = deque()
        self.queued: set[Node] = set()
        self.steps = 0

    def follow(self, edge: Edge, condition: Condition | None) -> None:
        """Take what an edge leads to as wanted where a condition holds; None: that is unclear."""
        narrowed = condition
        if condition is not None or holds_nowhere(edge.marker):
            narrowed = also(condition or ALWAYS, edge.marker)
        if narrowed == NEVER:
            return
        for position in self._by_name.get(edge.name, ()):
            self.steps += 1
            if self.steps > _MOST_STEPS:
                return
            if edge.admits(self._entries[position]):
                for extra in (None, *edge.extras):
                    self._widen((position, extra), narrowed)

    def reached(self) -> Reached:
        """What was found of packages, extras left out."""
        found = {
            position: condition
            for (position, extra), condition in self.conditions.items()
            if not extra
        }
        if self.steps > _MOST_STEPS:
            # It was cut short: what is not wanted everywhere may yet be wanted elsewhere.
            every = range(len(self._entries))
            found = {n: ALWAYS if found.get(n) == ALWAYS else None for n in every}
        return Reached(
            {position: condition for position, condition in found.items() if condition is not None},
            frozenset(position for position, condition in found.items() if condition is None),
        )

    def _widen(self, node: Node, condition: Condition | None) -> None:
        before = self.conditions.get(node, NEVER)
        after: Condition | None
        if ALWAYS in (before, condition):
            after = ALWAYS
        elif before is None or condition is None:
            after = None
        else:
            after = either(before, condition)
            after = after if len(after) <= _MOST_TERMS else None
        if after == before:
            return
        self.conditions[node] = after
        if node not in self.queued:
            self.queued.add(node)
            self.waiting.append(node)
