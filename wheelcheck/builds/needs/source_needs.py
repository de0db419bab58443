"""What building an sdist needs, by the table of projects and by what is read of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache

from msgspec import structs
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import InvalidVersion, Version

from wheelcheck.builds.needs.build_need import (
    BuildNeed,
    NeedKind,
    Role,
    SourceNeedsInput,
    strongest,
)
from wheelcheck.builds.needs.python_headers import PYTHON_HEADERS
from wheelcheck.builds.needs.toolchain import command_needs, tool_table, toolchain_needs
from wheelcheck.distributions.debian_package import FileKind
from wheelcheck.tables import read_table

__all__ = ["known_needs", "source_needs"]

_PKG_CONFIG = "pkg-config"
_EVERYWHERE = {"c", "c++", "make"}
"""What the recipes behind the table take for granted: Alpine's build-base, build-essential."""


def source_needs(facts: SourceNeedsInput) -> tuple[BuildNeed, ...]:
    """Everything that building an sdist needs: first the table, then our reading.

    Tools are united from both. Where the table knows the project, libraries and programs of no
    table that only our reading names are demoted to optional: people have built it without them.
    So is pkg-config, where all that it may be asked for is optional. CPython's headers are needed
    of any Python; most images have them beside it.
    """
    # much, and what it finds is cached
    from wheelcheck.builds.needs.build_systems.cmake_needs import states_languages
    from wheelcheck.builds.needs.library_needs import library_needs

    known = known_needs(facts.name, facts.version)
    libraries = library_needs(facts)
    guess = not states_languages(facts)
    if not known:
        tools = toolchain_needs(facts, guess_compilers=guess)
        unread = _of_unread_project(facts, libraries)
        return _with_generator(strongest((*tools, *libraries, *unread, *_python_headers(facts))))
    tools = toolchain_needs(replace(facts, tools_run=()), guess_compilers=guess)
    commands = [
        need if need.name in _EVERYWHERE else _demoted(need) for need in command_needs(facts)
    ]
    row = _row_of(facts.name, facts.version)
    sought = [
        need
        if need.name in tool_table()
        else structs.replace(need, inferred=True)
        if row is not None and _outweighs(need, row, facts)
        else _demoted(need)
        for need in libraries
    ]
    if not _required_libraries((*known, *sought)) & {need.name for need in libraries}:
        sought = [_demoted(need) if need.name == _PKG_CONFIG else need for need in sought]
    needs = (*known, *tools, *commands, *sought, *_python_headers(facts))
    return _with_generator(strongest(needs))


def _python_headers(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    place = facts.for_python or facts.perhaps_for_python
    if place:
        sure = bool(facts.for_python)
        yield BuildNeed(NeedKind.TOOL, PYTHON_HEADERS, place, inferred=not sure)


def _required_libraries(needs: Iterable[BuildNeed]) -> set[str]:
    return {need.name for need in needs if need.is_required_library}


def _of_unread_project(facts: SourceNeedsInput, found: Iterable[BuildNeed]) -> Iterator[BuildNeed]:
    """The compilers of a CMake project that is not in the sdist, but in an archive or on a server.

    ``project()`` looks for those of C and C++ unless it names languages (cmake.org/cmake/help/
    latest/command/project.html).
    """
    places = [f"{where} runs cmake" for where, tool in facts.tools_run if tool == "cmake"]
    runs = (need for need in found if need.name == "cmake" and need.role is Role.REQUIRED)
    every = (*places, *(need.source for need in runs))
    place = next((each for each in every if not _ONLY_VERSION.search(_line(facts, each))), "")
    if place and not any(path.endswith("CMakeLists.txt") for path in facts.members):
        for tool in ("c", "c++"):
            source = f"{place}, whose project() takes C and C++ by default"
            yield BuildNeed(NeedKind.TOOL, tool, source)


_ONLY_VERSION = re.compile(r"""cmake3?["', ]+--?version\b""")
"""A command that has CMake say its version, and builds nothing."""


def _line(facts: SourceNeedsInput, where: str) -> str:
    """The line of a build script that ``setup.py:3 …`` means; "" where it is not known."""
    path, _, number = where.partition(" ")[0].rpartition(":")
    lines = facts.texts.get(path, "").splitlines()
    return lines[int(number) - 1] if number.isdecimal() and 0 < int(number) <= len(lines) else ""


def _with_generator(needs: tuple[BuildNeed, ...]) -> tuple[BuildNeed, ...]:
    """Add make where CMake is needed and Ninja is not: its default generator writes makefiles."""
    tools = {need.name for need in needs if need.role is Role.REQUIRED}
    if "cmake" not in tools or {"ninja", "make"} & tools:
        return needs
    source = "cmake.org/cmake/help/latest/manual/cmake-generators.7.html: Unix Makefiles by default"
    return (*needs, BuildNeed(NeedKind.TOOL, "make", source))


def _outweighs(need: BuildNeed, row: Mapping[str, str], facts: SourceNeedsInput) -> bool:
    """Whether a library or program that a row does not have is needed all the same.

    A release that the row was not made from may ask pkg-config for another library, or run another
    program. Behind a row that names no releases is no build: it may lack what every build links
    with.
    """
    if row["seen"]:
        asks = any(kind in {FileKind.PC, FileKind.EXECUTABLE} for kind, _ in need.files)
        return asks and bool(_outside(row["seen"], facts.version))
    linked = [names for _, names, optional in facts.extension_libraries if not optional]
    return any((FileKind.LIB, name) in need.files for names in linked for name in names)


def _demoted(need: BuildNeed) -> BuildNeed:
    if need.role is not Role.REQUIRED:
        return need
    return structs.replace(need, role=Role.OPTIONAL, inferred=True)


@cache
def _known_rows() -> Mapping[str, tuple[Mapping[str, str], ...]]:
    found: dict[str, tuple[Mapping[str, str], ...]] = {}
    for row in read_table("builds/needs/system_packages.csv"):
        found[row["project"]] = (*found.get(row["project"], ()), row)
    return found


def known_needs(name: NormalizedName, version: Version) -> tuple[BuildNeed, ...]:
    """What `system_packages.csv` says of a project's release; () where it has no row for it."""
    row = _row_of(name, version)
    return () if row is None else tuple(_needs_of(row, version))


def _row_of(name: NormalizedName, version: Version) -> Mapping[str, str] | None:
    for row in _known_rows().get(name, ()):
        if version in SpecifierSet(row["versions"], prereleases=True):
            return row
    return None


def _needs_of(row: Mapping[str, str], version: Version) -> Iterator[BuildNeed]:
    source = row["source"] + _outside(row["seen"], version)
    for column, role in (
        ("required", Role.REQUIRED),
        ("optional", Role.OPTIONAL),
        ("bundled", Role.BUNDLED),
    ):
        for library in row[column].split():
            yield BuildNeed(NeedKind.LIBRARY, library, source, role, inferred=False)
    for tool in row["tools"].split():
        yield BuildNeed(NeedKind.TOOL, tool, source, inferred=False)


def _outside(seen: str, version: Version) -> str:
    """A remark where the table's knowledge is of other releases than this one."""
    first, dots, last = seen.partition("..")
    try:
        within = not first or Version(first) <= version <= Version(last if dots else first)
    except InvalidVersion:
        within = True
    return "" if within else f" (seen for {seen})"
