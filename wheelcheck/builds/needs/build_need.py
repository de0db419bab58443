"""What a source build asks of the system, as values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from msgspec import Struct
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.builds.needs.python_headers import declared_for_python, may_be_for_python
from wheelcheck.builds.needs.sure_headers import is_outside, sure_headers
from wheelcheck.builds.sdist.cffi_sources import cffi_headers
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.cython_options import CythonOptions, cython_options
from wheelcheck.builds.sdist.sdist_facts import SdistFacts
from wheelcheck.builds.sdist.source_files import is_aside, is_vendored
from wheelcheck.builds.setup_script.declaration import ExtensionModule, SetupScript
from wheelcheck.distributions.debian_package import FileKind
from wheelcheck.index.archives.sources.languages import Language, language_of
from wheelcheck.requirements.projects.project_modules import backend_module

__all__ = [
    "CMAKE_BACKENDS",
    "BuildNeed",
    "NeedKind",
    "Role",
    "SourceNeedsInput",
    "needs_input",
    "strongest",
]

_LONG = 1_000_000
CMAKE_BACKENDS = frozenset({"cmeel", "py_build_cmake", "scikit_build_core"})
"""Backends that leave all compiling to a CMake project, by the first part of their name."""


class NeedKind(StrEnum):
    """Whether a need is a program to run or a library to link with."""

    TOOL = "tool"
    LIBRARY = "library"


class Role(StrEnum):
    """How much a build depends on it; strongest first."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    """Used where it is there; the build goes on without it."""
    BUNDLED = "bundled"
    """The sdist compiles (or downloads) its own copy unless configured otherwise."""


class BuildNeed(Struct, frozen=True):
    """One thing a build needs, by its name in `toolchain.csv` or `libraries.csv`.

    What no table knows has the name of the file that the build looks for, and `files` says how it
    does, in the order in which names are tried; the target's distribution may hold none of them.
    `source` says who says so: a row of a table, or the file it was read from. `inferred` marks
    what was concluded rather than known. `from_pypi` says that the build requires or the backend
    fetch it as a distribution, so that the system need not have it (if that has a wheel there).
    `links` are the names behind ``-l`` by which a build file links with it, where one says so, and
    `sought` is how a build file looks for it: the kind of file, and the name.
    """

    kind: NeedKind
    name: str
    source: str
    role: Role = Role.REQUIRED
    minimum_version: Version | None = None
    from_pypi: bool = False
    inferred: bool = True
    files: tuple[tuple[FileKind, str], ...] = ()
    links: tuple[str, ...] = ()
    sought: tuple[FileKind, str] | None = None

    @property
    def is_required_library(self) -> bool:
        """Whether it is a library that the build cannot do without."""
        return self.kind is NeedKind.LIBRARY and self.role is Role.REQUIRED


@dataclass(frozen=True, slots=True)
class SourceNeedsInput:
    """The facts of one sdist that say what building it needs. Paths count from its root.

    `languages` maps each compiled language to the place it was seen; `extension_libraries` are
    the ``libraries=`` of declared extension modules as (place, names of which one is linked with,
    whether the build can do without), `tools_run` the build tools that custom commands start as
    (place, name), `decided` the conditions of scripts, by file and line, that have one answer in
    this build. `headers` are those that sources include in angle brackets and the sdist has not,
    with how many do; `sure_headers` those that certain sources must have, with the file that
    includes each, and `unmet_headers` those in quotes that nothing known brings. `vendored` are
    member paths of shared libraries that a wheel of the release carries. `installed` are the names
    of what the build environment holds besides the build requirements stated, as far as known: what
    these pull in, and what the backend adds. `left_to_cmake` says that the setup script has CMake
    compile everything. `for_python` is a place that has the build include CPython's headers for
    certain, `perhaps_for_python` a source that may.
    """

    name: NormalizedName
    version: Version
    backend: str = ""
    build_requires: tuple[str, ...] = ()
    languages: Mapping[str, str] = field(default_factory=dict, hash=False)
    members: tuple[str, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict, hash=False)
    extension_libraries: tuple[tuple[str, tuple[str, ...], bool], ...] = ()
    tools_run: tuple[tuple[str, str], ...] = ()
    decided: Mapping[tuple[str, int], bool] = field(default_factory=dict, hash=False)
    headers: Mapping[str, int] = field(default_factory=dict, hash=False)
    sure_headers: Mapping[str, str] = field(default_factory=dict, hash=False)
    unmet_headers: Mapping[str, str] = field(default_factory=dict, hash=False)
    vendored: tuple[str, ...] = ()
    installed: frozenset[str] = frozenset()
    left_to_cmake: bool = False
    for_python: str = ""
    perhaps_for_python: str = ""

    @property
    def is_by_cmake_alone(self) -> bool:
        """Whether backend or setup script have CMake compile everything."""
        return self.left_to_cmake or backend_module(self.backend) in CMAKE_BACKENDS

    def own_texts(self, *names: str) -> Iterator[tuple[str, str]]:
        """The project's own files of some names, with their paths and the head of their texts."""
        for path, text in self.texts.items():
            if path.rpartition("/")[2] in names and not is_aside(path) and not is_vendored(path):
                yield path, text[:_LONG]

    def decided_in(self, path: str) -> Mapping[int, bool]:
        """The conditions of a script that have one answer, by their line."""
        return {line: answer for (at, line), answer in self.decided.items() if at == path}


def needs_input(
    name: NormalizedName,
    version: Version,
    facts: SdistFacts,
    contents: SdistContents,
) -> SourceNeedsInput:
    """Gather what needs are derived from, out of an sdist's facts and contents."""
    scripts, extensions = facts.scripts, facts.extensions
    translated = _translated(facts, contents)
    headers = sure_headers(facts, extensions, contents)
    for_python = may_be_for_python(contents)
    meson = contents.texts if facts.kind == "meson" else {}
    return SourceNeedsInput(
        name=name,
        version=version,
        backend=facts.system.backend,
        build_requires=(*facts.build_requires, *facts.hook.requires),
        languages=_languages(facts, extensions, translated),
        members=tuple(contents.sizes),
        texts=contents.texts,
        extension_libraries=tuple(_extension_libraries(scripts, translated)),
        tools_run=tuple(place for script in scripts for place in script.tools),
        headers=_headers(contents),
        sure_headers={**cffi_headers(contents.texts), **headers.of_system},
        unmet_headers=headers.unmet,
        left_to_cmake=facts.leaves_all_to_cmake,
        for_python=headers.for_python or declared_for_python(extensions, meson, for_python),
        perhaps_for_python=for_python,
        decided={
            (path, line): answer for script in scripts for path, line, answer in script.decided
        },
    )


def _languages(
    facts: SdistFacts, extensions: Sequence[ExtensionModule], translated: Iterable[CythonOptions]
) -> dict[str, str]:
    """Each compiled language, and where it was seen: in declared sources, else in all."""
    languages: dict[str, str] = {}
    if extensions and all(module.sources for module in extensions):
        languages |= _declared_languages(extensions)
    if not languages:
        for count in facts.sources:
            if count.files:
                languages[count.language.value] = f"{count.files} source files in the sdist"
    for options in translated:
        own = [language_of(path) for path in options.sources]
        if options.cplus or Language.CPP in own:
            languages.setdefault(Language.CPP.value, f"{options.path}: its first lines")
    return languages


def _declared_languages(extensions: Iterable[ExtensionModule]) -> dict[str, str]:
    languages: dict[str, str] = {}
    for module in extensions:
        for path in module.sources or ():
            language = language_of(path)
            if language is not None:
                languages.setdefault(language.value, f"{module.where}: {path}")
    return languages


def _extension_libraries(
    scripts: Iterable[SetupScript], translated: Iterable[CythonOptions]
) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    """The libraries of extension modules: place, names, whether the build can do without."""
    for script in scripts:
        for module in script.extensions:
            optional = module.optional or bool(script.forgiving or module.supposing)
            for name in module.libraries:
                yield module.where, (name,), optional or name in script.perhaps_sources
            yield from ((module.where, names, optional) for names in module.alternatives)
    for options in translated:
        yield from ((options.path, (name,), False) for name in options.libraries)


def _translated(facts: SdistFacts, contents: SdistContents) -> tuple[CythonOptions, ...]:
    """The options at the heads of Cython sources, where the build has Cython read them."""
    names = {
        re.split(r"[^\w.-]", text.strip(), maxsplit=1)[0].lower() for text in facts.build_requires
    }
    if "cython" not in names | facts.system.required_names:
        return ()
    return tuple(cython_options(contents.marks))


def _headers(contents: SdistContents) -> dict[str, int]:
    """Headers that the project's own sources include, and that are no files of the sdist."""
    found: Counter[str] = Counter(
        name[1:]
        for path, marks in contents.marks.items()
        if language_of(path) is not None and not is_aside(path)
        for name in marks.includes
        if is_outside(name)
    )
    own = contents.file_names
    return {name: count for name, count in found.items() if name.rpartition("/")[2] not in own}


_ROLES = list(Role)


def strongest(needs: Iterable[BuildNeed]) -> tuple[BuildNeed, ...]:
    """One need for each thing: the strongest role, the highest minimum, the first source of it.

    What one way brings from PyPI need not come from the system, whatever else needs it.
    """
    best: dict[tuple[NeedKind, str], BuildNeed] = {}
    for need in needs:
        key = (need.kind, need.name)
        known = best.get(key)
        best[key] = need if known is None else _merged(known, need)
    return tuple(best.values())


def _merged(first: BuildNeed, second: BuildNeed) -> BuildNeed:
    lead = min(first, second, key=lambda need: _ROLES.index(need.role))
    minima = [need.minimum_version for need in (first, second) if need.minimum_version]
    least = max(minima, default=None)
    other = second if lead is first else first
    differs = least is not None and least != lead.minimum_version
    return BuildNeed(
        lead.kind,
        lead.name,
        f"{lead.source}; {other.source}" if differs else lead.source,
        lead.role,
        least,
        first.from_pypi or second.from_pypi,
        first.inferred and second.inferred,
        lead.files,
        tuple(dict.fromkeys((*first.links, *second.links))),
        lead.sought,
    )
