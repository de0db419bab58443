"""pip's search for versions that go together: the algorithm of resolvelib, with account kept.

The steps and their order are those of `resolvelib.Resolver` (1.2, which pip 26 uses), so the result
is the same; a test compares the two. resolvelib looks at every requirement of every node in every
round and copies its whole state; here a round looks at the nodes that the last choice touched, and
each choice keeps what it takes to undo it. Hundreds of packages take milliseconds instead of
seconds, and memory grows with the number of requirements, not with its square.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeVar

from wheelcheck.resolution.needs import Candidate, Need, identifier_of

__all__ = ["Impossible", "Preference", "Settled", "Solver", "Told", "TooDeep"]

OPTIMISM = 0.1
"""As resolvelib: this share of the rounds left may go into jumps that could miss a solution."""
FEWEST_STATES = 3
"""Of the states, the first holds the roots and the last no choice: one between can be undone."""

_V = TypeVar("_V")

Preference = tuple[bool, bool, bool, float, bool, str]


class Told(NamedTuple):
    """A need and the candidate that has it; None for the user."""

    requirement: Need
    parent: Candidate | None


class Guide(Protocol):
    """The rules that the solver follows."""

    def dependencies(self, candidate: Candidate) -> Sequence[Need]:
        """What a candidate needs."""

    def candidates(
        self, needs: Sequence[Need], base: Sequence[Need], refused: Collection[Candidate]
    ) -> Iterable[Candidate]:
        """What satisfies the needs of a node (and of its base if it has extras), best first."""

    def narrowed(self, found: Iterable[Candidate], need: Need) -> Iterable[Candidate] | None:
        """What is left of `candidates` with one need more; None where they must be asked for.

        Never empty.
        """

    def satisfies(self, candidate: Candidate, need: Need) -> bool:
        """Whether a candidate meets a need."""

    def preference(self, identifier: str, needs: Sequence[Need]) -> Preference:
        """The rank of a node that waits, the least first; no two nodes share one."""

    def most_urgent(
        self, waiting: Iterable[str], pins: Mapping[str, Candidate], causes: Sequence[Told]
    ) -> Iterable[str]:
        """The nodes that wait for a choice, or those of them that come before all others."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A candidate by node in the order of the last choices, and who needs each node."""

    pins: Mapping[str, Candidate]
    told: Mapping[str, Sequence[Told]]


class Impossible(Exception):  # noqa: N818 (an answer)
    """Nothing satisfies these needs together; `causes` are those of the last conflict."""

    def __init__(self, causes: Sequence[Told]) -> None:
        super().__init__(causes)
        self.causes = causes


class TooDeep(Exception):  # noqa: N818 (an answer)
    """More rounds than are allowed."""


@dataclass(frozen=True, slots=True)
class _Node:
    """Who needs a node, the candidates left when it was last looked at, and those refused.

    Where it is `marked`, the candidates are fewer than `told` asks for: a parent that is gone has
    left its mark on them.
    """

    told: tuple[Told, ...] = ()
    candidates: Iterable[Candidate] = ()
    refused: tuple[Candidate, ...] = ()
    marked: bool = False

    @property
    def needs(self) -> list[Need]:
        return [each.requirement for each in self.told]


_NOBODY = _Node()


@dataclass(slots=True)
class _Choice:
    """One step of the search, and what stood before it; `pinned` is None until it is made."""

    causes: Sequence[Told]
    pinned: tuple[str, Candidate] | None = None
    nodes: dict[str, _Node | None] = field(default_factory=dict)
    pins: dict[str, Candidate | None] = field(default_factory=dict)
    waiting: dict[str, Preference | None] = field(default_factory=dict)

    def copy(self) -> _Choice:
        return _Choice(
            self.causes, self.pinned, self.nodes.copy(), self.pins.copy(), self.waiting.copy()
        )


class _State:
    """The nodes, their pins and those that wait for one; every change belongs to a choice."""

    def __init__(self) -> None:
        self.nodes: dict[str, _Node] = {}
        self.pins: dict[str, Candidate] = {}
        self.waiting: dict[str, Preference] = {}
        self.choices: list[_Choice] = [_Choice(())]

    def begin(self) -> None:
        """Begin a choice, which the causes of the last conflict still concern."""
        self.choices.append(_Choice(self.choices[-1].causes))

    def undo(self) -> _Choice:
        """Take the last choice back."""
        choice = self.choices.pop()
        _restore(self.nodes, choice.nodes)
        _restore(self.pins, choice.pins)
        _restore(self.waiting, choice.waiting)
        return choice

    def set_node(self, identifier: str, node: _Node) -> None:
        self.choices[-1].nodes.setdefault(identifier, self.nodes.get(identifier))
        self.nodes[identifier] = node

    def pin(self, identifier: str, candidate: Candidate) -> None:
        self.choices[-1].pins.setdefault(identifier, self.pins.get(identifier))
        self.choices[-1].pinned = (identifier, candidate)
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

    def pins_in_order(self) -> dict[str, Candidate]:
        """The pins, each where it was last chosen."""
        ordered: dict[str, Candidate] = {}
        for choice in self.choices:
            if choice.pinned is not None:
                ordered.pop(choice.pinned[0], None)
                ordered[choice.pinned[0]] = choice.pinned[1]
        return ordered

    def copy(self) -> _State:
        copied = _State()
        copied.nodes = self.nodes.copy()
        copied.pins = self.pins.copy()
        copied.waiting = self.waiting.copy()
        copied.choices = [*self.choices[:-1], self.choices[-1].copy()]
        return copied


def _restore(values: dict[str, _V], before: Mapping[str, _V | None]) -> None:
    for key, value in before.items():
        if value is None:
            values.pop(key, None)
        else:
            values[key] = value


class Solver:
    """Searches once; `guide` says what there is and what to prefer."""

    def __init__(self, guide: Guide) -> None:
        self._guide = guide
        self._state = _State()
        self._saved: _State | None = None
        self._optimistic = True

    def solve(self, roots: Iterable[Need], max_rounds: int) -> Settled:
        """What is chosen for each node. Raises Impossible, TooDeep."""
        changed = self._needing(roots, None)
        if not isinstance(changed, dict):
            raise Impossible(changed)
        self._take(changed)
        self._state.begin()
        last_optimistic = None
        for number in range(max_rounds):
            if self._optimistic and self._saved is not None:
                if last_optimistic is None:
                    last_optimistic = number + int((max_rounds - number) * OPTIMISM)
                if number >= last_optimistic:
                    self._roll_back(self._saved)
                    continue
            if not self._state.waiting:
                told = {key: node.told for key, node in self._state.nodes.items()}
                return Settled(self._state.pins_in_order(), told)
            self._round()
        raise TooDeep

    def _round(self) -> None:
        """Choose for the most urgent node, or go back where nothing can be chosen."""
        state = self._state
        urgent: Iterable[str] = state.waiting
        if len(state.waiting) > 1:
            urgent = self._guide.most_urgent(urgent, state.pins, state.choices[-1].causes)
        identifier = min(urgent, key=state.waiting.__getitem__)
        failures: list[Told] = []
        for candidate in state.nodes[identifier].candidates:
            failed = self._choose(identifier, candidate)
            if failed is None:
                return
            failures += failed
        self._go_back(list({id(cause): cause for cause in failures}.values()))

    def _choose(self, identifier: str, candidate: Candidate) -> Sequence[Told] | None:
        """Pin a candidate unless what it needs leaves a node without any: then the causes."""
        changed = self._needing(self._guide.dependencies(candidate), candidate)
        if not isinstance(changed, dict):
            return changed
        state = self._state
        state.wait(identifier, None)
        state.pin(identifier, candidate)
        changed.setdefault(identifier, state.nodes[identifier])
        outdated = self._take(changed) - {identifier}
        if outdated:
            self._forget_parents(outdated)
        state.begin()
        return None

    def _needing(
        self, needs: Iterable[Need], parent: Candidate | None
    ) -> dict[str, _Node] | tuple[Told, ...]:
        """The nodes as these needs change them; the causes where one has no candidate left."""
        changed: dict[str, _Node] = {}
        nodes = self._state.nodes
        for need in needs:
            identifier = need.identifier
            node = changed.get(identifier) or nodes.get(identifier) or _NOBODY
            told = (*node.told, Told(need, parent))
            found = None if node.marked else self._guide.narrowed(node.candidates, need)
            if found is None:
                base = (changed.get(need.name) or nodes.get(need.name)) if need.extras else None
                wanted = [each.requirement for each in told]
                found = self._guide.candidates(wanted, base.needs if base else (), node.refused)
                if next(iter(found), None) is None:
                    return told
            changed[identifier] = _Node(told, found, node.refused)
        return changed

    def _take(self, changed: Mapping[str, _Node]) -> set[str]:
        """Take changed nodes over; those whose pin was right before and is no longer.

        Needs are only ever added at the end or left out, so of a pin that was right the new ones
        alone are asked.
        """
        state = self._state
        outdated = set()
        for identifier, node in changed.items():
            pin = state.pins.get(identifier)
            right = pin is not None and identifier not in state.waiting
            known = len(state.nodes[identifier].told) if right else 0
            state.set_node(identifier, node)
            if pin is not None and all(
                self._guide.satisfies(pin, each.requirement) for each in node.told[known:]
            ):
                state.wait(identifier, None)
                continue
            if right:
                outdated.add(identifier)
            state.wait(identifier, self._guide.preference(identifier, node.needs))
        return outdated

    def _forget_parents(self, gone: set[str]) -> None:
        """Leave out what the pins of these nodes needed: they are chosen anew."""
        changed = {}
        for identifier, node in self._state.nodes.items():
            kept = tuple(
                each
                for each in node.told
                if each.parent is None or _node_of(each.parent) not in gone
            )
            if len(kept) != len(node.told):
                changed[identifier] = _Node(kept, node.candidates, node.refused, marked=True)
        self._take(changed)

    # --- going back ------------------------------------------------------------------------

    def _go_back(self, causes: Sequence[Told]) -> None:
        """Undo choices until one of them can be made otherwise. Raises Impossible."""
        try:
            found = self._jump(causes)
        except Impossible:
            if self._saved is None:
                raise
            found = False
        if found:
            self._state.choices[-1].causes = causes
        elif self._saved is not None:
            self._roll_back(self._saved)
        else:
            raise Impossible(causes)

    def _roll_back(self, saved: _State) -> None:
        """The jumps have led nowhere: go back to before the first, and make no more of them."""
        self._state, self._saved, self._optimistic = saved, None, False

    def _jump(self, causes: Sequence[Told]) -> bool:
        """Undo choices up to one that may be to blame, and refuse what it chose.

        An optimistic jump passes over choices that do not lead to the conflict directly.
        """
        blamed = {cause.requirement.identifier for cause in causes}
        blamed |= {_node_of(cause.parent) for cause in causes if cause.parent is not None}
        while len(self._state.choices) >= FEWEST_STATES:
            self._state.undo()  # the choice that could not be made
            refused = self._undo_to_blame(blamed, causes)
            self._state.begin()
            if self._refuse(refused):
                return True
        return False

    def _undo_to_blame(
        self, blamed: set[str], causes: Sequence[Told]
    ) -> Mapping[str, Collection[Candidate]]:
        """Undo choices up to one to blame; what had been refused till then, and its candidate."""
        state = self._state
        while True:
            refused = {key: node.refused for key, node in state.nodes.items() if node.refused}
            others = len(state.pins) - 1
            pinned = state.undo().pinned if state.choices else None
            if pinned is None:
                raise Impossible(causes)
            identifier, candidate = pinned
            innocent = identifier not in blamed
            if self._optimistic and innocent and self._saved is None:
                self._saved = state.copy()
            needed = {need.identifier for need in self._guide.dependencies(candidate)}
            if (innocent and not self._optimistic) or needed & blamed or not others:
                return refused | {identifier: (*refused.get(identifier, ()), candidate)}
            if len(state.choices) < FEWEST_STATES - 1:
                raise Impossible(causes)

    def _refuse(self, refused: Mapping[str, Collection[Candidate]]) -> bool:
        """Refuse candidates; False where a node is left without any."""
        nodes = self._state.nodes
        for identifier, candidates in refused.items():
            node = nodes.get(identifier)
            if node is None:
                continue
            every = tuple(dict.fromkeys((*node.refused, *candidates)))
            needs = node.needs
            base = nodes.get(needs[0].name) if needs and needs[0].extras else None
            found = self._guide.candidates(needs, base.needs if base else (), every)
            if next(iter(found), None) is None:
                return False
            self._state.set_node(identifier, _Node(node.told, found, every))
        return True


def _node_of(candidate: Candidate) -> str:
    return identifier_of(candidate.name, candidate.extras)
