"""Which extras and dependency groups are wanted, and which of the inputs has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from packaging.utils import NormalizedName, canonicalize_name

__all__ = ["Selection"]

_MAIN = frozenset(map(canonicalize_name, ("main", "default")))
"""What Poetry, PDM and Pipenv call the dependencies that are always installed."""


class Selection:
    """The user's choice of extras and groups, and what the inputs turned out to offer.

    Without a choice of groups each input adds those that its own tool installs by default. Groups
    that are chosen take their place, so that ``main`` alone means none of them.
    """

    def __init__(self, extras: Iterable[str] = (), groups: Iterable[str] = ()) -> None:
        self._extras = {canonicalize_name(extra): extra for extra in extras}
        self._groups = {canonicalize_name(group): group for group in groups}
        self._known_extras: dict[NormalizedName, None] = {}
        self._known_groups: dict[NormalizedName, None] = {}

    @property
    def chooses_groups(self) -> bool:
        """Whether the user named groups, so that an input's defaults do not count."""
        return bool(self._groups)

    @property
    def chooses_extras(self) -> bool:
        """Whether the user named extras."""
        return bool(self._extras)

    def extras(self, offered: Iterable[str]) -> frozenset[NormalizedName]:
        """Return those of an input's extras that are wanted."""
        names = list(map(canonicalize_name, offered))
        self._known_extras.update(dict.fromkeys(names))
        return frozenset(names) & self._extras.keys()

    def groups(
        self, offered: Iterable[str], defaults: Iterable[str] = ()
    ) -> frozenset[NormalizedName]:
        """Return those of an input's groups that are wanted; `defaults` where none is chosen."""
        names = list(map(canonicalize_name, offered))
        self._known_groups.update(dict.fromkeys(names))
        wanted = self._groups or set(map(canonicalize_name, defaults))
        return frozenset(name for name in names if name in wanted)

    @property
    def missing_extras(self) -> tuple[str, ...]:
        """The extras that were asked for and are nowhere."""
        return tuple(
            given for name, given in self._extras.items() if name not in self._known_extras
        )

    @property
    def missing_groups(self) -> tuple[str, ...]:
        """The groups that were asked for and are nowhere."""
        known = self._known_groups.keys() | _MAIN
        return tuple(given for name, given in self._groups.items() if name not in known)

    def warnings(self) -> Iterator[str]:
        """Report what was selected and is nowhere."""
        for kind, missing, known in (
            ("extra", self.missing_extras, self._known_extras),
            ("group", self.missing_groups, self._known_groups),
        ):
            for given in missing:
                there = f"; there are {', '.join(sorted(known))}" if known else ""
                yield f"--{kind} {given}: none of the inputs has such {_article(kind)}{there}"


def _article(kind: str) -> str:
    return f"an {kind}" if kind == "extra" else f"a {kind}"
