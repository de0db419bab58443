"""Which compilers and build tools a source build needs, and which of them PyPI brings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from types import MappingProxyType
from typing import Any

from msgspec.structs import replace
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from wheelcheck.builds.meson.branches import MesonProject, runs_meson
from wheelcheck.builds.needs.build_need import (
    BuildNeed,
    NeedKind,
    Role,
    SourceNeedsInput,
    strongest,
)
from wheelcheck.builds.needs.names import brought_by_requirements, need_called
from wheelcheck.builds.sdist.build_files import without_comments
from wheelcheck.builds.sdist.build_system import read_toml, strings, table
from wheelcheck.builds.sdist.source_files import is_vendored
from wheelcheck.distributions.debian_package import FileKind
from wheelcheck.errors import Unknown
from wheelcheck.tables import read_table

__all__ = [
    "COMPILERS",
    "command_needs",
    "program_need",
    "tool_table",
    "toolchain_needs",
    "tools_on_pypi",
]

_LONG = 1_000_000
_CMAKE_MINIMUM = re.compile(
    r"\bcmake_minimum_required\s*\(\s*VERSION\s+([\d.]+?)(?:\.\.\.[\d.]+)?[\s)]", re.IGNORECASE
)
_MESON_MINIMUM = re.compile(r"\bmeson_version\s*:\s*'\s*>=?\s*([\d.]+)")
_RUST_EXTENSION = re.compile(r"\brust[-_]version\s*=\s*[\"']>=?\s*([\d.]+)[\"']")
_MESON_PROGRAM = re.compile(r"\bfind_program\s*\(([^)]{0,300})\)")
_MESON_LANGUAGES = re.compile(r"\badd_languages\s*\(([^)]{0,300})\)")
_MESON_PROJECT = re.compile(r"\bproject\s*\(\s*'[^']{0,200}'\s*,?([^)]{0,2000})")
_KEYWORD = re.compile(r"\b[a-z_]+\s*:")
_SPARED = re.compile(r"required\s*:\s*(?:false|get_option)")
_QUOTED = re.compile(r"'([^']{1,60})'")
_COMPILER = re.compile(r"(?:dep:)?virtual[:/]+compiler/([a-z+]+)")
_WRAPPER = re.compile(r"_?wrap\w*\.(c|cc|cpp|cxx)$")
_LANGUAGES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "c": ("c",),
        "c++": ("c++",),
        "cpp": ("c++",),
        "cython": ("c",),
        "assembly": ("c",),
        "fortran": ("fortran",),
        "rust": ("rust",),
        "go": ("go",),
        "swig": ("swig", "c"),
        "cuda": (),
    }
)
_SPEAKS_OF_RUST = re.compile(r"RustExtension|RustBin|rust_extensions|tool\.setuptools-rust")
_PYQT_BUILDER = "pyqt-builder"
_PYQT = re.compile(r"(?i)pyqt([56])")
COMPILERS = frozenset({"c", "c++", "fortran"})
"""The tools by which languages are compiled that every distribution's compilers take."""
_EDITIONS: Mapping[str, str] = MappingProxyType({"2018": "1.31", "2021": "1.56", "2024": "1.85"})
"""The Rust release that brought each edition (doc.rust-lang.org/edition-guide)."""


@cache
def _called_for_by() -> Mapping[str, tuple[str, ...]]:
    """Tools that the system must have for a build requirement (`compiling_tools.csv`)."""
    return {
        row["name"]: tuple(row["needs"].split())
        for row in read_table("builds/sdist/compiling_tools.csv")
    }


@cache
def tools_on_pypi() -> Mapping[str, str]:
    """Distributions that bring a tool from PyPI: normalised name → tool (`toolchain.csv`)."""
    return {row["pypi"]: tool for tool, row in tool_table().items() if row["pypi"]}


@cache
def tool_table() -> Mapping[str, Mapping[str, str]]:
    """`toolchain.csv` by tool."""
    return {row["tool"]: row for row in read_table("builds/needs/toolchain.csv")}


def toolchain_needs(
    facts: SourceNeedsInput, *, guess_compilers: bool = True
) -> tuple[BuildNeed, ...]:
    """The tools a build runs, each once, with the least version that the build files state.

    `guess_compilers` concludes from sources and build requirements which compilers there must be;
    not needed where the build files say it themselves.
    """
    guessed = (*_from_requirements(facts), *_from_languages(facts))
    needs = strongest(
        (
            *(need for need in guessed if guess_compilers or need.name not in COMPILERS),
            *_from_meson_programs(facts),
            *command_needs(facts),
            *_from_external(facts),
            *_from_pyqt_builder(facts),
        )
    )
    minima = _minima(facts)
    return tuple(
        replace(need, minimum_version=minima[need.name][0], source=minima[need.name][1])
        if need.name in minima
        else need
        for need in needs
    )


def _tool(name: str, source: str, **more: Any) -> BuildNeed:
    return BuildNeed(NeedKind.TOOL, name, source, **more)


def _from_requirements(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    """What build requirements call for, and the tools among what is installed for the build."""
    stated: dict[str, str] = {}
    for line in facts.build_requires:
        with suppress(InvalidRequirement):
            stated.setdefault(canonicalize_name(Requirement(line).name), line)
    for name, line in stated.items():
        unused = name == "setuptools-rust" and not _has_crate(facts)
        for tool in () if unused else _called_for_by().get(name, ()):
            yield _tool(tool, f"build requirement {line}")
    for name, tool in tools_on_pypi().items():
        if name in stated or name in facts.installed:
            message = f"build requirement {stated[name]}" if name in stated else f"{name} from PyPI"
            yield _tool(tool, message, from_pypi=True)


def _has_crate(facts: SourceNeedsInput) -> bool:
    """Whether there may be a crate to build: its sources, or build files that speak of one."""
    if "rust" in facts.languages or "setup.py" not in facts.texts:
        return True
    crate = any(path.endswith("Cargo.toml") for path in (*facts.members, *facts.texts))
    return crate or any(map(_SPEAKS_OF_RUST.search, facts.texts.values()))


def _from_languages(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    used = runs_meson(facts.backend, facts.build_requires, facts.texts)
    meson = [path for path in facts.texts if used and path.endswith("meson.build")]
    for language, place in facts.languages.items():
        # Meson says itself which languages it compiles; stray sources then mean nothing.
        if meson and language in {"fortran", "rust"}:
            continue
        # A crate builds only where something calls cargo, which other readings find.
        if language in {"rust", "go", "swig"} and language not in _called_for(facts):
            continue
        for tool in _LANGUAGES.get(language, ()):
            yield _tool(tool, place)
    for path in meson:
        yield from _meson_languages(path, without_comments(facts.texts[path][:_LONG]))


def _called_for(facts: SourceNeedsInput) -> set[str]:
    """Languages whose sources count although other builds ship such files without using them."""
    called = {"swig"} if _translates_interfaces(facts) else set()
    runs = (need for where, tool in facts.tools_run for need in program_need(tool, where))
    return called | {need.name for need in runs}


def _translates_interfaces(facts: SourceNeedsInput) -> bool:
    """Whether SWIG translates an interface: a declared one, or one whose wrapper is not shipped."""
    place = facts.languages.get("swig", "")
    if not place or "setup.py" in place:
        return bool(place)
    wrapped = any(_WRAPPER.search(path) for path in facts.members)
    return not wrapped and "swig" in facts.texts.get("setup.py", "")


def _meson_languages(path: str, text: str) -> Iterator[BuildNeed]:
    project = _MESON_PROJECT.search(text)
    if project is not None:
        for language in _QUOTED.findall(_KEYWORD.split(project.group(1))[0]):
            for tool in _LANGUAGES.get(language, ()):
                yield _tool(tool, f"{path}: project()")
    for match in _MESON_LANGUAGES.finditer(text):
        positional = _KEYWORD.split(match.group(1))[0]
        role = Role.OPTIONAL if _SPARED.search(match.group(1)) else Role.REQUIRED
        for language in _QUOTED.findall(positional):
            for tool in _LANGUAGES.get(language, ()):
                yield _tool(tool, f"{path}: add_languages()", role=role)


def _from_meson_programs(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    """Programs but for the project's own scripts, which Meson looks for first."""
    if not runs_meson(facts.backend, facts.build_requires, facts.texts):
        return
    for file in MesonProject.of(facts.texts).files:
        if not is_vendored(file.path):
            for match in _MESON_PROGRAM.finditer(file.text):
                state = file.state(match.start())
                if state is not False:
                    yield from _meson_program(match[1], file.path, facts, sure=bool(state))


def _meson_program(
    arguments: str, path: str, facts: SourceNeedsInput, *, sure: bool
) -> Iterator[BuildNeed]:
    """The first program of a ``find_program``; `sure` says that its statement runs."""
    role = Role.REQUIRED if sure and not _SPARED.search(arguments) else Role.OPTIONAL
    for program in _QUOTED.findall(_KEYWORD.split(arguments)[0])[:1]:
        beside = f"{path.removesuffix('meson.build')}{program}"
        if "/" not in program and beside not in facts.members:
            yield from program_need(program, f"{path}: find_program('{program}')", role)


def _minima(facts: SourceNeedsInput) -> Mapping[str, tuple[Version, str]]:
    """The highest of the least versions that build files state, by tool, with the place."""
    found: dict[str, tuple[Version, str]] = {}
    for tool, version, source in (*_stated_minima(facts), *_rust_minima(facts)):
        if tool not in found or found[tool][0] < version:
            found[tool] = (version, source)
    return found


def _stated_minima(facts: SourceNeedsInput) -> Iterator[tuple[str, Version, str]]:
    for tool, name, pattern in (
        ("cmake", "CMakeLists.txt", _CMAKE_MINIMUM),
        ("meson", "meson.build", _MESON_MINIMUM),
    ):
        for path, text in facts.own_texts(name):
            match = pattern.search(without_comments(text))
            version = _version(match.group(1)) if match else None
            if version is not None:
                yield tool, version, f"{path} wants {tool} >= {version}"


def _rust_minima(facts: SourceNeedsInput) -> Iterator[tuple[str, Version, str]]:
    """The least Rust each crate states: `rust-version`, and what its edition came with."""
    for path, text in facts.own_texts("Cargo.toml"):
        document = read_toml(text)
        if isinstance(document, Unknown):
            continue
        for owner in (table(document, "package"), table(document, "workspace", "package")):
            stated = owner.get("rust-version")
            edition = owner.get("edition")
            for word, value in (
                ("rust-version", stated),
                (f"edition {edition}", _EDITIONS.get(str(edition))),
            ):
                version = _version(value) if isinstance(value, str) else None
                if version is not None:
                    yield "rust", version, f"{path}: {word} needs Rust >= {version}"
    for name in ("setup.py", "pyproject.toml"):
        for path, text in facts.own_texts(name):
            match = _RUST_EXTENSION.search(without_comments(text))
            version = _version(match.group(1)) if match else None
            if version is not None:
                yield "rust", version, f"{path}: setuptools-rust asks for Rust >= {version}"


def command_needs(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    """The tools that custom commands of the build scripts start."""
    for place, program in facts.tools_run:
        yield from program_need(program, f"{place} runs {program}")


def program_need(program: str, source: str, role: Role = Role.REQUIRED) -> Iterator[BuildNeed]:
    """The need behind a program that a build runs or looks for; none for what every image has."""
    yield from need_called(FileKind.EXECUTABLE, program.rpartition("/")[2], source, role)


def _from_external(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    """Compilers that `[external]` of pyproject.toml names (PEP 725): ``dep:virtual/compiler/c``."""
    document = read_toml(facts.texts.get("pyproject.toml", ""))
    if isinstance(document, Unknown):
        return
    for line in strings(table(document, "external").get("build-requires")):
        compiler = _COMPILER.fullmatch(line.split("@")[0])
        for tool in _LANGUAGES.get(compiler.group(1), ()) if compiler else ():
            yield _tool(tool, f"pyproject.toml: external.build-requires {line}")


def _from_pyqt_builder(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    """The Qt whose qmake PyQt-builder runs (pyqtbuild/builder.py): that of the PyQt it binds to."""
    brought = brought_by_requirements(facts)
    if _PYQT_BUILDER not in brought or not facts.backend.startswith("sipbuild"):
        return
    texts = (facts.texts.get(path, "") for path in ("pyproject.toml", "project.py"))
    bound = next(filter(None, map(_PYQT.search, (facts.name, *texts))), None)
    source = "PyQt-builder runs qmake"
    if bound is None:
        yield from program_need("qmake", source)
    else:
        yield BuildNeed(NeedKind.LIBRARY, f"qt{bound[1]}", source)


def _version(text: str) -> Version | None:
    try:
        return Version(text.rstrip("."))
    except InvalidVersion:
        return None
