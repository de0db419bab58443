"""What a CMake project looks for, and the languages that it compiles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec.structs import replace

from wheelcheck.builds.cmake.commands import CMakeCommand, cmake_commands
from wheelcheck.builds.cmake.demands import in_any_case, library_names
from wheelcheck.builds.cmake.roots import cmake_roots, command_line_defines, library_roots
from wheelcheck.builds.needs.build_need import (
    CMAKE_BACKENDS,
    BuildNeed,
    NeedKind,
    Role,
    SourceNeedsInput,
)
from wheelcheck.builds.needs.build_systems.cmake_absent import is_there, with_sure_fallbacks
from wheelcheck.builds.needs.build_systems.cmake_fetched import (
    FOUND,
    fetched_else,
    found_first,
    populated,
)
from wheelcheck.builds.needs.build_systems.cmake_links import linked_needs
from wheelcheck.builds.needs.build_systems.cmake_modules import (
    MODULE_WORDS,
    by_own_module,
    pkg_config_of_modules,
)
from wheelcheck.builds.needs.names import brought_by_requirements, need_called
from wheelcheck.builds.needs.toolchain import program_need
from wheelcheck.builds.sdist.build_files import cmake_languages
from wheelcheck.builds.sdist.source_files import is_aside
from wheelcheck.distributions.debian_package import FileKind
from wheelcheck.requirements.projects.project_modules import backend_module

__all__ = ["cmake_needs", "states_languages"]

_VERSION = re.compile(r"\d[\d.]*")
_PATCHES = re.compile(
    r"(?:(?P<git>\$\{GIT_EXECUTABLE\}|git) apply"
    r"|(?:\$\{P(?:ATCH|atch)_EXECUTABLE\}|patch) -.*)"
)
_PROJECT = re.compile(r"^[ \t]*project\s*\(", re.IGNORECASE | re.MULTILINE)
_NEVER = {"mesonpy", "maturin", "flit_core", "uv_build"}
"""Backends that do not run CMake, but for Meson's subprojects."""
_USES = re.compile(r"(?i)cmake|skbuild")


def cmake_needs(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    """Libraries and programs that CMake looks for; without REQUIRED, or conditional, optional."""
    roots = cmake_roots(facts.texts) or library_roots(facts.texts)
    doubtful = bool(roots) and not _is_used(facts)
    for root in roots:
        every = cmake_commands(facts.texts, root, command_line_defines(facts.texts))
        commands = in_any_case([command for command in every if not is_aside(command.path)])
        commands = with_sure_fallbacks(commands, facts.texts, brought_by_requirements(facts))
        # SWIG's interfaces nothing else could translate
        demanded = _demanded(commands) | (facts.languages.keys() & {"swig"})
        demanded |= populated(commands) | _used(commands)
        fetched = fetched_else(commands)
        found = [
            (command, by_own_module(need, facts.texts))
            for command in (*commands, *filter(None, map(found_first, commands)))
            for need in _needs_of(command, demanded, fetched)
        ]
        found += pkg_config_of_modules(found, facts.texts)
        found += linked_needs(commands, facts.texts)
        found += _made_by_programs(commands)
        alone = not any(need.is_required_library for _, need in found)
        for command, need in found:
            required = need.role is Role.REQUIRED or (alone and _links(command, need))
            yield _as(Role.OPTIONAL if doubtful else Role.REQUIRED, need) if required else need


def _links(command: CMakeCommand, need: BuildNeed) -> bool:
    """Whether a command looks in any case for a library that some distribution has.

    Where a project names no library as required, it wants what it looks for with ``find_library``:
    nothing but its own words would say that it does without.
    """
    return is_there(need) and command.sure and command.name == "find_library"


def states_languages(facts: SourceNeedsInput) -> bool:
    """Whether CMake alone compiles, and its project says which languages it does."""
    tools = {tool for _, tool in facts.tools_run}
    if facts.left_to_cmake and tools and "cmake" not in tools:  # make, or a configure script
        return False
    return facts.is_by_cmake_alone and any(
        _PROJECT.search(facts.texts[root]) for root in cmake_roots(facts.texts)
    )


def _as(role: Role, need: BuildNeed) -> BuildNeed:
    return need if need.role is role else replace(need, role=role)


def _is_used(facts: SourceNeedsInput) -> bool:
    """Whether the build runs CMake at all: many a library's own files are shipped beside."""
    backend = backend_module(facts.backend)
    if backend in CMAKE_BACKENDS or any(_USES.search(line) for line in facts.build_requires):
        return True
    if backend in _NEVER:
        return any("cmake.subproject" in text for text in facts.texts.values())
    scripts = [text for path, text in facts.texts.items() if path.endswith(".py")]
    return not scripts or any(_USES.search(text) for text in scripts)


def _demanded(commands: Sequence[CMakeCommand]) -> frozenset[str]:
    """What a project ends for want of: ``if(NOT X_FOUND)`` and then ``message(FATAL_ERROR …)``."""
    found: set[str] = set()
    for command in commands:
        if command.name == "message" and command.words[:1] in (("FATAL_ERROR",), ("SEND_ERROR",)):
            words = command.conditions
            for negation, word in pairwise(words):
                match = FOUND.fullmatch(word) if negation == "NOT" else None
                if match:
                    found |= {match[1].lower(), word.lower()}
    return frozenset(found)


def _used(commands: Sequence[CMakeCommand]) -> frozenset[str]:
    """Packages whose commands or targets a project uses, whether it has found them or not.

    Not those of which it asks somewhere whether they were found, or are targets.
    """
    sure = [command for command in commands if command.sure]
    found = {_COMMANDS_OF[command.name] for command in sure if command.name in _COMMANDS_OF}
    for command in sure:
        if command.name == "target_link_libraries":
            parts = (word.partition("::") for word in command.words[1:])
            found |= {name.lower() for name, colons, _ in parts if colons and "$" not in name}
    conditions = " ".join(word.lower() for command in commands for word in command.conditions)
    return frozenset(
        name
        for name in found
        if f"{name}_found" not in conditions and f"{name}::" not in conditions
    )


_COMMANDS_OF = {
    "bison_target": "bison", "flex_target": "flex", "protobuf_generate": "protobuf",
    "protobuf_generate_cpp": "protobuf", "swig_add_library": "swig", "swig_add_module": "swig",
    "qt5_add_resources": "qt5", "qt5_wrap_cpp": "qt5", "qt_add_library": "qt6",
}  # fmt: skip
"""Commands of packages (cmake.org/cmake/help/latest/manual/cmake-modules.7.html; doc.qt.io)."""


def _needs_of(
    command: CMakeCommand, demanded: frozenset[str], fetched: frozenset[str]
) -> Iterator[BuildNeed]:
    words = command.words
    if not words or command.name not in _READERS:
        return
    first = words[0].lower()
    wanted = "REQUIRED" in words or first in demanded
    role = _role(command, wanted=wanted)
    for need in _READERS[command.name](command, role):
        if command.name == "find_package" and first in fetched:
            # what no distribution has is fetched, so that nothing is missing
            role = _role(command, wanted=True) if is_there(need) else Role.OPTIONAL
            yield _as(role, need)
        else:
            yield need


def _role(command: CMakeCommand, *, wanted: bool) -> Role:
    return Role.REQUIRED if command.sure and wanted else Role.OPTIONAL


def _package(command: CMakeCommand, role: Role) -> Iterator[BuildNeed]:
    name = command.words[0]
    if name in _CUDA:
        yield from program_need("nvcc", f"{command.path}: find_package({name})", role)
        return
    if name in {"OpenACC", "OpenMP"} and command.off:  # the compiler has it, and does not use it
        return
    least = command.words[1] if len(command.words) > 1 else ""
    source = f"{command.path}: find_package({name})"
    # without REQUIRED a later line may be content with an older release
    stated = least if _VERSION.fullmatch(least) and "REQUIRED" in command.words else ""
    yield from need_called(FileKind.CMAKE, name, source, role, stated)


def _modules(command: CMakeCommand, role: Role) -> Iterator[BuildNeed]:
    yield BuildNeed(NeedKind.TOOL, "pkg-config", f"{command.path}: {command.name}()", role)
    wanted = [word for word in command.words[1:] if word not in MODULE_WORDS]
    groups = [[word] for word in wanted]
    if command.name == "pkg_search_module" and wanted:  # the first that is there
        groups = [wanted]
    for group in groups:
        name, *versions = re.split(r"([<>=]+)", group[0])
        source = f"{command.path}: {command.name}({name})"
        least = versions[1] if versions and versions[0].startswith(">") else ""
        yield from need_called(FileKind.PC, name, source, role, least, group[1:])


def _library(command: CMakeCommand, role: Role) -> Iterator[BuildNeed]:
    names = [name.removeprefix("lib") for name in library_names(command.words)]
    if names:
        source = f"{command.path}: find_library({names[0]})"
        yield from need_called(FileKind.LIB, names[0], source, role, others=names[1:])


def _program(command: CMakeCommand, role: Role) -> Iterator[BuildNeed]:
    for name in library_names(command.words)[:1]:
        yield from program_need(name, f"{command.path}: find_program({name})", role)


def _patching(command: CMakeCommand, _role: Role) -> Iterator[BuildNeed]:
    """The program by which a project patches its sources: without it, others are compiled."""
    for program, following in pairwise(command.words):
        match = _PATCHES.fullmatch(f"{program} {following}")
        if match:
            name = "git" if match["git"] else "patch"
            source = f"{command.path}: {command.name}() patches sources with {name}"
            yield from program_need(name, source, Role.REQUIRED)
            return


def _made_by_programs(commands: Sequence[CMakeCommand]) -> Iterator[tuple[CMakeCommand, BuildNeed]]:
    """The build tools that targets in ``ALL`` start, and those that make files for these."""
    sure = [command for command in commands if command.sure]
    always = [each for each in sure if each.name == "add_custom_target" and "ALL" in each.words]
    files = {word for each in always for word in each.words[1:]}
    always += [
        each
        for each in sure
        if each.name == "add_custom_command" and each.words[:1] == ("OUTPUT",)
        if not files.isdisjoint(each.words[1:])
    ]
    for command in always:
        for word, program in pairwise(command.words):
            if word == "COMMAND" and program in _BUILD_TOOLS:
                source = f"{command.path}: {command.name}() runs {program}"
                yield from ((command, need) for need in program_need(program, source))


_BUILD_TOOLS = {"bison", "flex", "make", "swig"}


def _fetching(command: CMakeCommand, role: Role) -> Iterator[BuildNeed]:
    """Git, by which CMake fetches the sources of another project."""
    if "GIT_REPOSITORY" in command.words and "FIND_PACKAGE_ARGS" not in command.words:
        if command.name == "externalproject_add":
            role = _role(command, wanted=True)
        source = f"{command.path}: {command.name}({command.words[0]}) clones a repository"
        yield from program_need("git", source, role)


def _part_of_x11(command: CMakeCommand, _role: Role) -> Iterator[BuildNeed]:
    """A library of X11 for want of which a project ends: ``if(NOT X11_Xrandr_INCLUDE_PATH)``.

    ``find_package(X11)`` is content without them, and sets a variable for each (FindX11.cmake).
    """
    negation, variable = ("", "", *command.conditions)[-2:]
    match = _X11_PART.fullmatch(variable) if negation == "NOT" else None
    if match and command.words[:1] == ("FATAL_ERROR",) and command.way is not None:
        name = _X11_MODULES.get(match[1], match[1].lower())
        yield from need_called(FileKind.PC, name, f"{command.path}: ends without {match[1]} of X11")


_X11_PART = re.compile(r"X11_(\w+)_(?:FOUND|INCLUDE_PATH|LIB)")
_X11_MODULES = {
    "Xshape": "xext", "Xkb": "x11", "XTest": "xtst", "Xinput": "xi", "Xss": "xscrnsaver",
    "xf86vmode": "xxf86vm",
}  # fmt: skip
"""Modules of pkg-config that are called otherwise than CMake calls the library."""


def _languages(command: CMakeCommand, role: Role) -> Iterator[BuildNeed]:
    """The compilers of ``project()`` and ``enable_language()``, which CMake looks for at once."""
    role = Role.REQUIRED if command.sure else Role.OPTIONAL
    words = list(command.words)
    languages = cmake_languages(words) if command.name == "project" else words[:1]
    for language in languages:
        if language == "CUDA":
            source = f"{command.path}: {command.name}() compiles CUDA"
            yield from program_need("nvcc", source, role)
        if language in _COMPILERS:
            source = f"{command.path}: {command.name}() compiles {language}"
            yield BuildNeed(NeedKind.TOOL, _COMPILERS[language], source, role)


_CUDA = frozenset({"CUDA", "CUDAToolkit"})
"""Names by which CMake's own modules look for NVIDIA's toolkit (cmake.org, FindCUDAToolkit)."""
_COMPILERS = {"C": "c", "CXX": "c++", "Fortran": "fortran", "ASM_NASM": "nasm"}
_READERS = {
    "project": _languages,
    "enable_language": _languages,
    "find_package": _package,
    "find_dependency": _package,
    "pkg_check_modules": _modules,
    "pkg_search_module": _modules,
    "find_library": _library,
    "find_program": _program,
    "execute_process": _patching,
    "message": _part_of_x11,
    "externalproject_add": _fetching,
    "fetchcontent_declare": _fetching,
}
