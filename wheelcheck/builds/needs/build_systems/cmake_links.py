"""Libraries that CMake's targets link with by name, and that nothing of the project makes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from wheelcheck.builds.cmake.commands import CMakeCommand
from wheelcheck.builds.needs.build_need import BuildNeed, Role
from wheelcheck.builds.needs.names import need_called
from wheelcheck.builds.needs.package_files import is_packaged
from wheelcheck.distributions.debian_package import FileKind

__all__ = ["linked_needs"]

_LINKS = {"target_link_libraries", "link_libraries"}
_NAME = re.compile(r"(?P<flag>-l)?(?P<name>[A-Za-z][\w.+-]*)")
_MAKES = re.compile(
    r"(?i)\b(?!target_|set_|get_|list|find_library|message)\w*(?:add_\w+|find_package|declare"
    r"|externalproject_add|cpm\w*|extension|module)\s*\(\s*(?:NAME\s+)?\"?([\w.+-]+)"
)
"""A command that makes a target of its first word, or brings targets of its name."""
_FUNCTION = re.compile(r"(?is)\b(?:function|macro)\s*\(\s*(\w+)(.*?)\bend(?:function|macro)\s*\(")
_CALLED = re.compile(r"(\w+)\s*\(\s*\"?([\w.+-]*)")
_FETCHES = re.compile(r"(?i)\b(?:FetchContent_\w+|ExternalProject_Add|CPM\w*)\s*\(")
_WORDS = {"PUBLIC", "PRIVATE", "INTERFACE", "LINK_PUBLIC", "LINK_PRIVATE",
    "LINK_INTERFACE_LIBRARIES", "debug", "general", "optimized"}  # fmt: skip


def linked_needs(
    commands: Sequence[CMakeCommand], texts: Mapping[str, str]
) -> list[tuple[CMakeCommand, BuildNeed]]:
    """The needs of ``target_link_libraries(x z)``, each with its command.

    A name that is no target of the project is given to the linker. Of plain names only those count
    that a package has, for packages that were found define targets of any name, as what is fetched
    does.
    """
    files = [text for path, text in texts.items() if path.endswith((".cmake", "CMakeLists.txt"))]
    if not any(command.name in _LINKS for command in commands):
        return []
    fetches = any(map(_FETCHES.search, files))
    own = {name.lower() for text in files for name in _MAKES.findall(text)}
    own |= _made_by_functions(files)
    return [
        (command, need)
        for command in commands
        if command.name in _LINKS
        for need in _of_command(command, own, plain=not fetches)
    ]


def _made_by_functions(files: Sequence[str]) -> set[str]:
    """Targets that the project's own functions make: the first words that these are given."""
    bodies = {
        name.lower(): {called.lower() for called, _ in _CALLED.findall(body)}
        for text in files
        for name, body in _FUNCTION.findall(text)
    }
    makers = {"add_library", "add_executable"}
    while more := {name for name, calls in bodies.items() if calls & makers} - makers:
        makers |= more
    calls = (call for text in files if bodies for call in _CALLED.findall(text))
    return {word.lower() for called, word in calls if called.lower() in makers}


def _of_command(command: CMakeCommand, own: set[str], *, plain: bool) -> Iterator[BuildNeed]:
    words = command.words[1:] if command.name == "target_link_libraries" else command.words
    skipped = {at + 1 for at, word in enumerate(words) if word == "debug"}
    for at, word in enumerate(words):
        match = _NAME.fullmatch(word)
        if match is None or word in _WORDS or at in skipped:
            continue
        name = match["name"]
        free = plain and name.lower() not in own and is_packaged((FileKind.LIB, name))
        if match["flag"] or free:
            role = Role.REQUIRED if command.sure else Role.OPTIONAL
            yield from need_called(FileKind.LIB, name, f"{command.path}: links {word}", role)
