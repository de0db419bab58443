"""Which files of an sdist a build on Linux compiles, by its listing and scripts.

The lists that build descriptions give come first: sources of declared extension modules, sources
named in ``meson.build``. Where there is none, every source counts that is not among tests, for
another system or another processor. Nothing is read but what the evidence chain reads anyway.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from wheelcheck.builds.cmake.targets import cmake_work
from wheelcheck.builds.sdist.cython_options import cython_options
from wheelcheck.builds.sdist.named_sources import resolved
from wheelcheck.builds.sdist.sdist_facts import SdistFacts
from wheelcheck.builds.sdist.source_files import is_aside, is_vendored
from wheelcheck.builds.setup_script.declaration import ExtensionModule
from wheelcheck.costs.workload.cffi_declarations import named_by_cffi
from wheelcheck.costs.workload.made import (
    compiled_before,
    compiled_by_hand,
    listed_in_makefile,
    made_by_commands,
    named_parts,
)
from wheelcheck.costs.workload.meson_sources import meson_sources
from wheelcheck.costs.workload.source_kinds import (
    SourceKind,
    candidate_sources,
    is_foreign,
    source_kind,
    without_doubles,
    without_older_copies,
)
from wheelcheck.costs.workload.units import Includes, TranslationUnit
from wheelcheck.index.archives.sources.source_marks import SourceMarks

__all__ = ["SIP", "CompiledFile", "compiled_files", "has_cython"]


class CompiledFile(Struct, frozen=True):
    """One member of the sdist (its path from the root) that is compiled, and what that reads.

    `times`: CMake compiles it for so many targets.
    """

    path: str
    kind: SourceKind
    unit: TranslationUnit
    times: int = 1


_BINDERS = frozenset({"pybind11", "nanobind", "pybind11-global", "cppy"})
SIP = "sipbuild."
"""What the names of SIP's build backends begin with."""
_CYTHON_ITSELF = "Cython/Compiler/Main.py"
_QUOTED_CYTHON = re.compile(r"['\"][Cc]ython *(?:[<>=!~][^'\"]*)?['\"]")
_LISTING = frozenset({"setuptools", "pure"})
"""Kinds of backends whose scripts list extension modules: those of Poetry and PDM have hooks."""
_OF_LIBRARIES = frozenset({SourceKind.ASSEMBLY, SourceKind.C, SourceKind.CPP, SourceKind.FORTRAN})
"""What libraries are compiled from; Cython and SWIG in them are for bindings of their own."""
_SMALL = 30
_BINDS = re.compile(r"bind|wrap|/py\w+\.[a-z]+$")
_SURELY_GENERATED = 250_000
"""Bytes of a C file, beside a Python module of its name or in a project that asks for Cython."""
_BUNDLE = re.compile(r"^(lib\w{3,}|\w*(vendor|extern|third.?party|bundled|deps|_sources?)\w*)$")


def compiled_files(
    facts: SdistFacts,
    sizes: Mapping[str, int],
    texts: Mapping[str, str],
    marks: Mapping[str, SourceMarks] = MappingProxyType({}),
) -> tuple[tuple[CompiledFile, ...], tuple[CompiledFile, ...]]:
    """The files that are compiled, each once, and those that only a custom command could compile.

    Paths count from the root of the sdist.
    """
    requires = facts.system.required_names | _named(facts.build_requires)
    own = _CYTHON_ITSELF in sizes
    cython = own or has_cython(facts, texts)
    includes = Includes(sizes, marks)
    candidates = candidate_sources(sizes)
    candidates -= includes.included(candidates)
    candidates -= compiled_before(facts, sizes, texts, candidates)
    times = _by_cmake(facts, sizes, texts, candidates, cython=cython)
    chosen = set(times) or _chosen(facts, sizes, texts, candidates, cython=cython)
    if facts.system.backend.startswith(SIP):
        chosen |= {path for path in sizes if path.endswith(".sip") and not is_aside(path)}
    if cython:
        chosen |= _named_in_cython(chosen, sizes, marks)
    includes.count_readers(chosen)
    binding = _bindings(chosen) if requires & _BINDERS else set()
    unlisted = without_doubles(candidates - chosen) if chosen else set[str]()

    def described(paths: set[str]) -> tuple[CompiledFile, ...]:
        files = (
            _file(path, sizes, marks, includes.unit(path), binding=path in binding, cython=cython)
            for path in sorted(paths)
        )
        return tuple(replace(file, times=times.get(file.path, 1)) for file in files)

    return described(chosen), described(unlisted - includes.included(chosen))


def has_cython(facts: SdistFacts, texts: Mapping[str, str]) -> bool:
    """Whether the build environment has Cython: by what is required, or by a quoted requirement.

    Setup scripts that make the list of `setup_requires` up quote it somewhere.
    """
    if "cython" in facts.system.required_names | _named(facts.build_requires):
        return True
    script = texts.get("setup.py", "")
    quoted = "setup_requires" in script and _QUOTED_CYTHON.search(script) is not None
    return quoted or "cython" in facts.system.backend.lower()


def _named_in_cython(
    chosen: set[str], sizes: Mapping[str, int], marks: Mapping[str, SourceMarks]
) -> set[str]:
    """Sources that the heads of translated `.pyx` files add to their extension modules."""
    return {
        path
        for options in cython_options(marks)
        if options.path in chosen
        for name in options.sources
        for path in resolved((name, posixpath.join(posixpath.dirname(options.path), name)), sizes)
    }


def _bindings(chosen: set[str]) -> set[str]:
    """C++ that includes the binding library's headers: all of a small project, or by its name."""
    own = {path for path in chosen if source_kind(path) is SourceKind.CPP and not is_vendored(path)}
    return own if len(own) <= _SMALL else {path for path in own if _BINDS.search(path)}


def _named(requires: Iterable[str]) -> set[str]:
    return {re.split(r"[^\w.-]", text.strip(), maxsplit=1)[0].lower() for text in requires}


def _chosen(
    facts: SdistFacts,
    sizes: Mapping[str, int],
    texts: Mapping[str, str],
    candidates: set[str],
    *,
    cython: bool,
) -> set[str]:
    modules = facts.extensions
    declared = _declared(modules, cython=cython)
    if facts.kind in _LISTING:
        # where none is there: a placeholder, for which a custom command compiles something else
        listed = _listed(declared, sizes)
        if listed:
            own = {path for path in listed if _compiles(path, cython=cython)}
            untouched = _untouched(listed, candidates)
            made = (
                listed_in_makefile(facts, texts, candidates)
                or untouched
                or made_by_commands(facts, sizes, texts, own, candidates)
                or _cmake_beside(facts, sizes, texts, own)
            )
            return own | named_parts(made, sizes, texts.get("setup.py", ""))
    if facts.kind == "meson":
        listed = meson_sources(texts, sizes, candidates)
        if listed:
            return {path for path in listed if not is_foreign(path)}
    if modules and not declared:
        return set()
    by_hand = set() if modules else compiled_by_hand(facts, texts, candidates)
    if all(module.made_by.startswith("cffi") and not module.sources for module in modules):
        by_hand = by_hand or named_by_cffi(sizes, texts, candidates)
    return by_hand or without_older_copies(without_doubles(candidates))


def _by_cmake(
    facts: SdistFacts,
    sizes: Mapping[str, int],
    texts: Mapping[str, str],
    candidates: set[str],
    *,
    cython: bool,
) -> Mapping[str, int]:
    """What a CMake project compiles, where one does all the work and says what; else nothing."""
    hook = facts.kind == "pure" and facts.has("cmake-project") and not facts.extensions
    if facts.kind != "native" and not facts.leaves_all_to_cmake and not hook:
        return {}
    work = cmake_work(texts, sizes)
    named = {
        path: times
        for path, times in work.sources.items()
        if _compiles(path, cython=cython) and not is_foreign(path)
    }
    if not named:
        return {}
    below = tuple(f"{folder}/" for folder in work.unfollowed)
    unfollowed = without_older_copies({path for path in candidates if path.startswith(below)})
    beside = _cython_beside(facts, sizes, candidates)
    return dict.fromkeys(unfollowed | beside, 1) | named


def _cmake_beside(
    facts: SdistFacts, sizes: Mapping[str, int], texts: Mapping[str, str], listed: set[str]
) -> set[str]:
    """What CMake compiles for a setup script that has it make libraries for what is `listed`."""
    if facts.script is None or not any(tool == "cmake" for _, tool in facts.script.tools):
        return set()
    if not any(module.libraries for module in facts.extensions):
        return set()
    return {
        path
        for path in cmake_work(texts, sizes).sources
        if path not in listed and source_kind(path) in _OF_LIBRARIES and not is_foreign(path)
    }


def _cython_beside(facts: SdistFacts, sizes: Mapping[str, int], candidates: set[str]) -> set[str]:
    """Cython's sources for extension modules that are linked with what CMake makes.

    A setup script that gathers these in a loop has no list of sources that could be read, but it
    names libraries for them: a module that is left to CMake altogether has none.
    """
    if not any(module.libraries for module in facts.extensions):
        return set()
    return {
        path
        for path in without_doubles(candidates)
        if posixpath.splitext(path)[0] + ".pyx" in sizes
    }


def _listed(modules: Sequence[ExtensionModule], sizes: Mapping[str, int]) -> set[str]:
    """The members that extension modules list; none where one of them lists no sources."""
    sources = [module.sources or () for module in modules]
    if not all(sources):
        return set()
    return resolved(chain.from_iterable(sources), sizes, copies=True)


def _declared(modules: Iterable[ExtensionModule], *, cython: bool) -> list[ExtensionModule]:
    """Extension modules that a build makes; not those that ask for a Cython which is not there."""
    return [
        module
        for module in modules
        if cython or not any("cython" in condition.lower() for condition in module.supposing)
    ]


def _compiles(path: str, *, cython: bool) -> bool:
    """Whether a listed source costs a compiler's time; a `.py` among them is Cython's."""
    return source_kind(path) is not None or (path.endswith(".py") and cython)


def _untouched(listed: set[str], candidates: set[str]) -> set[str]:
    """Bundled libraries that no extension module lists: something else compiles them."""
    tops = {path.split("/", 1)[0] for path in listed}
    return {
        path
        for path in candidates
        if "/" in path and (top := path.split("/", 1)[0].lower()) not in tops and _BUNDLE.match(top)
    }


def _file(
    path: str,
    sizes: Mapping[str, int],
    marks: Mapping[str, SourceMarks],
    unit: TranslationUnit,
    *,
    binding: bool,
    cython: bool,
) -> CompiledFile:
    kind = source_kind(path) or SourceKind.CYTHON
    if kind not in {SourceKind.C, SourceKind.CPP}:
        return CompiledFile(path, kind, unit)
    if path in marks:
        # SWIG's C is as cheap as Cython's: 4,202 lines of jieba-fast take 0.34 s (data/builds)
        programs = ("cython", "swig") if kind is SourceKind.C else ("cython",)
        written = marks[path].generator.startswith(programs)
        binding = unit.binds
    else:
        written = _looks_written(path, sizes, cython=cython)
    if written:
        kind = SourceKind.GENERATED_C
    elif binding and kind is SourceKind.CPP:
        kind = SourceKind.BINDING
    return CompiledFile(path, kind, unit)


def _looks_written(path: str, sizes: Mapping[str, int], *, cython: bool) -> bool:
    """Whether Cython wrote a file, by its name and size alone."""
    stem = posixpath.splitext(path)[0]
    beside = f"{stem}.py" in sizes or (cython and not is_vendored(path))
    return f"{stem}.pyx" in sizes or (beside and sizes[path] > _SURELY_GENERATED)
