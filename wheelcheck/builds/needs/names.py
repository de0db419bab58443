"""From what a build file calls a thing to the need for it: known by a table, or by its file alone.

Nothing that a build file names ends in silence: a name that no table knows becomes a need all the
same, by the file that the build looks for (``-lrrd``: ``librrd.so``), and the distribution's own
list of files says which package holds it. Only what `other_names.csv` knows to be no package, the
C library or another system's, is no need.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from types import MappingProxyType

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from wheelcheck.builds.needs.build_need import BuildNeed, NeedKind, Role, SourceNeedsInput
from wheelcheck.builds.needs.libraries import library_called
from wheelcheck.distributions.debian_package import FileKind
from wheelcheck.tables import read_table

__all__ = ["brought_by_requirements", "label_of", "need_called"]

_TABLE_KINDS: Mapping[FileKind, str] = MappingProxyType(
    {FileKind.LIB: "lib", FileKind.PC: "pc", FileKind.CMAKE: "cmake", FileKind.EXECUTABLE: "exe"}
)
_NAME = re.compile(r"[A-Za-z_][\w.+-]{0,60}|[\w.+-]{1,60}(/[\w.+-]{1,60}){1,4}")
_PYTHON = re.compile(
    r"(lib)?python([23](\.\d+)?)?[mdtu]*(_d|\.dll)?|python-\d(\.\d+)?(-embed)?", re.IGNORECASE
)
_OTHER_SYSTEM = re.compile(r".*(\.lib|\.dll|\.dylib|\.framework|\.obj)", re.IGNORECASE)
_ARCHIVE = re.compile(r"^lib([\w+-]+)\.(?:a|so)$")
"""A library by the name of its file, as scripts that link archives have it."""
_LIBRARY = "library:"


def need_called(
    kind: FileKind,
    name: str,
    source: str,
    role: Role = Role.REQUIRED,
    least: str = "",
    others: Sequence[str] = (),
) -> Iterator[BuildNeed]:
    """The need behind a name in a build file; none where it is no package of any distribution.

    Parameters:
        kind: How the build looks for it: by ``-l``, pkg-config, CMake, as a program or a header.
        name: As in the build file; what is no name (a variable) gives nothing.
        source: The file, and what was read there.
        role: Whether the build can do without.
        least: The oldest version that does, "" where none is stated.
        others: Names that the build tries after this.
    """
    tried = (name, *others)
    if kind is FileKind.LIB:
        tried = tuple(_ARCHIVE.sub(r"\1", item) for item in tried)
    names = [item for item in tried if _NAME.fullmatch(item)]
    if not names or any(_is_elsewhere(kind, item) for item in names):
        return
    meaning, minimum, sought = _meaning_of(kind, names), _version(least), (kind, names[0])
    if meaning is None:
        sort = NeedKind.TOOL if kind is FileKind.EXECUTABLE else NeedKind.LIBRARY
        files = tuple((kind, item) for item in names)
        yield BuildNeed(
            sort, label_of(kind, names[0]), source, role, minimum, files=files, sought=sought
        )
    elif meaning.startswith(_LIBRARY):
        known = meaning.removeprefix(_LIBRARY)
        links = tuple(names) if kind is FileKind.LIB else ()
        yield BuildNeed(NeedKind.LIBRARY, known, source, role, minimum, links=links, sought=sought)
    elif meaning:
        yield BuildNeed(NeedKind.TOOL, meaning, source, role)


def _is_elsewhere(kind: FileKind, name: str) -> bool:
    """Whether a name is Python's own library, or a file of Windows or macOS."""
    if kind in {FileKind.LIB, FileKind.PC} and _PYTHON.fullmatch(name):
        return True
    return kind is FileKind.LIB and _OTHER_SYSTEM.fullmatch(name) is not None


def label_of(kind: FileKind, name: str) -> str:
    """A name as people know it: ``-lrrd``, ``ipopt.pc``, ``XConfig.cmake``, ``dot``, ``rrd.h``."""
    match kind:
        case FileKind.LIB:
            return f"-l{name}"
        case FileKind.PC:
            return f"{name}.pc"
        case FileKind.CMAKE:
            return f"{name}Config.cmake"
        case _:
            return name


def _meaning_of(kind: FileKind, names: Sequence[str]) -> str | None:
    """What names mean that a build tries one after another, as `_others` has it."""
    table_kind = _TABLE_KINDS.get(kind, "header")
    library = next(filter(None, (library_called(table_kind, name) for name in names)), None)
    return _LIBRARY + library if library else _meaning(kind, names[0])


def _meaning(kind: FileKind, name: str) -> str | None:
    """What `other_names.csv` says; the names of Windows' libraries have no case."""
    found = _others().get((kind, name))
    return _others().get((kind, name.lower())) if found is None else found


@cache
def _others() -> Mapping[tuple[FileKind, str], str]:
    """`other_names.csv` by kind and name: "" for none, a tool, or ``library:`` and its name."""
    return {
        (FileKind(row["kind"]), name): row["means"]
        for row in read_table("builds/needs/other_names.csv")
        for name in row["names"].split()
    }


def _version(text: str) -> Version | None:
    with suppress(InvalidVersion):
        return Version(text.rstrip(".")) if text else None
    return None


def brought_by_requirements(facts: SourceNeedsInput) -> frozenset[str]:
    """Normalised names of what the build environment holds: CMake finds pybind11 there."""
    names = set(facts.installed)
    for line in facts.build_requires:
        with suppress(InvalidRequirement):
            names.add(canonicalize_name(Requirement(line).name))
    return frozenset(names)
