"""Everything the solver asks while it works on one target, answered and remembered."""

from __future__ import annotations

from collections.abc import Container, Iterator
from copy import copy
from dataclasses import replace
from functools import lru_cache

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Project, Sdist, Wheel
from wheelcheck.index.network.urls import split_credentials
from wheelcheck.resolution.choice import TIME_REFUSALS, FileRules, choose, refusal_of
from wheelcheck.resolution.common import Common, KnownDependencies, LazySequence
from wheelcheck.resolution.dependencies import MarkerEnvironment
from wheelcheck.resolution.offer_metadata import OfferMetadata
from wheelcheck.resolution.offers import Offer
from wheelcheck.resolution.shared_offers import TargetOffers
from wheelcheck.resolution.solving.nodes import Dependencies
from wheelcheck.resolution.solving.order import Chooser, Lookup, in_order, request_of
from wheelcheck.resolution.stored.target_answers import TargetAnswers
from wheelcheck.targets import Architecture, Libc, Target
from wheelcheck.targets.platforms import Linux

__all__ = ["Search", "TargetView", "reference_target"]

Search = tuple[NormalizedName, str]
"""A project, and the clauses that its versions must meet."""


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


class TargetView:
    """The index as one target sees it, under the user's rules on files."""

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

    def forget(self) -> None:
        """Drop what was found, which is found again where it is needed.

        A search holds the view that began it, and goes on by it.
        """
        self._searches.clear()
        self._dependencies.clear()

    def _store(self, stored: TargetAnswers) -> None:
        searches, needs = self._store_taken_over(stored)
        for search, found in self._searches.items():
            if search not in searches:
                stored.add_search(*search, found.known, is_all=found.is_all)
        for (name, version), substitute in self._substitutes_of.items():
            stored.add_substitute(name, version, substitute)
        listed = {id(offer) for offer in (*self._offers.values(), *self._substitutes_of.values())}
        for key, (_, extras, offer, dependencies) in self._dependencies.items():
            if key not in needs and id(offer) in listed:
                stored.add_dependencies(offer, extras, dependencies)

    def _store_taken_over(
        self,
        stored: TargetAnswers,  # noqa: ARG002 (who takes something over stores it there)
    ) -> tuple[Container[Search], Container[tuple[int, frozenset[NormalizedName]]]]:
        """Store what is stored as elsewhere; the searches and the needs that this was of."""
        return (), ()

    def offer(self, name: NormalizedName, version: Version) -> Offer | None:
        """What an installer on this target could take of one version."""
        key = (name, version)
        found = self._offers.get(key)
        if found is None and key not in self._offers:  # most are found at the first look
            found = self._offers[key] = self._offer(name, version, self._known.offers)
        return found

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

    def tags_seen(self) -> frozenset[str]:
        """The tag sets of all wheels among which was chosen."""
        releases = ((self._common.project(name), version) for name, version in self._offers)
        files = [f for p, v in releases if not isinstance(p, Unknown) for f in p.files(v)]
        files += [offer.file for _, _, offer, _ in self._dependencies.values()]
        return frozenset(file.tag for file in files if isinstance(file, Wheel))

    def expect(self, name: NormalizedName, version: Version) -> None:
        """Have the metadata of an offer fetched meanwhile: it will probably be asked for."""
        offer = self.offer(name, version)
        if offer is not None and id(offer) not in self._expected:
            self._expected.add(id(offer))
            stored = None if self._knows_nothing else self._stored
            if stored is not None and stored.dependencies(offer, frozenset()):
                return
            self._common.expect(self._metadata.file(name, offer))

    @property
    def _knows_nothing(self) -> bool:
        """Whether no earlier run has stored what would be answered here."""
        return self._stored is None or self._stored.is_empty

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
