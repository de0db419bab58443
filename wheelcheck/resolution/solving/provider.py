"""pip's rules for the solver: which candidates, in which order, with which dependencies.

Mirrors the behaviour of pip 26 (not its code): a package with extras is a node of its own that
requires exactly its base; preference goes to direct, pinned, upper-bounded, user-requested and
specified requirements in that order; causes of a conflict come first when backtracking.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, islice

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.resolution.answers import Answers
from wheelcheck.resolution.common import Common, LazySequence
from wheelcheck.resolution.offers import Offer
from wheelcheck.resolution.solving.candidate_search import CandidateSearch
from wheelcheck.resolution.solving.nodes import (
    Candidate,
    Constraint,
    Dependencies,
    SolverRequirement,
)
from wheelcheck.resolution.solving.order import request_of
from wheelcheck.resolution.solving.search import Cause, Preference, Stopped

__all__ = ["Provider"]

_UNCONSTRAINED = Constraint()
_TRIED_NEXT = 2
"""How many more versions are announced with the second: where one was refused, others may be."""
PROMOTE_AFTER_CONFLICTS = 5  # as pip: a package that keeps conflicting is settled earlier


class Provider:
    """Guides the solver for one target.

    What `locked` packages require is among the roots already. What is `installed` comes before
    newer versions where it satisfies. `common` may be shared by all targets.
    """

    def __init__(
        self,
        answers: Answers,
        constraints: Mapping[NormalizedName, Constraint],
        requested: Mapping[str, int],
        *,
        no_deps: bool = False,
        locked: frozenset[NormalizedName] = frozenset(),
        installed: Mapping[NormalizedName, Offer] | None = None,
        common: Common,
    ) -> None:
        self._answers = answers
        self._constraints = constraints
        self._requested = requested
        self._no_deps = no_deps
        self._locked = locked
        self._installed = installed or {}
        self._common = common
        self._matches: dict[tuple[NormalizedName, str], LazySequence[Offer | None]] = {}
        self._excuse(frozenset(), {})

    def _excuse(
        self,
        excused: frozenset[NormalizedName],
        reference: Mapping[NormalizedName, Version | None],
    ) -> None:
        self._excused = excused
        self._behind_excused = set(excused)
        self._reference = reference
        self._substitutes: dict[tuple[NormalizedName, str], LazySequence[Offer | None]] = {}
        self._needs: dict[Candidate, tuple[SolverRequirement, ...]] = {}
        self._conflicts: Counter[str] = Counter()

    def excusing(
        self,
        excused: frozenset[NormalizedName],
        reference: Mapping[NormalizedName, Version | None],
    ) -> Provider:
        """Return a provider for the same target that lets packages be pinned that cannot be had.

        To the version that `reference` has, which the reference target gets, or to no version where
        there is none to tell (see `Candidate.version`). What they need, directly or not, may be
        pinned so as well: another version of theirs would be no better.
        """
        other = Provider(
            self._answers,
            self._constraints,
            self._requested,
            no_deps=self._no_deps,
            locked=self._locked,
            installed=self._installed,
            common=self._common,
        )
        other._matches = self._matches
        other._excuse(excused, reference)
        return other

    def forget(self) -> None:
        """Drop what was found: searches that stay open hold the provider, and it holds them."""
        for known in (self._matches, self._substitutes, self._needs):
            known.clear()

    # --- order -----------------------------------------------------------------------------

    def most_urgent(
        self, waiting: Collection[str], pins: Mapping[str, Candidate], causes: Sequence[Cause]
    ) -> Collection[str] | None:
        """Settle the causes of the last conflict first, then what keeps conflicting."""
        blamed = self._count_conflicts(causes, pins) if causes else set()
        if not self._conflicts:
            return None
        first = [name for name in blamed if name in waiting]
        among: Collection[str] = first or waiting
        often = [n for n, count in self._conflicts.items() if count >= PROMOTE_AFTER_CONFLICTS]
        return [name for name in often if name in among] or first or None

    def _count_conflicts(
        self, causes: Sequence[Cause], pins: Mapping[str, Candidate]
    ) -> Collection[str]:
        """Count the nodes that take part in a conflict and are not settled; all that do."""
        blamed: set[str] = set()
        for need, parent in causes:
            for node in (need,) if parent is None else (need, parent):
                name = node.identifier
                blamed.add(name)
                if name not in pins:
                    self._conflicts[name] += 1
        return blamed

    def preference(self, identifier: str, needs: Sequence[SolverRequirement]) -> Preference:
        """The rank of a node, from what is needed of it alone."""
        exact = pinned = bounded = stated = False
        for need in needs:
            if need.exact is not None:
                exact = True
            elif need.clauses:
                traits = self._common.traits(need)
                stated = True
                pinned = pinned or traits.pinned
                bounded = bounded or traits.bounded
        requested = self._requested.get(identifier, math.inf)
        return not exact, not pinned, not bounded, requested, not stated, identifier

    # --- candidates ------------------------------------------------------------------------

    def candidates(
        self,
        needs: Sequence[SolverRequirement],
        base: Sequence[SolverRequirement],
        refused: Collection[Candidate],
    ) -> Iterable[Candidate]:
        """What satisfies the needs of a node (and of its base if it has extras), best first."""
        if not needs or any(need.impossible for need in needs):
            return ()  # none: the solver asks again about nodes that nobody needs any more
        name, extras = needs[0].name, needs[0].extras
        every = [*needs, *base]
        if exact := self._exact(name, every):
            given = (Candidate(name, extras, c.version, c.offer, c.direct) for c in exact)
            return tuple(
                each for each in given if each not in refused and self._admits_given(each, needs)
            )
        stand_ins = name in self._behind_excused
        return CandidateSearch(self, extras, tuple(every), refused, stand_ins)

    def _exact(
        self, name: NormalizedName, needs: Iterable[SolverRequirement]
    ) -> Mapping[Candidate, None]:
        """The candidates that needs, or else the constraint, request themselves."""
        exact = dict.fromkeys(need.exact for need in needs if need.exact is not None)
        if not exact and name in self._constraints:
            return dict.fromkeys(self._constraints[name].files)
        return exact

    def _admits_given(self, candidate: Candidate, needs: Sequence[SolverRequirement]) -> bool:
        """Whether a candidate that was requested itself satisfies its constraint and all needs."""
        return self._constraint_admits(candidate) and all(
            self.satisfies(candidate, need) for need in needs
        )

    def narrowed(
        self, found: Iterable[Candidate], need: SolverRequirement
    ) -> Iterable[Candidate] | None:
        """What is left of candidates with one need more; None where the first may be another.

        The first stays the first where the need admits it: candidates come in an order that does
        not depend on the specifier, with two exceptions that are left to the full search. A need
        may ask for pre-releases, and a pin lets a yanked version come before a stand-in. Candidates
        that were requested themselves stay if the need admits them all.
        """
        if need.extras or need.impossible:
            return None
        if isinstance(found, tuple):  # candidates that were requested themselves
            return self._if_all_satisfy(found, need)
        if not isinstance(found, CandidateSearch) or need.exact:
            return None
        first = found.first
        offer = first.offer if first else None
        if offer is None or not offer.installable:
            return None
        if need.clauses and (
            self._common.traits(need).prereleases or not self._common.admits(need, offer.version)
        ):
            return None
        stand_ins = need.name in self._behind_excused
        needs = (*found.needs, need)
        return CandidateSearch(self, found.extras, needs, found.refused, stand_ins, first)

    def _if_all_satisfy(
        self, found: tuple[Candidate, ...], need: SolverRequirement
    ) -> tuple[Candidate, ...] | None:
        satisfied = found and all(self.satisfies(candidate, need) for candidate in found)
        return found if satisfied else None

    def satisfies(self, candidate: Candidate, need: SolverRequirement) -> bool:
        """Whether a candidate meets a need; one without a version meets all."""
        if need.impossible:
            return False
        if candidate.version is None:
            return True
        if need.exact is not None:
            exact = need.exact
            return exact.version == candidate.version and exact.direct == candidate.direct
        return self._common.admits(need, candidate.version)

    def matches(
        self,
        name: NormalizedName,
        needs: Iterable[SolverRequirement],
        *,
        stand_ins: bool | None = None,
    ) -> Iterable[Offer | None]:
        """Offers that satisfy these requirements and the constraint, best first.

        With `stand_ins`, by default for an excused package, and without any other: stand-ins, or
        None once where there are none either.
        """
        if stand_ins is None:
            stand_ins = name in self._behind_excused
        clauses = {need.clauses for need in needs if need.exact is None}
        if name in self._constraints:
            clauses.add(str(self._constraints[name].specifier))
        key = (name, ",".join(sorted(clauses - {""})))
        if not (stand_ins or self._installed or self._common.index.fetches):
            return self._answers.search(*key)  # there is nothing to add, and nothing to announce
        known = self._substitutes if stand_ins else self._matches
        if key not in known:
            search = partial(self._search, name, key[1], stand_ins=stand_ins)
            known[key] = LazySequence(search)
        return known[key]

    def constraint(self, name: NormalizedName) -> Constraint:
        """What -c says of a package."""
        return self._constraints.get(name, _UNCONSTRAINED)

    def _constraint_admits(self, candidate: Candidate) -> bool:
        return self.constraint(candidate.name).admits(candidate)

    def _search(
        self, name: NormalizedName, clauses: str, *, stand_ins: bool
    ) -> Iterator[Offer | None]:
        found = 0
        offers: Iterable[Offer] = self._answers.search(name, clauses)
        if name in self._installed:
            specifier = request_of(clauses).specifier
            offers = chain(self._already_there(name, specifier), offers)
        for offer in offers:
            if found <= 1 and not self._no_deps and name not in self._locked:
                self._answers.expect(name, offer.version)
                if found:
                    self._announce_tried(name, clauses)
            found += 1
            yield offer
        if stand_ins and not found:
            yield from self._substitutes_of(name, clauses)

    def _announce_tried(self, name: NormalizedName, clauses: str) -> None:
        """Announce what follows the second version, where that takes no file to be read."""
        for offer in islice(self._answers.search(name, clauses), 2, 2 + _TRIED_NEXT):
            if offer.file.has_metadata:
                self._answers.expect(name, offer.version)

    def _already_there(self, name: NormalizedName, specifier: SpecifierSet) -> Iterator[Offer]:
        offer = self._installed[name]
        if specifier.contains(offer.version, prereleases=True):
            yield offer

    def _substitutes_of(self, name: NormalizedName, clauses: str) -> Iterator[Offer | None]:
        """Offer the version that the reference target gets and no other, if it has one."""
        version, specifier = self._reference.get(name), request_of(clauses).specifier
        if version is not None and specifier.contains(version, prereleases=True):
            yield self._answers.stand_in(name, version)
            return
        found = False
        for offer in self._answers.substitutes(name, clauses):
            found = True
            yield offer
        if not found and name in self._excused:
            yield None

    def knows(self, need: SolverRequirement) -> bool:
        """Whether an earlier run was answered what satisfies this need by itself."""
        return need.exact is None and self._answers.is_stored(need.name, need.clauses)

    # --- dependencies ----------------------------------------------------------------------

    def dependencies(self, candidate: Candidate) -> tuple[SolverRequirement, ...]:
        """What a candidate asks for on this target; nothing where it could not be read."""
        known = self._needs.get(candidate)
        if known is None:
            known = self._needs[candidate] = tuple(self._dependencies(candidate))
            self.announce(known)
        return known

    def announce(self, needs: Iterable[SolverRequirement]) -> None:
        """Say what will be asked for next."""
        self._common.announce(need.name for need in needs if not need.impossible)

    def _dependencies(self, candidate: Candidate) -> Iterator[SolverRequirement]:
        source = candidate.label
        if candidate.extras:
            none: frozenset[NormalizedName] = frozenset()
            base = Candidate(
                candidate.name, none, candidate.version, candidate.offer, candidate.direct
            )
            yield SolverRequirement(candidate.name, text=base.label, source=source, exact=base)
        listed = candidate.name in self._locked and not candidate.extras
        if candidate.offer is None or self._no_deps or listed:
            return
        dependencies = self._answers.dependencies(candidate.name, candidate.offer, candidate.extras)
        if dependencies.refused and candidate.name in self._excused:
            return  # nothing better is there: its pin says why it is not installed
        if dependencies.refused:
            yield _refusal(candidate, dependencies.refused, dependencies)
        needs = dependencies.needs
        if needs is None:
            needs = self._common.needs(
                dependencies.requirements, source, self._answers.direct_of_metadata
            )
        if candidate.name in self._behind_excused:
            self._behind_excused.update(need.name for need in needs)
        yield from needs


def _refusal(candidate: Candidate, refused: str, dependencies: Dependencies) -> SolverRequirement:
    """What no candidate meets: the dependencies of this one say that it cannot be taken.

    Raises Stopped where the installer goes no further.
    """
    why = SolverRequirement(
        NormalizedName(f"<{candidate.label}>"),
        text=refused,
        source=candidate.label,
        impossible=refused,
        unreadable=dependencies.unreadable,
    )
    if dependencies.stops:
        raise Stopped(candidate, why)
    return why
