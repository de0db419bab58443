"""What the solver was answered in an earlier run, in a form that is read back at once.

Solving 330 pins on a target takes a thousand answers, of which an edited requirement file alters a
handful. An answer follows from the page of its project, the target, the user's rules on files and
the metadata of files, which never change. So the caller gives back what was stored only while the
index's pages are what they were; the rest of what an answer depends on is in its key. The solver
itself always solves from the beginning: what it is answered, from a page or from here, is the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.index.interface import Sdist, Wheel
from wheelcheck.redaction import has_secret
from wheelcheck.requirements.requirement_set import FilePolicy
from wheelcheck.resolution.offers import Offer
from wheelcheck.resolution.solving.nodes import Dependencies, identifier_of, label_of
from wheelcheck.resolution.stored_forms import (
    NO_MORE,
    FileForm,
    NeedsForm,
    StoredForm,
    TargetForm,
    decoded,
    dependencies_of,
    encode,
    needs_form,
)
from wheelcheck.result_cache.meaning import spelled_out
from wheelcheck.targets import Target

__all__ = ["Found", "StoredAnswers", "TargetAnswers"]

_T = TypeVar("_T")

LARGEST = 20_000_000
"""Bytes that are stored; what is more is stored from the beginning by a later run."""


class Found(NamedTuple):
    """The first offers of a search, and whether there are no more."""

    offers: tuple[Offer, ...]
    is_all: bool


class StoredAnswers:
    """The answers of earlier runs and of this one, for all targets; `data` is what was stored.

    Data that cannot be read counts as none. `is_new`: there is more than what was stored.
    """

    def __init__(self, data: bytes | None = None) -> None:
        self._stored = decoded(data) if data else StoredForm()
        self._places: dict[bytes, int] = {}
        self._needs_places: dict[bytes, int] = {}
        self._known_needs: dict[int, tuple[Dependencies, int]] = {}
        self._files: dict[int, Wheel | Sdist] = {}
        self._offers: dict[tuple[int, bool], Offer] = {}
        self._known_places: dict[int, tuple[Wheel | Sdist, int]] = {}
        self._key_places = {key: place for place, key in enumerate(self._stored.keys)}
        self._offers_places: dict[tuple[int, ...], int] = {}
        self._found: dict[int, Found] = {}
        self._needs_keys: dict[tuple[int, frozenset[NormalizedName]], tuple[Offer, int]] = {}
        self._dependencies: dict[tuple[int, str], Dependencies] = {}
        self._targets: dict[tuple[Target, FilePolicy], TargetAnswers] = {}
        self._value_keys: dict[int, tuple[object, int]] = {}
        self._value_places: dict[int, tuple[object, int]] = {}
        self._results: dict[int, Any] = {}
        self._results_places: dict[bytes, int] = {}
        self.is_new = False

    def knows(self, name: NormalizedName) -> bool:
        """Whether something of a project was stored, so that its page is not needed soon."""
        return name in self._stored.names

    def of(
        self, target: Target, policy: FilePolicy, environment: Mapping[str, str]
    ) -> TargetAnswers:
        """The answers on a target, for a policy and the values of its marker environment."""
        found = self._targets.get((target, policy))
        if found is None:
            interpreter = (target.implementation, target.python_full_version, target.free_threaded)
            platform = (target.implementation_version, target.installer, target.platform)
            parts = (*interpreter, *platform, policy, dict(environment))
            key = json.dumps(spelled_out(parts), sort_keys=True, default=str)
            stored = self._stored.targets.setdefault(key, TargetForm())
            found = self._targets[target, policy] = TargetAnswers(self, stored)
        return found

    def note(self, name: NormalizedName) -> None:
        """Say that a search in a project is stored."""
        self._stored.names.add(name)
        self.is_new = True

    def encoded(self) -> bytes | None:
        """What is to be stored; None where nothing is new, it is too much or may hold a secret."""
        if not self.is_new:
            return None
        if any(has_secret(file.url) or has_secret(file.origin) for file in self._stored.files):
            return None
        data = encode(self._stored)
        return data if len(data) <= LARGEST else None

    # --- specifiers -------------------------------------------------------------------------

    def admits(self, clauses: str, version: Version, find: Callable[[], bool]) -> bool:
        """Whether clauses admit a version, as `find` finds where it is not stored."""
        of_clauses, text = self._stored.bounds.setdefault(clauses, {}), str(version)
        found = of_clauses.get(text)
        if found is None:
            found = of_clauses[text] = find()
            self.is_new = True
        return found

    def traits(
        self, clauses: str, find: Callable[[], tuple[bool, bool, bool]]
    ) -> tuple[bool, bool, bool]:
        """What clauses say besides the versions, as `find` finds where it is not stored."""
        found = self._stored.traits.get(clauses)
        if found is None:
            found = self._stored.traits[clauses] = find()
            self.is_new = True
        return found

    def releases(
        self, name: NormalizedName, find: Callable[[], tuple[str, ...] | None]
    ) -> tuple[str, ...] | None:
        """All releases of a project, as `find` finds them where they are not stored."""
        found = self._stored.releases.get(name)
        if found is None:
            found = find()
            if found is not None:
                self._stored.releases[name] = found
                self.is_new = True
        return found

    # --- places -----------------------------------------------------------------------------

    def offer(self, place: int, *, installable: bool) -> Offer:
        """The offer of the file at a place, always the same value."""
        found = self._offers.get((place, installable))
        if found is None:
            file = self.file(place)
            found = Offer(file.version, file, installable)
            self._offers[place, installable] = found
        return found

    def file(self, place: int) -> Wheel | Sdist:
        """The file at a place, always the same value."""
        found = self._files.get(place)
        if found is None:
            found = self._files[place] = self._stored.files[place].file()
            self._known_places[id(found)] = (found, place)
        return found

    def known_key(self, key: str) -> int | None:
        """The place of a key; None where nothing is stored under it."""
        return self._key_places.get(key)

    def place_of_key(self, key: str) -> int:
        """The place of a key, which is added where it is not there."""
        found = self._key_places.get(key)
        if found is None:
            found = self._key_places[key] = len(self._stored.keys)
            self._stored.keys.append(key)
        return found

    def found(self, place: int) -> Found:
        """What a search has offered, always the same value."""
        found = self._found.get(place)
        if found is None:
            files = self._stored.offers[place]
            is_all = bool(files) and files[-1] == NO_MORE
            offered = files[:-1] if is_all else files
            offers = tuple([self.offer(each, installable=True) for each in offered])
            found = self._found[place] = Found(offers, is_all)
        return found

    def length(self, place: int) -> int:
        """How many offers of a search are stored, and one more where there are no more."""
        return len(self._stored.offers[place])

    def place_of_offers(self, files: tuple[int, ...]) -> int:
        """The place of what a search has offered, which is added where it is not there."""
        if not self._offers_places:
            self._offers_places = {each: p for p, each in enumerate(self._stored.offers)}
        found = self._offers_places.get(files)
        if found is None:
            found = self._offers_places[files] = len(self._stored.offers)
            self._stored.offers.append(files)
        return found

    def needs_key(self, offer: Offer, extras: frozenset[NormalizedName]) -> int:
        """The place of the key under which it is stored what an offer with extras needs."""
        known = self._needs_keys.get((id(offer), extras))
        if known is None:
            words = (str(self.place(offer.file)), *sorted(extras))
            key = self.place_of_key(" ".join(words if offer.installable else ("!", *words)))
            known = self._needs_keys[id(offer), extras] = (offer, key)
        return known[1]

    def place(self, file: Wheel | Sdist) -> int:
        """The place of a file, which is added where it is not there."""
        known = self._known_places.get(id(file))
        if known is None:
            known = self._known_places[id(file)] = (file, self._find_place(file))
        return known[1]

    def _find_place(self, file: Wheel | Sdist) -> int:
        if not self._places:
            self._places = {encode(each): p for p, each in enumerate(self._stored.files)}
        described = FileForm.of(file)
        key = encode(described)
        found = self._places.get(key)
        if found is None:
            found = self._places[key] = len(self._stored.files)
            self._stored.files.append(described)
        return found

    def dependencies(self, place: int, source: str) -> Dependencies:
        """The dependencies at a place, of a candidate that is called so."""
        found = self._dependencies.get((place, source))
        if found is None:
            found = dependencies_of(self._stored.needs[place], source)
            self._dependencies[place, source] = found
        return found

    def key_of(self, value: _T, find: Callable[[_T], str]) -> int:
        """The place of the key of results on a value, a key that `find` finds once."""
        known = self._value_keys.get(id(value))
        if known is None:
            known = self._value_keys[id(value)] = (value, self.place_of_key(find(value)))
        return known[1]

    def keys_of(self, values: Sequence[_T], find: Callable[[_T], str]) -> list[int]:
        """As `key_of`, of several values."""
        known = self._value_keys
        return [
            found[1] if (found := known.get(id(value))) else self.key_of(value, find)
            for value in values
        ]

    def result(self, place: int, read: Callable[[bytes], _T]) -> _T:
        """The result at a place, which is read once."""
        found: _T | None = self._results.get(place)
        if found is None:
            found = self._results[place] = read(self._stored.results[place])
        return found

    def place_of_result(self, data: bytes) -> int:
        """The place of a result, which is added where it is not there."""
        if not self._results_places:
            self._results_places = {each: p for p, each in enumerate(self._stored.results)}
        found = self._results_places.get(data)
        if found is None:
            found = self._results_places[data] = len(self._stored.results)
            self._stored.results.append(data)
        return found

    def place_of(self, value: _T, encoded: Callable[[_T], bytes]) -> int:
        """The place of a result that is the same value on many targets, and encoded once."""
        known = self._value_places.get(id(value))
        if known is None:
            place = self.place_of_result(encoded(value))
            known = self._value_places[id(value)] = (value, place)
        return known[1]

    def place_of_needs(self, found: Dependencies) -> int:
        """The place of what is needed, which is added where it is not there."""
        known = self._known_needs.get(id(found))  # most targets share it
        if known is None:
            known = self._known_needs[id(found)] = (found, self._find_needs(needs_form(found)))
        return known[1]

    def _find_needs(self, needs: NeedsForm) -> int:
        if not self._needs_places:
            self._needs_places = {encode(each): p for p, each in enumerate(self._stored.needs)}
        key = encode(needs)
        found = self._needs_places.get(key)
        if found is None:
            found = self._needs_places[key] = len(self._stored.needs)
            self._stored.needs.append(needs)
        return found


class TargetAnswers:
    """The answers on one target."""

    def __init__(self, every: StoredAnswers, stored: TargetForm) -> None:
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
