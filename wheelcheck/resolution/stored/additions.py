"""What a process adds to stored answers, time after time, and another one takes over.

Both go on from the same answers, and each adds its own at the next places. So what the one has
added is found again by the other, or gets other places there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from wheelcheck.resolution.stored.stored_answers import StoredAnswers
from wheelcheck.resolution.stored.stored_forms import NO_MORE, StoredForm, TargetForm

__all__ = ["Merging", "Snapshot"]


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

    def additions(self) -> StoredForm | None:
        """What was added since the last time, in lists without what was there; None for nothing.

        Results are not among it: what they hold is known to those who write them.
        """
        form = self._stored.form
        files, offers, needs, keys = self._lists
        traits, releases = self._others
        targets = {
            key: _behind(target, self._targets.get(key, (0, 0, 0)))
            for key, target in form.targets.items()
        }
        added = StoredForm(
            keys=form.keys[keys:],
            offers=form.offers[offers:],
            files=form.files[files:],
            needs=form.needs[needs:],
            targets={key: target for key, target in targets.items() if target != TargetForm()},
            names=form.names - self._names,
            bounds={c: of for c, of in form.bounds.items() if len(of) > self._bounds.get(c, 0)},
            traits=dict(islice(form.traits.items(), traits, None)),
            releases=dict(islice(form.releases.items(), releases, None)),
        )
        self._note()
        return None if added == StoredForm() else added


def _sizes(target: TargetForm) -> tuple[int, int, int]:
    return len(target.searches), len(target.substitutes), len(target.needs)


def _behind(target: TargetForm, sizes: tuple[int, int, int]) -> TargetForm:
    searches, substitutes, needs = sizes
    return TargetForm(
        dict(islice(target.searches.items(), searches, None)),
        dict(islice(target.substitutes.items(), substitutes, None)),
        dict(islice(target.needs.items(), needs, None)),
    )


class Merging:
    """Takes over what another process adds that goes on from what is stored now."""

    def __init__(self, stored: StoredAnswers) -> None:
        form = stored.form
        self._stored = stored
        self._files = list(range(len(form.files)))
        self._offers = list(range(len(form.offers)))
        self._needs = list(range(len(form.needs)))
        """Where things are here, by their places there: at first they are the same."""
        self._keys = form.keys.copy()
        """All keys as they are there."""

    def add(self, added: StoredForm) -> None:
        """Take over what the other process has added since the last time."""
        stored, own = self._stored, self._stored.form
        for described in added.files:
            self._files.append(stored.place_of_form(described))
        for offered in added.offers:
            self._offers.append(stored.place_of_offers(tuple(map(self._file, offered))))
        for needs in added.needs:
            self._needs.append(stored.place_of_needs_form(needs))
        self._keys += added.keys
        for key, target in added.targets.items():
            self._add_target(own.targets.setdefault(key, TargetForm()), target)
        _add(own, added)
        stored.is_new = True

    def _add_target(self, own: TargetForm, target: TargetForm) -> None:
        place_of = self._stored.place_of_key
        for at, place in target.searches.items():
            own.searches.setdefault(place_of(self._keys[at]), self._offers[place])
        for at, place in target.substitutes.items():
            own.substitutes.setdefault(place_of(self._keys[at]), self._file(place))
        for at, place in target.needs.items():
            key = _needs_key(self._keys[at], self._files)
            own.needs.setdefault(place_of(key), self._needs[place])

    def _file(self, place: int) -> int:
        return place if place == NO_MORE else self._files[place]


def _needs_key(key: str, files: Sequence[int]) -> str:
    """The key of what an offer requires (`StoredPlaces.needs_key`), with the file's place here."""
    words = key.split(" ")
    at = int(words[0] == "!")
    words[at] = str(files[int(words[at])])
    return " ".join(words)


def _add(own: StoredForm, added: StoredForm) -> None:
    """Add what is not stored by places."""
    own.names.update(added.names)
    own.traits.update(added.traits)
    own.releases.update(added.releases)
    bounds: Mapping[str, dict[str, bool]] = added.bounds
    for clauses, found in bounds.items():
        own.bounds.setdefault(clauses, {}).update(found)
