"""Headers that a build must have from outside: those of sources that it compiles for certain."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from wheelcheck.builds.cmake.targets import cmake_work
from wheelcheck.builds.meson.branches import MesonProject
from wheelcheck.builds.needs.header_packages import holder_of_header
from wheelcheck.builds.needs.libraries import library_called
from wheelcheck.builds.needs.python_headers import is_for_python
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.named_sources import untemplated
from wheelcheck.builds.sdist.sdist_facts import SdistFacts
from wheelcheck.builds.sdist.source_files import is_aside
from wheelcheck.builds.setup_script.declaration import ExtensionModule
from wheelcheck.index.archives.sources.languages import language_of
from wheelcheck.index.archives.sources.mark_kinds import CIMPORT, marked
from wheelcheck.tables import read_table

__all__ = ["SureHeaders", "compiler_headers", "described_sources", "is_outside", "sure_headers"]

_FETCHED = re.compile(
    r"(?i)\b(?:FetchContent_Declare|ExternalProject_Add|CPM\w*)\s*\(\s*(?:NAME\s+)?\"?"
    r"(?:gh:[\w.-]+/)?(?:lib)?([\w.-]{3,}?)[#@\s\")]"
)
_NAMED = re.compile(r"'([\w./+-]+\.(?:c|cc|cpp|cxx|pyx))'")
_SHORT = re.compile(r"[^a-z0-9]+")
_MAX_FOLLOWED = 3000
"""Files that are looked into: more than any project's headers."""


class SureHeaders(NamedTuple):
    """Headers that certain sources must have, each with the file that includes it.

    `of_system` are the system's by their brackets or their folder, `unmet` those in quotes that
    are files neither of the sdist nor of the compiler and CPython. `for_python` is a source that
    includes CPython's headers, itself or by what it includes, "" where none is known to.
    """

    of_system: dict[str, str]
    unmet: dict[str, str]
    for_python: str


def sure_headers(
    facts: SdistFacts, extensions: Iterable[ExtensionModule], contents: SdistContents
) -> SureHeaders:
    """Headers from outside that certain sources, and headers that they include, must have.

    Certain are the sources of declared extension modules, of CMake's targets and those named in
    ``meson.build`` that no condition depends on. What CMake and Meson fetch is not the system's.
    Headers in quotes are, where a package of Debian holds them and the build looks for some beside
    the sdist (``-I../``): they stood in the repository that the sdist is a part of.
    """
    extensions = tuple(extensions)
    beside = any(map(_looks_beside, extensions))
    described = described_sources(facts, contents)
    fetched = _fetched(contents) if described else frozenset()
    own = contents.file_names  # Eigen's have no suffix
    certain = (*_declared(extensions), *described)
    todo = [path for path in _with_cython(certain) if path in contents.marks]
    seen = set(todo)
    of_system: dict[str, str] = {}
    unmet: dict[str, str] = {}
    for_python = ""
    while todo and len(seen) < _MAX_FOLLOWED:
        path = todo.pop()
        if not for_python and is_for_python(path, contents):
            for_python = path
        for include in contents.certain_includes(path):
            inside = _resolved(include[1:], path, contents.marked_by_name)
            if inside and inside not in seen:
                seen.add(inside)
                todo.append(inside)
            elif _is_of_system(include, own, fetched, beside=beside):
                of_system.setdefault(include[1:], path)
            elif _is_unmet(include, own):
                unmet.setdefault(include[1:], path)
        cimported = set(_cimported(path, contents)) - seen
        seen |= cimported
        todo += sorted(cimported)
    return SureHeaders(of_system, unmet, for_python)


def described_sources(facts: SdistFacts, contents: SdistContents) -> tuple[str, ...]:
    """The sources of CMake's targets and those in ``meson.build`` that no condition depends on."""
    return (*_cmake_sources(facts, contents), *_meson_sources(facts, contents))


def is_outside(include: str) -> bool:
    """Whether an include is of the system, by its brackets, or of a library known by its folder."""
    return include[0] == "<" or library_called("header", include[1:]) is not None


def _declared(extensions: Iterable[ExtensionModule]) -> Iterator[str]:
    """Sources of the extension modules that every build makes."""
    for module in extensions:
        if not (module.optional or module.supposing):
            yield from filter(module.is_shared, module.sources or ())


def _with_cython(paths: Iterable[str]) -> Iterator[str]:
    """Sources, and beside shipped C what Cython made it of: that names the headers.

    Of what Cython wrote no include is taken for certain.
    """
    for path in paths:
        yield path
        stem, suffix = posixpath.splitext(path)
        if suffix in {".c", ".cpp"}:
            yield f"{stem}.pyx"


def _cmake_sources(facts: SdistFacts, contents: SdistContents) -> list[str]:
    """Sources of CMake's targets that every build makes, where CMake compiles everything.

    Projects list headers among them, for editors: those for Windows beside those for Linux.
    """
    if facts.kind != "native" and not facts.leaves_all_to_cmake:
        return []
    listed = cmake_work(contents.texts, contents.sizes, certain=True).sources
    return sorted(path for path in listed if language_of(untemplated(path)) is not None)


def _meson_sources(facts: SdistFacts, contents: SdistContents) -> list[str]:
    """Sources that a Meson project names where no condition depends on, from its top down."""
    if facts.kind != "meson":
        return []
    return [
        posixpath.normpath(posixpath.join(posixpath.dirname(file.path), match[1]))
        for file in MesonProject.of(contents.texts).files
        for match in _NAMED.finditer(file.text)
        if file.state(match.start()) is True
    ]


def _fetched(contents: SdistContents) -> frozenset[str]:
    """What CMake and Meson download, by the names that their files give it."""
    names = [
        name
        for path, text in contents.texts.items()
        if path.endswith((".cmake", "CMakeLists.txt"))
        for name in _FETCHED.findall(text)
    ]
    names += [
        posixpath.basename(path).removesuffix(".wrap").removeprefix("lib")
        for path in contents.paths
        if path.startswith("subprojects/") and path.endswith(".wrap")
    ]
    return frozenset(_SHORT.sub("", name.lower()) for name in names)


def _looks_beside(module: ExtensionModule) -> bool:
    """Whether an extension module takes headers from outside the sdist's own folder."""
    folders = (option[2:] for option in module.options if option.startswith("-I"))
    return any(posixpath.normpath(folder).startswith("..") for folder in folders)


def _is_of_system(
    include: str, own: Collection[str], fetched: Iterable[str], *, beside: bool
) -> bool:
    """Whether the system must have what is included, and neither the sdist nor what is fetched."""
    name = include[1:]
    inside = name.rpartition("/")[2] in own
    outside = is_outside(include) or (beside and holder_of_header(name) is not None)
    return not inside and outside and not _comes_with(name, fetched)


def _is_unmet(include: str, own: Collection[str]) -> bool:
    name = include[1:]
    plain = include[0] == '"' and "/" not in name
    return plain and name not in own and name not in compiler_headers()


@cache
def compiler_headers() -> frozenset[str]:
    """Headers of compilers and of CPython, of any version: what is gone is another matter."""
    rows = read_table("builds/needs/compiler_headers.csv")
    return frozenset(row["header"] for row in rows)


def _comes_with(header: str, fetched: Iterable[str]) -> bool:
    short = _SHORT.sub("", header.lower())
    return any(name and (name in short or short.removesuffix("h") in name) for name in fetched)


def _cimported(path: str, contents: SdistContents) -> Iterator[str]:
    """The declaration files of a Cython source: its own, and those that it cimports.

    By relative names those beside it; by a name of one part the only file of that name, in a folder
    that the build names (`include_path`).
    """
    marks = contents.marks
    stem, suffix = posixpath.splitext(path)
    if suffix == ".pyx" and f"{stem}.pxd" in marks:
        yield f"{stem}.pxd"
    for name in marked(marks[path].old_cython, CIMPORT):
        if name.startswith(".") and not name.startswith(".."):
            base = posixpath.join(posixpath.dirname(path), name[1:].replace(".", "/"))
            yield from (each for each in (f"{base}.pxd", f"{base}/__init__.pxd") if each in marks)
        elif not name.startswith("."):
            named = contents.marked_by_name.get(f"{name}.pxd", ())
            places = [place for place in named if not is_aside(place)]
            yield from places if len(places) == 1 else ()


def _resolved(name: str, includer: str, named: Mapping[str, Sequence[str]]) -> str:
    """The member that an include means: of several of its name the nearest; "" for none."""
    places = named.get(name.rpartition("/")[2], ())

    def likeness(place: str) -> tuple[bool, int, int]:
        shared = len(posixpath.commonprefix((place, includer)))
        return f"/{place}".endswith(f"/{name.lstrip('./')}"), shared, -len(place)

    return max(places, key=likeness, default="")
