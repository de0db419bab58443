"""What the solver was answered on one target in an earlier run, and what this one adds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.index.interface import Sdist, Wheel
from wheelcheck.resolution.offers import Offer
from wheelcheck.resolution.solving.nodes import Dependencies, identifier_of, label_of
from wheelcheck.resolution.stored.stored_forms import NO_MORE, TargetForm
from wheelcheck.resolution.stored.stored_places import Found, StoredPlaces

__all__ = ["TargetAnswers"]

_T = TypeVar("_T")


class TargetAnswers:
    """The answers on one target."""

    def __init__(self, every: StoredPlaces, stored: TargetForm) -> None:
        self._every = every
        self._stored = stored

    def search(self, name: NormalizedName, clauses: str) -> Found | None:
        """What was offered of a project for these clauses; None where that was not stored."""
        place = self._searched(name, clauses)
        return None if place is None else self._every.found(place)

    def _searched(self, name: NormalizedName, clauses: str) -> int | None:
        key = self._every.known_key(f"{name} {clauses}")
        return None if key is None else self._stored.searches.get(key)

    def has_search(self, name: NormalizedName, clauses: str) -> bool:
        """Whether it is stored what was offered of a project for these clauses."""
        return self._searched(name, clauses) is not None

    def substitute(self, name: NormalizedName, version: Version) -> tuple[Offer | None] | None:
        """The substitute that was found for a release; None where none was looked for."""
        key = self._every.known_key(f"{name} {version}")
        place = None if key is None else self._stored.substitutes.get(key)
        if place is None:
            return None
        return (None if place == NO_MORE else self._every.offer(place, installable=False),)

    def dependencies(self, offer: Offer, extras: frozenset[NormalizedName]) -> Dependencies | None:
        """What an offer requires; None where that was not stored."""
        needs = self._stored.needs.get(self._every.needs_key(offer, extras))
        if needs is None:
            return None
        name = identifier_of(offer.file.name, extras)
        return self._every.dependencies(needs, label_of(name, offer.version))

    @property
    def is_empty(self) -> bool:
        """Whether nothing of what the solver asks is stored."""
        return not (self._stored.searches or self._stored.needs or self._stored.substitutes)

    def stored_searches(self, searches: Iterable[tuple[NormalizedName, str]]) -> dict[int, int]:
        """How searches are stored: by the places of their keys those of what is offered."""
        return _found_in(self._stored.searches, self.search_keys(searches))

    def stored_needs(
        self, offers: Iterable[tuple[Offer, frozenset[NormalizedName]]]
    ) -> dict[int, int]:
        """As `stored_searches` for what offers with extras require."""
        return _found_in(self._stored.needs, self.needs_keys(offers))

    def take_over(self, searches: Mapping[int, int], needs: Mapping[int, int]) -> None:
        """Store what is stored so of another target, unless something is stored of it."""
        own = self._stored
        own.searches.update({**searches, **own.searches})
        own.needs.update({**needs, **own.needs})

    def search_keys(self, searches: Iterable[tuple[NormalizedName, str]]) -> list[int]:
        """The places of the keys of searches."""
        return [self._every.place_of_key(f"{name} {clauses}") for name, clauses in searches]

    def needs_keys(self, offers: Iterable[tuple[Offer, frozenset[NormalizedName]]]) -> list[int]:
        """The places of the keys of what offers with extras require."""
        return [self._every.needs_key(*each) for each in offers]

    def same_offers(self, other: TargetAnswers, keys: Sequence[int]) -> list[bool]:
        """Whether both have stored what each search offers, and it is the same."""
        theirs = other._stored.searches
        places = map(self._stored.searches.get, keys)
        return [
            place is not None and place == theirs.get(key)
            for key, place in zip(keys, places, strict=True)
        ]

    def same_needs(self, other: TargetAnswers, keys: Sequence[int]) -> list[bool] | None:
        """As `same_offers` for what offers require; None where both have stored another thing."""
        ours, theirs = self._stored.needs, other._stored.needs
        for key in keys:
            place = ours.get(key)
            if place is not None and place != theirs.get(key, place):
                return None
        return [(place := ours.get(key)) is not None and place == theirs.get(key) for key in keys]

    def add_search(
        self, name: NormalizedName, clauses: str, offers: Sequence[Offer], *, is_all: bool
    ) -> None:
        """Store what was offered of a project, unless as much of it is stored."""
        key = self._every.place_of_key(f"{name} {clauses}")
        known = self._stored.searches.get(key)
        if known is not None and self._every.length(known) >= len(offers) + is_all:
            return
        files = tuple([self._every.place(offer.file) for offer in offers])
        place = self._every.place_of_offers((*files, NO_MORE) if is_all else files)
        self._stored.searches[key] = place
        self._every.note(name)

    def add_substitute(self, name: NormalizedName, version: Version, offer: Offer | None) -> None:
        """Store the substitute for a release."""
        key = self._every.place_of_key(f"{name} {version}")
        if key not in self._stored.substitutes:
            place = NO_MORE if offer is None else self._every.place(offer.file)
            self._stored.substitutes[key] = place
            self._every.is_new = True

    def add_dependencies(
        self, offer: Offer, extras: frozenset[NormalizedName], found: Dependencies
    ) -> None:
        """Store what an offer requires; not where a reference to a file is among it."""
        key = self._every.needs_key(offer, extras)
        if key in self._stored.needs or any(each.url for each in found.requirements):
            return
        self._stored.needs[key] = self._every.place_of_needs(found)
        self._every.is_new = True

    def place(self, file: Wheel | Sdist) -> int:
        """The place of a file, by which keys of results may name it."""
        return self._every.place(file)

    def result(self, key: str | int, read: Callable[[bytes], _T]) -> _T | None:
        """The result with a key, as `read` understands what was stored; None where there is none.

        A key belongs to one kind of results alone; it is given itself or by its place.
        """
        at = self._every.known_key(key) if isinstance(key, str) else key
        place = None if at is None else self._stored.results.get(at)
        return None if place is None else self._every.result(place, read)

    def results(self, keys: Iterable[int], read: Callable[[bytes], _T]) -> list[_T | None]:
        """The results with keys that are given by their places."""
        find = self._every.result
        places = map(self._stored.results.get, keys)
        return [None if place is None else find(place, read) for place in places]

    @property
    def has_results(self) -> bool:
        """Whether any result is stored."""
        return bool(self._stored.results)

    def add_results(self, places: Mapping[int, int]) -> None:
        """Store results by the places of their keys and their own."""
        if places:
            self._stored.results.update(places)
            self._every.is_new = True

    def add_result(self, key: str | int, data: bytes) -> None:
        """Store a result, which may rest on the target, its pages and what is in its key."""
        at = self._every.place_of_key(key) if isinstance(key, str) else key
        self._stored.results[at] = self._every.place_of_result(data)
        self._every.is_new = True


def _found_in(places: Mapping[int, int], keys: Iterable[int]) -> dict[int, int]:
    return {key: place for key in keys for place in (places.get(key),) if place is not None}
