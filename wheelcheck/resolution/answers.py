"""What the solver was answered on a target, so that others can take over its result.

The solver is deterministic: its result follows from the choices and dependencies it was given.
The answers are therefore stored, so that another target for which every answer is the same can
take over the result without solving again.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from functools import cached_property
from itertools import compress, islice
from operator import not_
from typing import NamedTuple

from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.index.interface import Wheel
from wheelcheck.resolution.choice import FileRules
from wheelcheck.resolution.common import Common, KnownDependencies, LazySequence
from wheelcheck.resolution.dependencies import MarkerEnvironment
from wheelcheck.resolution.offers import Offer
from wheelcheck.resolution.pins import Pin
from wheelcheck.resolution.solving.nodes import Dependencies
from wheelcheck.resolution.stored.target_answers import TargetAnswers
from wheelcheck.resolution.target_view import Search, TargetView
from wheelcheck.targets import Target, rank_alike

__all__ = ["Answers"]


class _Comparable(NamedTuple):
    """What the solver was answered on a target, in the form in which another compares its own.

    `search_keys` and `needs_keys` are the keys under which answers to the same are stored, in the
    order of `searches` and `needs`.
    """

    searches: Mapping[Search, LazySequence[Offer]]
    search_keys: list[int]
    needs: KnownDependencies
    needs_keys: list[int]


class _Portable(NamedTuple):
    """Of what the solver was answered, what a target with the same Python is answered as well.

    Of projects without wheels for some platforms alone: what is searched, offered and required,
    the last divided by whether a marker has decided. `rest` is everything else.
    """

    searches: dict[Search, LazySequence[Offer]]
    offers: dict[tuple[NormalizedName, Version], Offer | None]
    needs: KnownDependencies
    conditional: KnownDependencies
    rest: KnownDependencies


class Answers(TargetView):
    """The index as one target sees it, comparable with what other targets see.

    `same_as` are those of another target that agree with these in all searches, file by file;
    `pins` is what was chosen with them. They are `is_comparable` where they agree with others one
    by one, so that further targets may be compared with them.
    """

    def __init__(
        self, target: Target, rules: FileRules, environment: MarkerEnvironment, common: Common
    ) -> None:
        super().__init__(target, rules, environment, common)
        self.same_as: Answers | None = None
        self.pins: Mapping[NormalizedName, Pin] = {}
        self.is_comparable = False
        self._agreed: tuple[_Comparable, list[bool]] | None = None
        self._taken_over: Answers | None = None
        self._twin: Answers | None = None
        self._sees_all = self._knows_nothing  # what is stored names no wheel that was passed over

    def forget(self) -> None:
        """Drop what was found, and what others were compared by."""
        super().forget()
        for name in ("_comparable", "_portable", "_portable_forms", "_forms", "_offered"):
            vars(self).pop(name, None)
        self.same_as = self._agreed = self._taken_over = self._twin = None

    def _store_taken_over(
        self, stored: TargetAnswers
    ) -> tuple[Container[Search], Container[tuple[int, frozenset[NormalizedName]]]]:
        """Store what was taken over from another target as it is stored there."""
        if self._twin is not None:
            return self._store_all(stored, self._twin)
        if self._taken_over is None:
            return (), ()
        return self._store_portable(stored, self._taken_over)

    def _store_all(
        self, stored: TargetAnswers, other: Answers
    ) -> tuple[Container[Search], Container[tuple[int, frozenset[NormalizedName]]]]:
        stored.take_over(*other._forms)
        return other._searches, other._dependencies

    @cached_property
    def _forms(self) -> tuple[dict[int, int], dict[int, int]]:
        """How all searches and needs are stored."""
        if self._stored is None:
            return {}, {}
        needs = ((offer, extras) for _, extras, offer, _ in self._dependencies.values())
        return self._stored.stored_searches(self._searches), self._stored.stored_needs(needs)

    def _store_portable(
        self, stored: TargetAnswers, other: Answers
    ) -> tuple[Container[Search], Container[tuple[int, frozenset[NormalizedName]]]]:
        taken = other._portable
        searches, needs, conditional = other._portable_forms
        if self.environment is not other.environment:
            stored.take_over(searches, needs)
            return taken.searches, taken.needs
        stored.take_over(searches, needs | conditional)
        return taken.searches, taken.needs.keys() | taken.conditional.keys()

    @cached_property
    def _portable_forms(self) -> tuple[dict[int, int], dict[int, int], dict[int, int]]:
        """How what is portable is stored: searches, needs, and needs that a marker decided."""
        same, stored = self._portable, self._stored
        if stored is None:
            return {}, {}, {}
        return (
            stored.stored_searches(same.searches),
            stored.stored_needs((offer, extras) for _, extras, offer, _ in same.needs.values()),
            stored.stored_needs(
                (offer, extras) for _, extras, offer, _ in same.conditional.values()
            ),
        )

    def agree_with(self, other: Answers) -> bool:
        """Whether every answer that `other` got would be the same here.

        What is stored is compared first: most environments require something else somewhere.
        """
        if self.target.installer != other.target.installer:
            return False
        if self._knows_nothing:
            return self._is_given_the_same(other) or self._finds_portable_alike(other)
        same_needs = self._stored_needs(other)
        if same_needs is None:
            return False
        theirs, same_offers = other._comparable, self._stored_offers(other)
        if not self._finds_all_alike(other, same_offers):
            return False
        files = self._share_offers(other, same_offers)
        stored_alike = compress(theirs.needs.items(), same_needs)
        shared = {key: known for key, known in stored_alike if key[0] in files}
        if not all(
            self._same_dependencies(known, other)
            for key, known in theirs.needs.items()
            if key not in shared
        ):
            return False
        self._shared = shared
        if shared and self._gets_same_files(theirs, same_offers):
            self.same_as = other
        elif shared:
            self._agreed = (theirs, same_offers)
        return True

    def shares_interpreter_with(self, other: Answers) -> bool:
        """Whether both are answered the same of what is for any platform."""
        return self._known.searches_anywhere is other._known.searches_anywhere

    def _is_given_the_same(self, other: Answers) -> bool:
        """Whether both differ in nothing but tags that no wheel has, and all is taken over.

        So do many targets that differ in the version of the libc alone.
        """
        if not (
            self._is_plain
            and other._is_plain
            and other._sees_all
            and self.environment is other.environment
            and self.shares_interpreter_with(other)
            and rank_alike(other._tags, self.target, other.target)
        ):
            return False
        self.same_as = self._twin = other
        self._offers = other._offers | self._offers
        self._substitutes_of = other._substitutes_of | self._substitutes_of
        self._dependencies = other._dependencies | self._dependencies
        return True

    @cached_property
    def _tags(self) -> frozenset[str]:
        """Those that were seen when the solver had all its answers."""
        return self.tags_seen()

    def _finds_portable_alike(self, other: Answers) -> bool:
        """As `agree_with`, where nothing is stored: what both have in common is taken over."""
        theirs, same = other._comparable, other._portable
        searches, needs = theirs.searches, theirs.needs
        if self._is_plain and other._is_plain and self.shares_interpreter_with(other):
            self._take_over(other)
            searches = {s: found for s, found in searches.items() if s not in same.searches}
            here = self.environment is other.environment
            needs = same.rest if here else same.conditional | same.rest
        self.is_comparable = (
            all(self._finds_alike(*search, found) for search, found in searches.items())
            and all(
                self._alike(value, self.stand_in(*key))
                for key, value in other._substitutes_of.items()
            )
            and all(self._same_dependencies(known, other) for known in needs.values())
        )
        return self.is_comparable

    def _take_over(self, other: Answers) -> None:
        """Answer as there what every target with this Python is answered."""
        same, self._taken_over = other._portable, other
        self._searches = same.searches | self._searches
        self._offers = same.offers | self._offers
        self._dependencies = same.needs | self._dependencies
        if self.environment is other.environment:
            self._dependencies = same.conditional | self._dependencies

    @cached_property
    def _portable(self) -> _Portable:
        anywhere, mine = self._known.searches_anywhere, self._comparable
        searches = {s: found for s, found in mine.searches.items() if anywhere.get(s) is found}
        names = {name for name, _ in searches}
        found = _Portable(searches, {}, {}, {}, {})
        for key, known in mine.needs.items():
            name, _, offer, required = known
            own = (name, offer.version)
            if name not in names or self._offers.get(own) is not offer or not offer.installable:
                found.rest[key] = known
                continue
            found.offers[own] = offer
            (found.conditional if required.conditional else found.needs)[key] = known
        return found

    def _finds_all_alike(self, other: Answers, same: Sequence[bool]) -> bool:
        """Whether searches offer the same here as there, but for those that are known to."""
        searches = compress(other._comparable.searches.items(), map(not_, same))
        return all(self._finds_alike(*search, elsewhere) for search, elsewhere in searches) and all(
            self._alike(value, self.stand_in(*key)) for key, value in other._substitutes_of.items()
        )

    def _gets_same_files(self, theirs: _Comparable, same: Sequence[bool]) -> bool:
        """Whether the searches that are not known to offer the same offer the same files."""
        return all(
            mine.file is other.file
            for search, found in compress(theirs.searches.items(), map(not_, same))
            for mine, other in zip(self.search(*search), found.known, strict=False)
        )

    def _share_offers(self, other: Answers, same: Sequence[bool]) -> set[int]:
        """Take over what the searches offer that are the same; these offers, by identity."""
        if not any(same):
            return set()
        offers = other._offered.copy()
        for (name, _), found in compress(other._comparable.searches.items(), map(not_, same)):
            for offer in found.known:
                offers.pop((name, offer.version), None)  # it may be of another file here
        self._offers = offers | self._offers
        return {id(offer) for offer in offers.values()}

    @property
    def is_likely_shared(self) -> bool:
        """Whether other targets may get these very files, though they are not all of the solver's.

        Where nothing was stored, as in a first run, that would not be seen at a glance.
        """
        return self._agreed is not None

    @cached_property
    def _comparable(self) -> _Comparable:
        """Made when the solver has all its answers: it looks into no search after that."""
        searches, needs = dict(self._searches), dict(self._dependencies)
        if self._agreed is not None:
            theirs, same = self._agreed
            searches = {
                search: found if is_same else self._searches[search]
                for (search, found), is_same in zip(theirs.searches.items(), same, strict=True)
            }
            needs = self._shared | needs
        if self._stored is None:
            return _Comparable(searches, [], needs, [])
        needs_keys = self._stored.needs_keys((v[2], v[1]) for v in needs.values())
        return _Comparable(searches, self._stored.search_keys(searches), needs, needs_keys)

    @cached_property
    def _offered(self) -> dict[tuple[NormalizedName, Version], Offer | None]:
        return {
            (name, offer.version): offer
            for (name, _), found in self._comparable.searches.items()
            for offer in found.known
        }

    def _stored_needs(self, other: Answers) -> list[bool] | None:
        """Of what offers require there, whether the same is stored here; None where it differs."""
        if self._stored is None or other._stored is None:
            return [False] * len(other._comparable.needs)
        return self._stored.same_needs(other._stored, other._comparable.needs_keys)

    def _stored_offers(self, other: Answers) -> list[bool]:
        """Of searches there, whether it is stored here that they offer the same files."""
        if self._stored is None or other._stored is None:
            return [False] * len(other._comparable.searches)
        return self._stored.same_offers(other._stored, other._comparable.search_keys)

    def _finds_alike(
        self, name: NormalizedName, clauses: str, elsewhere: LazySequence[Offer]
    ) -> bool:
        """Whether a search finds here what it has found elsewhere, as far as it went."""
        ours = self.search(name, clauses)
        if ours is elsewhere:
            return True
        found = list(islice(ours, len(elsewhere.known) + elsewhere.is_all))
        return len(found) == len(elsewhere.known) and all(
            theirs is mine or (theirs.version == mine.version and self._alike(theirs, mine))
            for theirs, mine in zip(elsewhere.known, found, strict=True)
        )

    def _alike(self, offer: Offer | None, ours: Offer | None) -> bool:
        """Whether two offers of one version are the same to the solver."""
        if offer is None or ours is None:
            return offer is ours
        if offer.file is ours.file:
            return offer.installable == ours.installable
        return (
            offer.installable == ours.installable
            and (offer.file.yanked is None) == (ours.file.yanked is None)
            and (
                isinstance(offer.file, Wheel) == isinstance(ours.file, Wheel)
                or not self.rules.policy.prefer_binary
            )
        )

    def _same_dependencies(
        self,
        known: tuple[NormalizedName, frozenset[NormalizedName], Offer, Dependencies],
        other: Answers,
    ) -> bool:
        name, extras, theirs, dependencies = known
        find = self.offer if theirs.installable else self.stand_in
        ours = find(name, theirs.version) or theirs
        same_file = ours.file is theirs.file and ours.installable == theirs.installable
        if same_file and self.environment is other.environment:
            self._dependencies[id(ours), extras] = (name, extras, ours, dependencies)
            return True
        found = self.dependencies(name, ours, extras)
        return found is dependencies or found == dependencies
