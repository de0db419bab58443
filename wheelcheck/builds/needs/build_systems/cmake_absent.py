"""What a CMake project looks for only where another way to find it has failed, as it must."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from msgspec.structs import replace

from wheelcheck.builds.cmake.commands import CMakeCommand
from wheelcheck.builds.needs.build_need import BuildNeed, NeedKind
from wheelcheck.builds.needs.build_systems.cmake_fetched import FOUND
from wheelcheck.builds.needs.build_systems.cmake_modules import own_module
from wheelcheck.builds.needs.names import need_called
from wheelcheck.builds.needs.package_files import is_packaged
from wheelcheck.distributions.debian_package import FileKind

__all__ = ["is_there", "with_sure_fallbacks"]

_MAKERS = {"fetchcontent_declare", "externalproject_add", "cpmaddpackage", "add_library"}


def is_there(need: BuildNeed) -> bool:
    """Whether some distribution has the library, as far as we know."""
    return need.kind is NeedKind.LIBRARY and (not need.files or any(map(is_packaged, need.files)))


def with_sure_fallbacks(
    commands: Sequence[CMakeCommand], texts: Mapping[str, str], brought: Collection[str]
) -> list[CMakeCommand]:
    """The commands, those being sure that demand a thing where a package nobody has is not found.

    ``find_package(unofficial-xmlsec)`` finds vcpkg's own files alone; on the other branch of
    ``if(TARGET unofficial::xmlsec)`` pkg-config must know the library.

    Parameters:
        commands: What the project runs.
        texts: Its files, for modules of its own (``FindX.cmake``).
        brought: Distributions that the build environment holds, in lower case.
    """
    absent = _absent(commands, texts, brought)
    return [
        replace(command, sure=True)
        if "REQUIRED" in command.words and absent & {name.lower() for name in _for_want_of(command)}
        else command
        for command in commands
    ]


def _absent(
    commands: Sequence[CMakeCommand], texts: Mapping[str, str], brought: Collection[str]
) -> set[str]:
    """The packages that are sought, and that neither Debian nor the project or its build has."""
    made = {
        word.lower().partition("::")[0]
        for command in commands
        if command.name in _MAKERS
        for word in command.words[:2]
    }
    sought = {
        command.words[0] for command in commands if command.name == "find_package" and command.words
    }
    return {
        name.lower()
        for name in sought
        if name.lower() not in brought and name.lower() not in made
        if not own_module(name, texts)
        for need in need_called(FileKind.CMAKE, name, "")
        if need.files and not is_there(need)
    }


def _for_want_of(command: CMakeCommand) -> Iterator[str]:
    """The packages without which a command runs for certain."""
    words, way = command.conditions, command.way
    if way is None or command.off:
        return
    before = words[-3:-2] if words[-2:-1] in {("TARGET",), ("NOT",)} else words[-2:-1]
    if way.branch == 0:
        yield from _missing(words)
    elif way.is_else and way.branch == 1 and before not in {("OR",), ("NOT",)}:
        yield from _named(words)


def _missing(words: Sequence[str]) -> Iterator[str]:
    """The package of ``NOT X_FOUND`` and ``NOT TARGET X::x`` at the end of a condition."""
    size = 3 if words[-2:-1] == ("TARGET",) else 2
    if words[-size:][:1] == ("NOT",) and words[-size - 1 : -size] != ("AND",):
        yield from _named(words)


def _named(words: Sequence[str]) -> Iterator[str]:
    match = FOUND.fullmatch(words[-1]) if words else None
    if words[-2:-1] == ("TARGET",):
        # vcpkg's unofficial::xmlsec::xmlsec1 is of the package unofficial-xmlsec
        yield words[-1].rpartition("::")[0].replace("::", "-")
    elif match:
        yield match[1]
