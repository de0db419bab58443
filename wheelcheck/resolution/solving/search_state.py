"""What the solver knows at one moment, and what it takes to go back to an earlier one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from heapq import heappop, heappush
from typing import NamedTuple, TypeVar

from msgspec import Struct

from wheelcheck.resolution.solving.nodes import Candidate, SolverRequirement
from wheelcheck.resolution.solving.search import Cause, Preference

__all__ = ["NOBODY", "Node", "State"]

_V = TypeVar("_V")


class Node(NamedTuple):
    """Who needs a node, the candidates left when it was last looked at, and those refused.

    Where it is `marked`, the candidates are fewer than `causes` asks for: a parent that is gone has
    left its mark on them.
    """

    causes: tuple[Cause, ...] = ()
    candidates: Iterable[Candidate] = ()
    refused: tuple[Candidate, ...] = ()
    marked: bool = False

    @property
    def needs(self) -> list[SolverRequirement]:
        """What is needed of it."""
        return [each.requirement for each in self.causes]


NOBODY = Node()


class _Choice(Struct):
    """One step of the search, and the state before it.

    `made` are its pins: none until it is made, and two where jumps were undone, as the state before
    the first of them, which has its pin already, is then the one to go on from.
    """

    causes: Sequence[Cause]
    made: dict[str, Candidate] = {}
    nodes: dict[str, Node | None] = {}
    pins: dict[str, Candidate | None] = {}
    waiting: dict[str, Preference | None] = {}

    @property
    def pinned(self) -> tuple[str, Candidate] | None:
        """The pin that was made last, which is the first to be undone."""
        return next(reversed(self.made.items()), None)

    def copy(self) -> _Choice:
        return _Choice(
            self.causes, self.made.copy(), self.nodes.copy(), self.pins.copy(), self.waiting.copy()
        )


class State:
    """The nodes, their pins and those that wait for one; every change belongs to a choice."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self.pins: dict[str, Candidate] = {}
        self.waiting: dict[str, Preference] = {}
        self.choices: list[_Choice] = [_Choice(())]
        self._queue: list[Preference] = []

    def begin(self) -> None:
        """Begin a choice, which the causes of the last conflict still concern."""
        self.choices.append(_Choice(self.choices[-1].causes))

    def undo(self) -> _Choice:
        """Take the last choice back."""
        choice = self.choices.pop()
        _restore(self.nodes, choice.nodes)
        _restore(self.pins, choice.pins)
        _restore(self.waiting, choice.waiting)
        for preference in choice.waiting.values():
            if preference is not None:
                heappush(self._queue, preference)
        return choice

    def set_node(self, identifier: str, node: Node) -> None:
        """Put a node in the place of what it was."""
        self.choices[-1].nodes.setdefault(identifier, self.nodes.get(identifier))
        self.nodes[identifier] = node

    def pin(self, identifier: str, candidate: Candidate) -> None:
        """Choose a candidate for a node: that is what this choice is about."""
        self.choices[-1].pins.setdefault(identifier, self.pins.get(identifier))
        self.choices[-1].made.pop(identifier, None)
        self.choices[-1].made[identifier] = candidate
        self.pins[identifier] = candidate

    def wait(self, identifier: str, preference: Preference | None) -> None:
        """Let a node wait for a choice, or no longer."""
        before = self.waiting.get(identifier)
        if before == preference:
            return
        self.choices[-1].waiting.setdefault(identifier, before)
        if preference is None:
            del self.waiting[identifier]
        else:
            self.waiting[identifier] = preference
            heappush(self._queue, preference)

    def first_waiting(self) -> str:
        """The node that waits with the least preference."""
        queue = self._queue
        while self.waiting.get(queue[0][-1]) is not queue[0]:  # chosen, or of another rank now
            heappop(queue)
        return queue[0][-1]

    def refused(self) -> dict[str, tuple[Candidate, ...]]:
        """The candidates that have been refused so far, by node."""
        return {key: node.refused for key, node in self.nodes.items() if node.refused}

    def pins_in_order(self) -> dict[str, Candidate]:
        """The pins, each where it was last chosen."""
        ordered: dict[str, Candidate] = {}
        for choice in self.choices:
            for identifier, candidate in choice.made.items():
                ordered.pop(identifier, None)
                ordered[identifier] = candidate
        return ordered

    def copy(self) -> State:
        """The same state, which changes on its own from here on."""
        copied = State()
        copied.nodes = self.nodes.copy()
        copied.pins = self.pins.copy()
        copied.waiting = self.waiting.copy()
        copied._queue = self._queue.copy()
        copied.choices = [*self.choices[:-1], self.choices[-1].copy()]
        return copied


def _restore(values: dict[str, _V], before: Mapping[str, _V | None]) -> None:
    for key, value in before.items():
        if value is None:
            values.pop(key, None)
        else:
            values[key] = value
