"""What is stored, each thing once and by its place: files, offers, needs, keys and results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from packaging.utils import NormalizedName

from wheelcheck.index.interface import Sdist, Wheel
from wheelcheck.resolution.offers import Offer
from wheelcheck.resolution.solving.nodes import Dependencies
from wheelcheck.resolution.stored.stored_forms import (
    NO_MORE,
    FileForm,
    NeedsForm,
    StoredForm,
    decoded,
    dependencies_of,
    encode,
    needs_form,
)

__all__ = ["Found", "StoredPlaces"]

_K = TypeVar("_K", str, bytes, tuple[int, ...])
_T = TypeVar("_T")


class Found(NamedTuple):
    """The first offers of a search, and whether there are no more."""

    offers: tuple[Offer, ...]
    is_all: bool


class StoredPlaces:
    """The places of what was stored before, and of what is added; `data` is what was stored.

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
        self._value_keys: dict[int, tuple[object, int]] = {}
        self._value_places: dict[int, tuple[object, int]] = {}
        self._results: dict[int, Any] = {}
        self._results_places: dict[bytes, int] = {}
        self.is_new = False

    @property
    def form(self) -> StoredForm:
        """All that is stored."""
        return self._stored

    def note(self, name: NormalizedName) -> None:
        """Say that a search in a project is stored."""
        self._stored.names.add(name)
        self.is_new = True

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
        return _place_of(key, key, self._key_places, self._stored.keys)

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
        return _place_of(files, files, self._offers_places, self._stored.offers)

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
        return self.place_of_form(FileForm.of(file))

    def place_of_form(self, described: FileForm) -> int:
        """The place of a file that is described so, which is added where it is not there."""
        if not self._places:
            self._places = {encode(each): p for p, each in enumerate(self._stored.files)}
        return _place_of(encode(described), described, self._places, self._stored.files)

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
        return _place_of(data, data, self._results_places, self._stored.results)

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
            known = self._known_needs[id(found)] = (
                found,
                self.place_of_needs_form(needs_form(found)),
            )
        return known[1]

    def place_of_needs_form(self, needs: NeedsForm) -> int:
        """As `place_of_needs`, of what is stored so."""
        if not self._needs_places:
            self._needs_places = {encode(each): p for p, each in enumerate(self._stored.needs)}
        return _place_of(encode(needs), needs, self._needs_places, self._stored.needs)


def _place_of(key: _K, value: _T, places: dict[_K, int], values: list[_T]) -> int:
    """The place of a value among others, which is added where its key is not there."""
    found = places.get(key)
    if found is None:
        found = places[key] = len(values)
        values.append(value)
    return found
