"""Which extras and groups ``poetry install`` and its like choose, by the words behind them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.dockerfile.reading.shell.other_tools import LockCommand
from wheelcheck.requirements.selection import Selection

__all__ = ["LockSelection", "selection_of"]

_MEANINGS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        # With `=` the option takes a value; several stand in one, parted by blanks or commas.
        "poetry": {
            "--only": "only=", "--with": "add=", "--without": "drop=", "--no-dev": "drop:dev",
            "--only-root": "only:main", "--all-groups": "all-groups", "-E": "extra=",
            "--extras": "extra=", "--all-extras": "all-extras", "-P": "=", "--project": "=",
            "-C": "=", "--directory": "=",
        },
        "pdm": {
            "--prod": "no-defaults", "--production": "no-defaults", "-G": "both=",
            "--group": "both=", "--with": "both=", "--without": "drop=", "--no-default": "only:",
            "-p": "=", "--project": "=", "-L": "=", "--lockfile": "=",
        },
        "pipenv": {"-d": "add:dev", "--dev": "add:dev", "--categories": "add=", "--python": "="},
        "uv": {
            "--no-dev": "drop:dev", "--group": "add=", "--no-group": "drop=",
            "--all-groups": "all-groups", "--no-default-groups": "no-defaults",
            "--extra": "extra=", "--all-extras": "all-extras", "-p": "=", "--python": "=",
            "--project": "=", "--directory": "=", "--no-install-package": "=",
            "--link-mode": "=", "--index": "=", "--default-index": "=", "--package": "not-read=",
            "--only-group": "not-read=", "--only-dev": "not-read",
        },
    }
)  # fmt: skip


class LockSelection(Selection):
    """A choice that starts from what a lock's own tool installs by default.

    `only` takes the place of the defaults where it is given, `add` and `drop` change them.
    """

    def __init__(self, chosen: Mapping[str, Iterable[str]]) -> None:
        both = tuple(chosen.get("both", ()))
        super().__init__((*chosen.get("extra", ()), *both))
        self._all_extras = "all-extras" in chosen
        self._all_groups = "all-groups" in chosen
        self._only = _names(chosen["only"]) if "only" in chosen else None
        self._keeps_defaults = "no-defaults" not in chosen
        self._add = _names((*chosen.get("add", ()), *both))
        self._drop = _names(chosen.get("drop", ()))

    def extras(self, offered: Iterable[str]) -> frozenset[NormalizedName]:
        """Return those of an input's extras that are wanted."""
        names = list(offered)
        return _names(names) if self._all_extras else super().extras(names)

    def groups(
        self, offered: Iterable[str], defaults: Iterable[str] = ()
    ) -> frozenset[NormalizedName]:
        """Return those of an input's groups that are wanted."""
        names = _names(offered)
        if self._only is not None:
            return names & self._only
        usual = _names(defaults) if self._keeps_defaults else frozenset()
        wanted = names if self._all_groups else usual | self._add
        return names & (wanted - self._drop)


def _names(given: Iterable[str]) -> frozenset[NormalizedName]:
    return frozenset(map(canonicalize_name, given))


def selection_of(command: LockCommand) -> tuple[LockSelection, tuple[str, ...]]:
    """The choice that a command makes, and those of its options that it is not followed in."""
    meanings = _MEANINGS[command.tool]
    chosen: dict[str, list[str]] = {}
    strange: list[str] = []
    rest = list(command.arguments)
    while rest:
        word = rest.pop(0)
        option, equals, value = word.partition("=")
        meaning, takes_value, fixed = _parted(meanings.get(option, ""))
        if takes_value and not equals and rest:
            value = rest.pop(0)
        if meaning == "not-read":
            strange.append(word)
        elif meaning:
            given = value if takes_value else fixed
            chosen.setdefault(meaning, []).extend(re.split(r"[\s,]+", given.strip()))
            if meaning == "only" and "main" not in chosen["only"] and given:
                strange.append(word)  # all readers take the main dependencies for granted
    return LockSelection(chosen), tuple(strange)


def _parted(meaning: str) -> tuple[str, bool, str]:
    """``add=`` takes a value, ``add:dev`` has its own, ``all-groups`` needs none."""
    if meaning.endswith("="):
        return meaning[:-1], True, ""
    name, _, fixed = meaning.partition(":")
    return name, False, fixed
