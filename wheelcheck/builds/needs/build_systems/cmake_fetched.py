"""What a CMake project fetches from afar, always or where the system has it not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from msgspec.structs import replace

from wheelcheck.builds.cmake.commands import CMakeCommand

__all__ = ["FOUND", "fetched_else", "found_first", "populated"]

_FETCHERS = {"externalproject_add", "fetchcontent_declare"}
_FROM_AFAR = {"URL", "GIT_REPOSITORY", "SVN_REPOSITORY"}
FOUND = re.compile(r"(\w+?)(?:_FOUND|_LIBRAR(?:Y|IES)|_EXECUTABLE|_INCLUDE_DIRS?)")
"""The variables by which a project sees whether a package was found."""
_OPERATORS = {"AND", "OR", "NOT"}


def populated(commands: Sequence[CMakeCommand]) -> frozenset[str]:
    """What a project has FetchContent fetch in every build."""
    return frozenset(
        word.lower()
        for command in commands
        if command.sure and command.name in {"fetchcontent_makeavailable", "fetchcontent_populate"}
        for word in command.words
    )


def fetched_else(commands: Sequence[CMakeCommand]) -> frozenset[str]:
    """What a project fetches from afar where it is not found, by names in lower case."""
    found: set[str] = set()
    for command in commands:
        if command.name in _FETCHERS and not _FROM_AFAR.isdisjoint(command.words):
            found |= {name.lower() for name in _not_found(command)}
        found |= {first.words[0].lower() for first in [found_first(command)] if first is not None}
    return frozenset(found)


def _not_found(command: CMakeCommand) -> Iterator[str]:
    """The packages for want of which a command runs.

    ``if(NOT X_FOUND)``, ``if(NOT TARGET X::x)``, and the other branch of ``if(X_FOUND)``.
    """
    words = command.conditions
    for before, word, after in zip_longest(words, words[1:], words[2:], fillvalue=""):
        match = FOUND.fullmatch(word) if before == "NOT" else None
        if match:
            yield match[1]
        if (before, word) == ("NOT", "TARGET"):
            yield after.partition("::")[0]
    other = command.way is not None and command.way.is_else and command.way.branch == 1
    if other and words and _OPERATORS.isdisjoint(words[-2:-1]):
        match = FOUND.fullmatch(words[-1])
        if match:
            yield match[1]


def found_first(command: CMakeCommand) -> CMakeCommand | None:
    """The ``find_package`` by which a command looks in the system before it fetches.

    FetchContent's ``FIND_PACKAGE_ARGS`` (cmake.org/cmake/help/latest/module/FetchContent.html) and
    ``CPMFindPackage`` (github.com/cpm-cmake/CPM.cmake).
    """
    words = command.words
    if command.name == "fetchcontent_declare" and "FIND_PACKAGE_ARGS" in words:
        more = words[words.index("FIND_PACKAGE_ARGS") + 1 :]
        named = more[1:2] if more[:1] == ("NAMES",) else words[:1]
    elif command.name == "cpmfindpackage" and "NAME" in words:
        named = words[words.index("NAME") + 1 :][:1]
    else:
        return None
    return replace(command, name="find_package", words=named) if named else None
