"""Which libraries a source build links with, by its build files and its wheels."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from wheelcheck.builds.needs.build_need import BuildNeed, NeedKind, Role, SourceNeedsInput
from wheelcheck.builds.needs.build_systems.cmake_needs import cmake_needs
from wheelcheck.builds.needs.build_systems.configure_needs import configure_needs
from wheelcheck.builds.needs.build_systems.crate_needs import crate_needs
from wheelcheck.builds.needs.build_systems.makefile_needs import makefile_needs
from wheelcheck.builds.needs.build_systems.meson_needs import meson_needs
from wheelcheck.builds.needs.bundled_libraries import (
    bundled_needs,
    needs_of_system,
    shipped_sources,
)
from wheelcheck.builds.needs.declared_libraries import declared_libraries
from wheelcheck.builds.needs.header_needs import (
    boost_needs,
    header_needs,
    sure_header_needs,
    with_unmet_headers,
)
from wheelcheck.builds.needs.libraries import brought_along, library_vendored, names_of
from wheelcheck.builds.needs.scripts.script_needs import script_needs
from wheelcheck.builds.sdist.build_files import without_comments
from wheelcheck.builds.sdist.source_files import is_aside

__all__ = ["library_needs"]

_LONG = 1_000_000
_NASM = re.compile(r"(?i)(enable_language|project)\s*\([^)]*ASM_NASM")
_CONFIGURING = frozenset({"configure", "autoreconf", "autoconf", "autogen.sh", "bootstrap"})


def library_needs(facts: SourceNeedsInput) -> tuple[BuildNeed, ...]:
    """The libraries that an sdist's build files and its release's wheels speak of.

    With them the programs that build files look for, pkg-config among them. What the build
    environment brings or the sdist ships as a program is none.
    """
    shipped = shipped_sources(facts)
    found = [
        *meson_needs(facts),
        *cmake_needs(facts),
        *script_needs(facts),
        *declared_libraries(facts),
        *crate_needs(facts),
        *bundled_needs(shipped),
    ]
    made = _runs_make(facts, found)
    found += makefile_needs(facts, made=made)
    found += configure_needs(facts, configured=_runs_configure(facts))
    found += _from_assembly(facts) if made else ()
    found += _from_wheels(facts, named=any(need.is_required_library for need in found))
    if not any(need.kind is NeedKind.LIBRARY for need in found):
        found += header_needs(facts)
    # pybind11 from PyPI brings no zlib, as Debian's package would
    left = {need.name for need in needs_of_system(found, shipped, facts)}
    found += sure_header_needs(facts, [need for need in found if need.name in left])
    found += boost_needs(facts)
    return tuple(needs_of_system(with_unmet_headers(found, facts), shipped, facts))


def _runs_make(facts: SourceNeedsInput, found: Iterable[BuildNeed]) -> bool:
    if any(need.kind is NeedKind.TOOL and need.name == "make" for need in found):
        return True
    return any(tool == "make" for _, tool in facts.tools_run)


def _runs_configure(facts: SourceNeedsInput) -> bool:
    return any(tool in _CONFIGURING for _, tool in facts.tools_run)


def _from_assembly(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    """NASM where a Makefile of a bundled library assembles what its CMakeLists.txt names it for."""
    assembled = any(path.endswith(".asm") and not is_aside(path) for path in facts.members)
    for path, text in facts.texts.items() if assembled else ():
        if path.endswith("/CMakeLists.txt") and not is_aside(path):
            bare = without_comments(text[:_LONG])
            if _NASM.search(bare) and "check_language" not in bare:
                yield BuildNeed(NeedKind.TOOL, "nasm", f"{path} enables ASM_NASM")


def _from_wheels(facts: SourceNeedsInput, *, named: bool) -> Iterator[BuildNeed]:
    """Libraries a wheel carries, less those that come along with another of them.

    Where the build files have `named` libraries, what else a wheel carries may be a library of
    these, in the version of the system that the wheel was made on; what the build files and the
    sources do not speak of is optional then.
    """
    found = {library_vendored(path): path for path in reversed(facts.vendored)}
    libraries = {library for library in found if library is not None}
    along = {item for library in libraries for item in brought_along(library)}
    own = (text for path, text in facts.texts.items() if not _is_elsewhere(path)) if named else ()
    text = "\n".join((*facts.headers, *own)).lower() if named else ""
    for library in sorted(libraries - along):
        path = (found[library] or "").rpartition("/")[2]
        spoken_of = not named or any(
            _speaks_of(name, text) for name in names_of(library) | {library}
        )
        role = Role.REQUIRED if spoken_of else Role.OPTIONAL
        yield BuildNeed(NeedKind.LIBRARY, library, f"the wheel carries {path}", role)


def _is_elsewhere(path: str) -> bool:
    """Whether a file is of tests and the like, or of services that build (``.github``)."""
    return is_aside(path) or any(part.startswith(".") for part in path.split("/")[:-1])


def _speaks_of(name: str, text: str) -> bool:
    """Whether a text has a library's name; a short name only as a word: ``xi``, not ``exit``."""
    if len(name) > _SHORT:
        return name in text
    return re.search(rf"(?<![a-z0-9])(?:lib|-l)?{re.escape(name)}(?![a-z])", text) is not None


_SHORT = 4
"""Letters of a name that may be a part of any word."""
