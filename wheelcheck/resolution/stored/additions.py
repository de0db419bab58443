"""What a process has added to stored answers, and another one takes over.

Both go on from the same answers, and add theirs at the same places: those of the one are found
again, or get others, where they are taken over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice

from msgspec import Struct

from wheelcheck.resolution.stored.stored_answers import StoredAnswers
from wheelcheck.resolution.stored.stored_forms import NO_MORE, StoredForm, TargetForm

__all__ = ["Additions", "Snapshot", "merge"]


class Additions(Struct, frozen=True):
    """What was added to `form`, whose lists have what stands behind their first places.

    `files`, `offers`, `needs` and `keys` say how many each had before. Results are not among it:
    what they hold is known to those who write them.
    """

    form: StoredForm
    files: int
    offers: int
    needs: int
    keys: int


class Snapshot:
    """How much is stored: `additions` gives what is added after that."""

    def __init__(self, stored: StoredAnswers) -> None:
        self._stored = stored
        self._note()

    def _note(self) -> None:
        form = self._stored.form
        self._lists = len(form.files), len(form.offers), len(form.needs), len(form.keys)
        self._names = set(form.names)
        self._targets = {key: _sizes(target) for key, target in form.targets.items()}
        self._bounds = {clauses: len(found) for clauses, found in form.bounds.items()}
        self._others = len(form.traits), len(form.releases)
        self._stored.is_new = False

    def additions(self) -> Additions | None:
        """What was added since the last time; None where that is nothing."""
        if not self._stored.is_new:
            return None
        form = self._stored.form
        files, offers, needs, keys = self._lists
        traits, releases = self._others
        added = StoredForm(
            keys=form.keys[keys:],
            offers=form.offers[offers:],
            files=form.files[files:],
            needs=form.needs[needs:],
            targets={
                key: _behind(target, self._targets.get(key, (0, 0, 0)))
                for key, target in form.targets.items()
            },
            names=form.names - self._names,
            bounds={c: of for c, of in form.bounds.items() if len(of) > self._bounds.get(c, 0)},
            traits=dict(islice(form.traits.items(), traits, None)),
            releases=dict(islice(form.releases.items(), releases, None)),
        )
        self._note()
        return Additions(added, files, offers, needs, keys)


def _sizes(target: TargetForm) -> tuple[int, int, int]:
    return len(target.searches), len(target.substitutes), len(target.needs)


def _behind(target: TargetForm, sizes: tuple[int, int, int]) -> TargetForm:
    searches, substitutes, needs = sizes
    return TargetForm(
        dict(islice(target.searches.items(), searches, None)),
        dict(islice(target.substitutes.items(), substitutes, None)),
        dict(islice(target.needs.items(), needs, None)),
    )


def merge(added: Additions, stored: StoredAnswers) -> None:
    """Take over what another process has added."""
    form, own = added.form, stored.form
    file = _places(added.files, [stored.place_of_form(each) for each in form.files])

    def files(places: tuple[int, ...]) -> tuple[int, ...]:
        return tuple([place if place == NO_MORE else file(place) for place in places])

    offers = _places(added.offers, [stored.place_of_offers(files(each)) for each in form.offers])
    needs = _places(added.needs, [stored.place_of_needs_form(each) for each in form.needs])
    words: Sequence[str] = own.keys[: added.keys] + form.keys
    for key, target in form.targets.items():
        mine = own.targets.setdefault(key, TargetForm())
        for at, place in target.searches.items():
            mine.searches.setdefault(stored.place_of_key(words[at]), offers(place))
        for at, place in target.substitutes.items():
            found = place if place == NO_MORE else file(place)
            mine.substitutes.setdefault(stored.place_of_key(words[at]), found)
        for at, place in target.needs.items():
            mine.needs.setdefault(stored.place_of_key(_needs_key(words[at], file)), needs(place))
    _add(own, form)
    stored.is_new = True


def _places(first: int, others: Sequence[int]) -> Callable[[int], int]:
    """Where things are stored here: the first `first` at the same places."""
    return lambda place: place if place < first else others[place - first]


def _needs_key(key: str, file: Callable[[int], int]) -> str:
    """The key of what an offer requires (`StoredPlaces.needs_key`), with the file's place here."""
    words = key.split(" ")
    at = int(words[0] == "!")
    words[at] = str(file(int(words[at])))
    return " ".join(words)


def _add(own: StoredForm, form: StoredForm) -> None:
    """Add what is not stored by places."""
    own.names.update(form.names)
    own.traits.update(form.traits)
    own.releases.update(form.releases)
    bounds: Mapping[str, dict[str, bool]] = form.bounds
    for clauses, found in bounds.items():
        own.bounds.setdefault(clauses, {}).update(found)
