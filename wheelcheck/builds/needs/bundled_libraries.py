"""What the sdist itself or the build environment brings, so that the system need not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from msgspec.structs import replace
from packaging.utils import canonicalize_name

from wheelcheck.builds.needs.build_need import (
    BuildNeed,
    NeedKind,
    Role,
    SourceNeedsInput,
    strongest,
)
from wheelcheck.builds.needs.libraries import library_table, names_of
from wheelcheck.builds.needs.names import brought_by_requirements
from wheelcheck.builds.needs.package_files import holder_of
from wheelcheck.builds.sdist.source_files import is_aside
from wheelcheck.distributions.debian_package import FileKind

__all__ = ["bundled_needs", "needs_of_system", "shipped_sources"]

_MADE = re.compile(r"(?<![\w/])(?:\./)?lib([\w+-]+)\.(?:a|so)\b")
_MAKERS = ("build_ext", "build_clib", "cmdclass", "add_library", "static_lib", "make", "numpy.dist")
"""Words of a setup script that may make a library."""
_MANY_SOURCES = 5


def shipped_sources(facts: SourceNeedsInput) -> set[str]:
    """Names that stand for a project's source inside the sdist.

    A folder with several C or C++ files that no .pyx stands beside, or a pair ``x.c`` and ``x.h``;
    the package's own folders do not count.
    """
    own = {facts.name, facts.name.replace("-", "_"), facts.name.replace("-", "")}
    members = set(facts.members)
    parents: Counter[str] = Counter()
    found: set[str] = set()
    for path in members:
        stem, _, suffix = path.rpartition(".")
        if suffix not in {"c", "cc", "cpp", "cxx"} or is_aside(path) or f"{stem}.pyx" in members:
            continue
        if f"{stem}.h" in members or f"{stem}.hpp" in members:
            found.add(stem.rpartition("/")[2].lower())
        parents[path.rpartition("/")[0].lower()] += 1
    folders: Counter[str] = Counter()
    for parent, count in parents.items():
        for folder in set(parent.split("/")) - {""}:
            folders[re.sub(r"-[0-9.]+$", "", folder)] += count
    found |= {folder for folder, count in folders.items() if count >= _MANY_SOURCES}
    return found - own


def bundled_needs(shipped: set[str]) -> Iterator[BuildNeed]:
    """Libraries whose source lies in the sdist in a folder of their own."""
    for folder in sorted(shipped):
        names = {folder, folder.removeprefix("lib"), f"lib{folder}"}
        for library in sorted(names & set(library_table())):
            source = f"its source is in the sdist ({folder})"
            yield BuildNeed(NeedKind.LIBRARY, library, source, Role.BUNDLED)


def needs_of_system(
    found: Sequence[BuildNeed], shipped: Collection[str], facts: SourceNeedsInput
) -> Iterator[BuildNeed]:
    """What the system must have, or the sdist's own sources meet: each thing once.

    Where a package comes otherwise, the pkg-config that would look for it is not needed.
    """
    brought = brought_by_requirements(facts)
    files = {path.rpartition("/")[2] for path in facts.members} | _made(facts)
    left_out = {
        need.source
        for need in found
        if need.name != "pkg-config"
        and (
            _bundled(need, shipped, facts).role is Role.BUNDLED or _is_brought(need, brought, files)
        )
    }
    wanted = (need for need in found if need.name != "pkg-config" or need.source not in left_out)
    for need in strongest(wanted):
        if not _is_brought(need, brought, files):
            yield _bundled(need, shipped, facts)


def _bundled(need: BuildNeed, shipped: Collection[str], facts: SourceNeedsInput) -> BuildNeed:
    """A need that the sdist's own sources meet, as such."""
    if need.role is Role.BUNDLED or _names(need).isdisjoint(shipped):
        return need
    if need.role is Role.REQUIRED and (
        _is_sought_by_cmake(need, facts) or _is_linked_as_it_is(need, facts)
    ):
        return need
    return replace(need, role=Role.BUNDLED, source=f"{need.source}; its source is in the sdist")


def _is_sought_by_cmake(need: BuildNeed, facts: SourceNeedsInput) -> bool:
    """Whether CMake looks for an installed package, though a folder of its name is in the sdist.

    Where a script runs CMake, it may build what that folder holds first.
    """
    kind, called = need.sought or (None, "")
    if kind is not FileKind.CMAKE or not facts.is_by_cmake_alone:
        return False
    name = called.lower()
    configured = {f"find{name}.cmake", f"{name}config.cmake", f"{name}-config.cmake"}
    return configured.isdisjoint(path.rpartition("/")[2].lower() for path in facts.members)


def _is_linked_as_it_is(need: BuildNeed, facts: SourceNeedsInput) -> bool:
    """Whether a setup script has the linker find a library, and nothing that makes one.

    It may compile files of the library's source that is in the sdist, and link with the whole.
    """
    script = facts.texts.get("setup.py", "")
    linked = need.sought is not None and need.sought[0] is FileKind.LIB
    if not linked or facts.tools_run or not script or facts.is_by_cmake_alone:
        return False
    if any(word in script for word in _MAKERS):
        return False
    known = need.name in library_table()
    return known or any(holder_of(sought) is not None for sought in need.files)


def _is_brought(need: BuildNeed, requirements: frozenset[str], files: set[str]) -> bool:
    """Whether a build requirement brings a thing that no table knows, or the sdist a program."""
    names = {name for _, name in need.files}
    if any(canonicalize_name(name) in requirements for name in names):
        return True
    if need.kind is NeedKind.TOOL:
        return bool(names & files)
    return any(f"lib{name}{suffix}" in files for name in names for suffix in (".a", ".so"))


def _names(need: BuildNeed) -> set[str]:
    """What a folder or a file with the source of a need is called."""
    if need.files:
        names = {name.lower() for _, name in need.files}
        return names | {f"lib{name}" for name in names}
    return names_of(need.name) if need.kind is NeedKind.LIBRARY else set()


def _made(facts: SourceNeedsInput) -> set[str]:
    """Libraries by their files that a Makefile or the script of the build makes.

    Not those that a package has: the build may look for them beside its own.
    """
    texts = (text for path, text in facts.texts.items() if path in {"setup.py", "Makefile"})
    names = {name for text in texts for name in _MADE.findall(text)}
    return {f"lib{name}.a" for name in names if holder_of((FileKind.LIB, name)) is None}
