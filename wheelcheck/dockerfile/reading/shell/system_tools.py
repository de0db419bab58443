"""apk, apt, dnf and their like on a shell line: which system packages come and go."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

__all__ = ["Manager", "RemovedPaths", "SystemCommand", "removed_paths", "system_command"]

Manager = Literal["apk", "apt", "dnf"]

_MANAGERS: Mapping[str, Manager] = MappingProxyType(
    {
        "apk": "apk",
        "apt": "apt",
        "apt-get": "apt",
        "aptitude": "apt",
        "dnf": "dnf",
        "dnf5": "dnf",
        "microdnf": "dnf",
        "tdnf": "dnf",
        "yum": "dnf",
    }
)
Action = Literal["add", "remove", "clean", "update"]
_ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        "add": "add",
        "install": "add",
        "groupinstall": "add",
        "reinstall": "add",
        "del": "remove",
        "remove": "remove",
        "purge": "remove",
        "erase": "remove",
        "autoremove": "remove",
        "clean": "clean",
        "update": "update",
        "makecache": "update",
    }
)
# The options whose value is a word of its own (apk-tools, apt-get(8), dnf manuals).
_WITH_VALUE: Mapping[Manager, frozenset[str]] = MappingProxyType(
    {
        "apk": frozenset(
            {"-t", "--virtual", "-X", "--repository", "-p", "--root", "--arch", "--keys-dir"}
            | {"--repositories-file", "--cache-dir", "--cache-max-age", "--wait"}
        ),
        "apt": frozenset(
            {"-t", "--target-release", "--default-release", "-o", "--option", "-c", "-a"}
        ),
        "dnf": frozenset(
            {"-c", "--config", "-x", "--exclude", "--enablerepo", "--disablerepo", "--repo"}
            | {"-d", "-e"}
        ),
    }
)
_SPECIFIED = re.compile(r"([A-Za-z0-9.][\w.+:-]*?)(?:(?:[=<>~@/]|:(?=[a-z0-9]+$)).*)?")
_CACHES: Mapping[str, Manager] = MappingProxyType(
    {
        "/var/cache/apk": "apk",
        "/var/lib/apt/lists": "apt",
        "/var/cache/dnf": "dnf",
        "/var/cache/yum": "dnf",
    }
)


@dataclass(frozen=True, slots=True)
class SystemCommand:
    """A package manager's command. `packages` are names without versions.

    `group` is apk's virtual package that they are added under. `leaves_cache` says that the
    command itself leaves an index or packages behind in the layer. `hidden` says that some of the
    names could not be read; `files` are packages that are given as files. `recommends` says that
    recommended packages come along (apt), `orphans` that what removed packages had brought along
    goes with them; `as_root` that sudo runs it.
    """

    manager: Manager
    action: Action
    packages: tuple[str, ...] = ()
    group: str = ""
    leaves_cache: bool = False
    program: str = ""
    hidden: bool = False
    files: tuple[str, ...] = ()
    recommends: bool = False
    orphans: bool = False
    as_root: bool = False


@dataclass(frozen=True, slots=True)
class RemovedPaths:
    """``rm -rf``: the paths as written, and the package managers whose caches are among them."""

    paths: tuple[str, ...]
    caches: frozenset[Manager] = frozenset()


def system_command(words: Sequence[str]) -> SystemCommand | None:
    """Recognise a package manager that installs, removes or cleans; None for all else."""
    program = words[0].rpartition("/")[2] if words else ""
    manager = _MANAGERS.get(program)
    if manager is None:
        return None
    flags, arguments = _split(words[1:], _WITH_VALUE[manager])
    if arguments[:1] == ["group"]:
        arguments = arguments[1:]
    action = _action(manager, arguments)
    if action is None:
        return None
    cached = manager != "apk" or "--no-cache" not in flags
    files, names = _files_and_names(arguments[1:])
    return SystemCommand(
        manager,
        action,
        _package_names(manager, names),
        flags.get("-t", flags.get("--virtual", "")) if manager != "apt" else "",
        leaves_cache=cached and action == "add",
        program=program,
        hidden=any("\0" in each for each in arguments[1:]),
        files=files,
        orphans=manager != "apt" or arguments[0] == "autoremove" or bool(_ORPHANS & flags.keys()),
        recommends=manager == "apt" and not _refuses_recommends(words),
    )


def _action(manager: Manager, arguments: Sequence[str]) -> Action | None:
    if arguments[:1] == ["update"] and manager == "dnf":
        return None  # dnf update upgrades
    return _ACTIONS.get(arguments[0]) if arguments else None


_ORPHANS = {"--auto-remove", "--autoremove"}
"""The options of apt-get(8); apk and dnf do so by themselves (dnf.conf(5),
clean_requirements_on_remove)."""


def _files_and_names(arguments: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """Packages given as files or addresses (``./a.deb``), and all others."""
    files = tuple(each for each in arguments if each.endswith((".apk", ".deb", ".rpm")))
    return files, [each for each in arguments if each not in files]


def _package_names(manager: Manager, arguments: Sequence[str]) -> tuple[str, ...]:
    """Names without versions; apt removes what has a ``-`` at its end (apt-get(8))."""
    names = [match[1] for each in arguments if (match := _SPECIFIED.fullmatch(each))]
    return tuple(name for name in names if not (manager == "apt" and name.endswith("-")))


def _refuses_recommends(words: Sequence[str]) -> bool:
    """``--no-install-recommends``, or apt's setting of that meaning (apt-get(8), apt.conf(5))."""
    off = re.compile(r"(?i)(?:-o)?apt::install-recommends(?:=|\s+)\"?(?:0|no|false|off)\"?;?")
    return "--no-install-recommends" in words or any(off.fullmatch(word) for word in words)


def _split(words: Sequence[str], with_value: frozenset[str]) -> tuple[dict[str, str], list[str]]:
    """Options with their values ("" for flags), and the other words."""
    flags: dict[str, str] = {}
    arguments = []
    position = 0
    while position < len(words):
        word = words[position]
        position += 1
        if not word.startswith("-"):
            arguments.append(word)
            continue
        name, equals, value = word.partition("=")
        if not equals and name in with_value and position < len(words):
            value = words[position]
            position += 1
        flags[name] = value
    return flags, arguments


def removed_paths(words: Sequence[str]) -> RemovedPaths | None:
    """Recognise ``rm``; None for all else."""
    if not words or words[0].rpartition("/")[2] != "rm":
        return None
    paths = tuple(word for word in words[1:] if not word.startswith("-"))
    caches = {
        manager
        for path in paths
        for cache, manager in _CACHES.items()
        if path.rstrip("/*").startswith(cache) or (len(path) > 1 and cache.startswith(path))
    }
    return RemovedPaths(paths, frozenset(caches))
