"""What commands of a CMake project look for, and what they demand whatever a build decides."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from msgspec.structs import replace

from wheelcheck.builds.cmake.commands import CMakeCommand, Way

__all__ = ["in_any_case", "library_names"]

_DEMANDS = {"find_library", "find_package"}
_ENDS_NAMES = re.compile(
    r"PATHS|HINTS|PATH_SUFFIXES|DOC|NO_\w+|REQUIRED|OPTIONAL|ENV|CMAKE_FIND_\w+|ONLY_\w+"
    r"|REGISTRY_VIEW|VALIDATOR|NAMES_PER_DIR"
)


def in_any_case(commands: Sequence[CMakeCommand]) -> list[CMakeCommand]:
    """The commands, those being sure that ask for one library on every way of a condition.

    Also where a package is sought in any case, and demanded where that has not found it.
    """
    always = _on_every_way(commands)
    sought = {
        command.words[0]
        for command in commands
        if command.sure and command.name == "find_package" and command.words
    }
    return [
        replace(command, sure=True)
        if (demand := _demand(command)) and (demand in always or _for_want_of(command) in sought)
        else command
        for command in commands
    ]


def _on_every_way(commands: Sequence[CMakeCommand]) -> set[tuple[object, ...]]:
    ways: dict[tuple[object, ...], set[Way]] = defaultdict(set)
    for command in commands:
        if command.way is not None:
            ways[_demand(command)].add(command.way)
    return {
        demand
        for demand, taken in ways.items()
        if any(way.is_else and way.branch < len(taken) for way in taken)
    }


def _for_want_of(command: CMakeCommand) -> str:
    """The package that a command seeks for want of it: ``if(NOT X_FOUND)``, ``NOT TARGET X::x``.

    Not on a later branch, to which an earlier one or the package itself is the other way.
    """
    if command.name != "find_package" or command.way is None or command.way.branch:
        return ""
    package, last = command.words[0], command.conditions[-3:]
    missing = last[:2] == ("NOT", "TARGET") and last[-1].startswith(f"{package}::")
    return package if missing or last[-2:] == ("NOT", f"{package}_FOUND") else ""


def _demand(command: CMakeCommand) -> tuple[object, ...]:
    """What a command demands under a condition, () for none: equal on all ways of it."""
    if command.way is None or command.off or command.name not in _DEMANDS:
        return ()
    if "REQUIRED" not in command.words:
        return ()
    library = command.name == "find_library"
    names = library_names(command.words) if library else command.words[:1]
    return (command.name, *names, command.way.condition)


def library_names(words: Sequence[str]) -> list[str]:
    """The names of libraries or programs among the words of a command that looks for them."""
    names = []
    for word in words[1:]:
        if _ENDS_NAMES.fullmatch(word):
            break
        if word != "NAMES" and "$" not in word:
            names.append(word)
    return names
