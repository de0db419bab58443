"""Everything the solver asks while it works on one target, answered and remembered.

The solver is deterministic: its result follows from the choices and dependencies it was given.
The answers are therefore stored, so that another target for which every answer is the same can
take over the result without solving again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import cached_property, lru_cache
from itertools import compress, islice
from operator import not_
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Project, Sdist, Wheel
from wheelcheck.index.network.urls import split_credentials
from wheelcheck.resolution.choice import (
    TIME_REFUSALS,
    FileRules,
    choose,
    refusal_of,
)
from wheelcheck.resolution.common import Common, KnownDependencies, LazySequence
from wheelcheck.resolution.dependencies import (
    MarkerEnvironment,
)
from wheelcheck.resolution.offer_metadata import OfferMetadata
from wheelcheck.resolution.offers import Offer
from wheelcheck.resolution.pins import Pin
from wheelcheck.resolution.shared_offers import TargetOffers
from wheelcheck.resolution.solving.nodes import Dependencies
from wheelcheck.resolution.solving.order import Chooser, Lookup, in_order, request_of
from wheelcheck.resolution.stored_answers import TargetAnswers
from wheelcheck.targets import Architecture, Libc, Target
from wheelcheck.targets.platforms import Linux

__all__ = ["Answers", "reference_target"]


@lru_cache(maxsize=1 << 10)
def reference_target(target: Target) -> Target:
    """Return the target that finds most wheels for this Python: x86_64 with the newest glibc."""
    return replace(
        target,
        name=f"reference for {target.name}",
        platform=Linux(Architecture.X86_64, Libc.GLIBC, (2, 99)),
        image=None,
        notes=(),
    )


class _Comparable(NamedTuple):
    """What the solver was answered on a target, in the form in which another compares its own.

    `search_keys` and `needs_keys` are the keys under which answers to the same are stored, in the
    order of `searches` and `needs`.
    """

    searches: Mapping[tuple[NormalizedName, str], LazySequence[Offer]]
    search_keys: list[int]
    needs: KnownDependencies
    needs_keys: list[int]


class _Portable(NamedTuple):
    """Of what the solver was answered, what a target with the same Python is answered as well.

    Of projects without wheels for some platforms alone: what is searched, offered and required,
    the last divided by whether a marker has decided. `rest` is everything else.
    """

    searches: dict[tuple[NormalizedName, str], LazySequence[Offer]]
    offers: dict[tuple[NormalizedName, Version], Offer | None]
    needs: KnownDependencies
    conditional: KnownDependencies
    rest: KnownDependencies


class Answers:
    """The index as one target sees it, under the user's rules on files.

    `same_as` are those of another target that agree with these in all searches, file by file;
    `pins` is what was chosen with them. They are `is_comparable` where they agree with others one
    by one, so that further targets may be compared with them.
    """

    def __init__(
        self, target: Target, rules: FileRules, environment: MarkerEnvironment, common: Common
    ) -> None:
        self.target = target
        self.rules = rules
        self.environment = environment
        self._common = common
        self._reference = reference_target(target)
        self._offers: dict[tuple[NormalizedName, Version], Offer | None] = {}
        self._substitutes_of: dict[tuple[NormalizedName, Version], Offer | None] = {}
        self._dependencies: KnownDependencies = {}
        self._expected: set[int] = set()
        self._known = common.known(target, self._reference, rules.policy)
        self._searches: dict[tuple[NormalizedName, str], LazySequence[Offer]] = {}
        self._is_plain = not (rules.hashes or rules.locks)
        self._chooser = Chooser(rules.policy, target.installer)
        self._metadata = OfferMetadata(target, environment, common)
        self._stored = None
        if common.stored is not None and self._is_plain:
            self._stored = self._known.stored
        self._shared: KnownDependencies = {}
        self.same_as: Answers | None = None
        self.pins: Mapping[NormalizedName, Pin] = {}
        self._agreed: tuple[_Comparable, list[bool]] | None = None
        self._taken_over: Answers | None = None
        self.is_comparable = False

    def direct(self, requirement: Requirement) -> Offer | None:
        """The file of a direct reference; None where its content is unknown."""
        found = self.at_url(requirement)
        if isinstance(found, Unknown):
            return None
        fits = choose((found,), self.target, FileRules(hashes=self.rules.hashes)) is not None
        return Offer(found.version, found, installable=fits)

    def direct_of_metadata(self, requirement: Requirement) -> Offer | None:
        """As `direct`, of a reference that a package makes.

        It has no credentials (those of the user are for the hosts that the user names), and what
        is on this machine is not looked at.
        """
        url = split_credentials(requirement.url or "")[0]
        if not url.lower().startswith(("https://", "http://")):
            return None
        plain = copy(requirement)
        plain.url = url
        return self.direct(plain)

    def at_url(self, requirement: Requirement) -> Wheel | Sdist | Unknown:
        """Which file a direct reference means."""
        name = canonicalize_name(requirement.name)
        return self._common.index.at_url(requirement.url or "", name)

    def project(self, name: NormalizedName) -> Project | Unknown:
        """All the index has of one project."""
        return self._common.project(name)

    def search(self, name: NormalizedName, clauses: str) -> LazySequence[Offer]:
        """What an installer on this target could take of a project, best first."""
        found = self._searches.get((name, clauses))
        if found is None:
            found = self._searches[name, clauses] = self._search(name, clauses)
        return found

    def _search(self, name: NormalizedName, clauses: str) -> LazySequence[Offer]:
        def begin() -> Iterator[Offer]:
            return self._in_order(name, clauses, self.offer)

        stored = self._stored.search(name, clauses) if self._stored else None
        if stored is not None:
            for offer in stored.offers:
                self._offers[name, offer.version] = offer
            return LazySequence(begin, stored.offers, is_all=stored.is_all)
        if not self.finds_the_same_anywhere(name):
            return LazySequence(begin)
        anywhere = self._known.searches_anywhere
        if (name, clauses) not in anywhere:
            anywhere[name, clauses] = LazySequence(begin)
        return anywhere[name, clauses]

    def finds_the_same_anywhere(self, name: NormalizedName) -> bool:
        """Whether every target with this interpreter is offered the same of a project."""
        return self._is_plain and self._common.is_for_any_platform(name)

    def is_stored(self, name: NormalizedName, clauses: str) -> bool:
        """Whether an earlier run has stored what a search finds."""
        return self._stored is not None and self._stored.has_search(name, clauses)

    def substitutes(self, name: NormalizedName, clauses: str) -> Iterator[Offer]:
        """What the reference target, or failing that anyone, could take, best first."""
        return self._in_order(name, clauses, self.stand_in)

    def _in_order(self, name: NormalizedName, clauses: str, lookup: Lookup) -> Iterator[Offer]:
        project = self.project(name)
        if isinstance(project, Unknown):
            return iter(())
        request = request_of(clauses)
        versions = self._common.versions(project, request.specifier)
        return in_order(self._chooser, name, versions, request, lookup)

    def close(self) -> None:
        """Let go of what searches hold, and have the answers stored for later runs."""
        for found in self._searches.values():
            found.close()
        if self._stored is not None:
            self._store(self._stored)

    def _store(self, stored: TargetAnswers) -> None:
        taken = _Portable({}, {}, {}, {}, {})
        if self._taken_over is not None:
            taken = self._store_portable(stored, self._taken_over)
        for search, found in self._searches.items():
            if search not in taken.searches:
                stored.add_search(*search, found.known, is_all=found.is_all)
        for (name, version), substitute in self._substitutes_of.items():
            stored.add_substitute(name, version, substitute)
        listed = {id(offer) for offer in (*self._offers.values(), *self._substitutes_of.values())}
        for key, (_, extras, offer, dependencies) in self._dependencies.items():
            if key not in taken.needs and key not in taken.conditional and id(offer) in listed:
                stored.add_dependencies(offer, extras, dependencies)

    def _store_portable(self, stored: TargetAnswers, other: Answers) -> _Portable:
        """Store what was taken over from another target as it is stored there."""
        taken = other._portable
        if self.environment is not other.environment:
            taken = taken._replace(conditional={})
        searches, needs, conditional = other._portable_forms
        stored.take_over(searches, needs | conditional if taken.conditional else needs)
        return taken

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

    def offer(self, name: NormalizedName, version: Version) -> Offer | None:
        """What an installer on this target could take of one version."""
        key = (name, version)
        if key not in self._offers:
            self._offers[key] = self._offer(name, version, self._known.offers)
        return self._offers[key]

    def stand_in(self, name: NormalizedName, version: Version) -> Offer | None:
        """Return what the reference target, or failing that anyone, would take of one version."""
        key = (name, version)
        if key not in self._substitutes_of:
            stored = self._stored.substitute(name, version) if self._stored else None
            self._substitutes_of[key] = stored[0] if stored else self._substitute(name, version)
        return self._substitutes_of[key]

    def _substitute(self, name: NormalizedName, version: Version) -> Offer | None:
        found = self._offer(name, version, self._known.reference_offers)
        return found or self._any_offer(name, version)

    def dependencies(
        self, name: NormalizedName, offer: Offer, extras: frozenset[NormalizedName]
    ) -> Dependencies:
        """What this version requires here; for extras, without the base."""
        key = (id(offer), extras)
        known = self._dependencies.get(key) or self._shared.get(key)
        if known is None:
            anywhere, here = self._known.required_anywhere, self._known.required_here
            known = anywhere.get(key) or here.get(key)
            if known is None:
                known_before = None if self._knows_nothing else self._stored
                stored = known_before.dependencies(offer, extras) if known_before else None
                found = stored or self._metadata.dependencies(name, offer, extras)
                known = (name, extras, offer, found)
                (here if found.conditional else anywhere)[key] = known
            self._dependencies[key] = known
        return known[3]

    def read_by_old_pip(self, name: NormalizedName, offer: Offer) -> bool:
        """Whether pip before 24.1 reads the metadata of an offer."""
        return self._metadata.is_read_by_old_pip(name, offer)

    def expect(self, name: NormalizedName, version: Version) -> None:
        """Have the metadata of an offer fetched meanwhile: it will probably be asked for."""
        offer = self.offer(name, version)
        if offer is not None and id(offer) not in self._expected:
            self._expected.add(id(offer))
            stored = None if self._knows_nothing else self._stored
            if stored is not None and stored.dependencies(offer, frozenset()):
                return
            self._common.expect(self._metadata.file(name, offer))

    def agree_with(self, other: Answers) -> bool:
        """Whether every answer that `other` got would be the same here.

        What is stored is compared first: most environments require something else somewhere.
        """
        if self.target.installer != other.target.installer:
            return False
        if self._knows_nothing:
            return self._finds_portable_alike(other)
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

    @property
    def _knows_nothing(self) -> bool:
        """Whether no earlier run has stored what would be answered here."""
        return self._stored is None or self._stored.is_empty

    def shares_interpreter_with(self, other: Answers) -> bool:
        """Whether both are answered the same of what is for any platform."""
        return self._known.searches_anywhere is other._known.searches_anywhere

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

    def _offer(self, name: NormalizedName, version: Version, offers: TargetOffers) -> Offer | None:
        project = self.project(name)
        if isinstance(project, Unknown):
            return None
        return offers.offer(name, version, project.files(version), self.rules)

    def _any_offer(self, name: NormalizedName, version: Version) -> Offer | None:
        """Some file of the version that existed at the date bound: better than no metadata."""
        project = self.project(name)
        for file in () if isinstance(project, Unknown) else project.files(version):
            refused = refusal_of(file, self.target, self.rules)
            if refused is None or refused.refusal not in TIME_REFUSALS:
                return Offer(version, file, installable=False)
        return None
