"""Which extras and groups ``poetry install`` and its like choose, by the words behind them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.dockerfile.reading.shell.other_tools import LockCommand
from wheelcheck.requirements.selection import Selection

__all__ = ["LockDemand", "LockSelection", "lock_demand", "selection_of"]

_MEANINGS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        # With `=` the option takes a value; several stand in one, parted by blanks or commas.
        "poetry": {
            "--only": "only=", "--with": "add=", "--without": "drop=", "--no-dev": "drop:dev",
            "--only-root": "only:main", "--all-groups": "all-groups", "-E": "extra=",
            "--extras": "extra=", "--all-extras": "all-extras", "-P": "=", "--project": "=",
            "-C": "=", "--directory": "=", "-f": "=", "--format": "=", "-o": "=",
            "--output": "=", "--dev": "add:dev",
        },
        "pdm": {
            "--prod": "no-defaults", "--production": "no-defaults", "-G": "both=",
            "--group": "both=", "--with": "both=", "--without": "drop=", "--no-default": "only:",
            "-p": "=", "--project": "=", "-L": "=", "--lockfile": "=", "-f": "=",
            "--format": "=", "-o": "=", "--output": "=",
        },
        "pipenv": {"-d": "add:dev", "--dev": "add:dev", "--categories": "add=", "--python": "="},
        "uv": {
            "--no-dev": "drop:dev", "--group": "add=", "--no-group": "drop=",
            "--all-groups": "all-groups", "--no-default-groups": "no-defaults",
            "--extra": "extra=", "--all-extras": "all-extras", "-p": "=", "--python": "=",
            "--project": "=", "--directory": "=", "--no-install-package": "=",
            "--link-mode": "=", "--format": "=", "-o": "=", "--output-file": "=",
            "--index": "=", "--default-index": "=", "--package": "not-read=",
            "--no-emit-package": "=", "--prune": "=", "--reinstall-package": "=",
            "--only-group": "not-read=", "--only-dev": "not-read",
            "--no-binary-package": "=", "--no-build-package": "=",
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
        self._uses_defaults = "no-defaults" not in chosen
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
        usual = _names(defaults) if self._uses_defaults else frozenset()
        wanted = names if self._all_groups else usual | self._add
        return names & (wanted - self._drop)


def _names(given: Iterable[str]) -> frozenset[NormalizedName]:
    return frozenset(map(canonicalize_name, given))


def selection_of(command: LockCommand) -> tuple[LockSelection, tuple[str, ...]]:
    """The choice that a command makes, and those of its options that it is not followed in."""
    meanings = _MEANINGS[command.tool]
    chosen: dict[str, list[str]] = {}
    strange: list[str] = []
    if (command.tool, command.action) == ("poetry", "export"):
        chosen["no-defaults"] = []  # main alone, unless --with names more
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


_LOCK_OPTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "uv": ("--locked", "--frozen"),
        "pdm": ("--frozen-lockfile", "--no-lock"),
        "pipenv": ("--deploy", "--ignore-pipfile"),
    }
)
"""Options for which a tool fails without a lock that fits."""
_LOCK_ALONE = {("pdm", "sync"), ("pipenv", "sync")}
"""Commands that always do."""


_PROJECT_OPTIONS = {"--directory", "--project", "-C", "-P"}


@dataclass(frozen=True, slots=True)
class LockDemand:
    """What a command does with its lock. `needs` is the option for which it fails without one.

    `keeps` says that the lock is followed even where it does not fit the project any more, `skips`
    that it is not read at all. `folder` is the project's, from the working directory.
    """

    needs: str = ""
    keeps: bool = False
    skips: bool = False
    folder: str = ""


def lock_demand(command: LockCommand, environ: Mapping[str, str]) -> LockDemand:
    """How a command treats its lock, by its options and variables (manuals of the four tools)."""
    given = {word.partition("=")[0] for word in command.arguments}
    wanted = _LOCK_OPTIONS.get(command.tool, ())
    on = [item for item in wanted if item in given or _is_set(environ, command.tool, item)]
    always = command.action == "requirements" or (command.tool, command.action) in _LOCK_ALONE
    return LockDemand(
        on[0] if on else "without it" if always else "",
        keeps=command.tool != "uv" or "--frozen" in on,
        skips="--skip-lock" in given,
        folder=_folder_of(command),
    )


def _folder_of(command: LockCommand) -> str:
    """The folder of the project that an option names; "" without one."""
    options = _PROJECT_OPTIONS | ({"-p"} if command.tool == "pdm" else set())
    folder = ""
    for behind, word in enumerate(command.arguments, 1):
        option, equals, value = word.partition("=")
        if option in options:
            folder = value if equals else "".join(command.arguments[behind : behind + 1])
    return folder


def _is_set(environ: Mapping[str, str], tool: str, option: str) -> bool:
    """``UV_FROZEN=1`` is ``--frozen``."""
    name = f"{tool.upper()}_{option.lstrip('-').replace('-', '_').upper()}"
    return environ.get(name, "").lower() not in {"", "0", "false", "no", "off"}
