"""pip's search for versions that go together: the algorithm of resolvelib, with account kept.

The steps and their order are those of `resolvelib.Resolver` (1.2, which pip 26 uses), so the result
is the same; a test compares the two. resolvelib looks at every requirement of every node in every
round and copies its whole state; here a round looks at the nodes that the last choice touched, and
each choice keeps what it takes to undo it. Hundreds of packages take milliseconds instead of
seconds, and memory grows with the number of requirements, not with its square.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from wheelcheck.resolution.solving.nodes import Candidate, SolverRequirement
from wheelcheck.resolution.solving.search import Cause, Guide, Impossible, Settled, TooDeep
from wheelcheck.resolution.solving.search_state import NOBODY, Node, State

__all__ = ["Solver"]

OPTIMISM = 0.1
"""As resolvelib: this share of the rounds left may go into jumps that could miss a solution."""
FEWEST_STATES = 3
"""Of the states, the first holds the roots and the last no choice: one between can be undone."""


class Solver:
    """Searches once; `guide` says what there is and what to prefer."""

    def __init__(self, guide: Guide) -> None:
        self._guide = guide
        self._state = State()
        self._saved: State | None = None
        self._optimistic = True

    def solve(self, roots: Iterable[SolverRequirement], max_rounds: int) -> Settled:
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
                causes = {key: node.causes for key, node in self._state.nodes.items()}
                return Settled(self._state.pins_in_order(), causes)
            self._round()
        raise TooDeep

    def _round(self) -> None:
        """Choose for the most urgent node, or go back where nothing can be chosen."""
        state = self._state
        urgent = None
        if len(state.waiting) > 1:
            causes = state.choices[-1].causes
            urgent = self._guide.most_urgent(state.waiting, state.pins, causes)
        identifier = min(urgent, key=state.waiting.__getitem__) if urgent else state.first_waiting()
        failures: list[Cause] = []
        for candidate in state.nodes[identifier].candidates:
            failed = self._choose(identifier, candidate)
            if failed is None:
                return
            failures += failed
        self._go_back(list({id(cause): cause for cause in failures}.values()))

    def _choose(self, identifier: str, candidate: Candidate) -> Sequence[Cause] | None:
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
        self, needs: Iterable[SolverRequirement], parent: Candidate | None
    ) -> dict[str, Node] | tuple[Cause, ...]:
        """The nodes as these needs change them; the causes where one has no candidate left."""
        changed: dict[str, Node] = {}
        nodes = self._state.nodes
        for need in needs:
            identifier = need.identifier
            node = changed.get(identifier) or nodes.get(identifier) or NOBODY
            causes = (*node.causes, Cause(need, parent))
            found = None if node.marked else self._guide.narrowed(node.candidates, need)
            if found is None:
                base = (changed.get(need.name) or nodes.get(need.name)) if need.extras else None
                wanted = [each.requirement for each in causes]
                found = self._guide.candidates(wanted, base.needs if base else (), node.refused)
                if next(iter(found), None) is None:
                    return causes
            changed[identifier] = Node(causes, found, node.refused)
        return changed

    def _take(self, changed: Mapping[str, Node]) -> set[str]:
        """Take changed nodes over; those whose pin was right before and is no longer.

        Needs are only ever added at the end or left out, so of a pin that was right the new needs
        alone are asked.
        """
        state = self._state
        outdated = set()
        for identifier, node in changed.items():
            pin = state.pins.get(identifier)
            right = pin is not None and identifier not in state.waiting
            known = len(state.nodes[identifier].causes) if right else 0
            state.set_node(identifier, node)
            if pin is not None and all(
                self._guide.satisfies(pin, each.requirement) for each in node.causes[known:]
            ):
                state.wait(identifier, None)
                continue
            if right:
                outdated.add(identifier)
            state.wait(identifier, self._guide.preference(identifier, node.needs))
        return outdated

    def _forget_parents(self, gone: set[str]) -> None:
        """Leave out what the pins of these nodes needed: they are chosen again."""
        changed = {}
        for identifier, node in self._state.nodes.items():
            remaining = tuple(
                each
                for each in node.causes
                if each.parent is None or each.parent.identifier not in gone
            )
            if len(remaining) != len(node.causes):
                changed[identifier] = Node(remaining, node.candidates, node.refused, marked=True)
        self._take(changed)

    # --- going back ------------------------------------------------------------------------

    def _go_back(self, causes: Sequence[Cause]) -> None:
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

    def _roll_back(self, saved: State) -> None:
        """The jumps have led nowhere: go back to before the first, and make no more of them."""
        self._state, self._saved, self._optimistic = saved, None, False

    def _jump(self, causes: Sequence[Cause]) -> bool:
        """Undo choices back to a choice that may be to blame, and refuse it.

        An optimistic jump passes over choices that do not lead to the conflict directly.
        """
        blamed = {cause.requirement.identifier for cause in causes}
        blamed |= {cause.parent.identifier for cause in causes if cause.parent is not None}
        while len(self._state.choices) >= FEWEST_STATES:
            self._state.undo()  # the choice that could not be made
            refused = self._undo_to_blame(blamed, causes)
            self._state.begin()
            if self._refuse(refused):
                return True
        return False

    def _undo_to_blame(
        self, blamed: set[str], causes: Sequence[Cause]
    ) -> Mapping[str, Collection[Candidate]]:
        """Undo choices up to one to blame; what had been refused till then, and its candidate."""
        state = self._state
        while state.choices:
            refused = state.refused()
            others = len(state.pins) - 1
            pinned = state.undo().pinned
            if pinned is None:
                break
            identifier, candidate = pinned
            innocent = identifier not in blamed
            if self._optimistic and innocent and self._saved is None:
                self._saved = state.copy()
            needed = {need.identifier for need in self._guide.dependencies(candidate)}
            if (innocent and not self._optimistic) or needed & blamed or not others:
                return refused | {identifier: (*refused.get(identifier, ()), candidate)}
            if len(state.choices) < FEWEST_STATES - 1:
                break
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
            self._state.set_node(identifier, Node(node.causes, found, every))
        return True
