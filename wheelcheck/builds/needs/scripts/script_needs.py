"""What setup scripts and their helpers link with, ask pkg-config for, and run; by their syntax.

The interpreter of setup scripts knows what extension modules are declared. This reads the rest of
the text: libraries in lists that it could not follow, commands, and questions to the system.
Statements for other systems say nothing; what stands under a condition is optional.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache

from msgspec import Struct
from msgspec.structs import replace

from wheelcheck.builds.needs.build_need import BuildNeed, NeedKind, Role, SourceNeedsInput
from wheelcheck.builds.needs.libraries import library_called
from wheelcheck.builds.needs.names import need_called
from wheelcheck.builds.needs.package_files import is_packaged
from wheelcheck.builds.needs.scripts.called_functions import called_lines, uncalled_lines
from wheelcheck.builds.needs.scripts.environment_conditions import by_environment
from wheelcheck.builds.needs.scripts.library_questions import loaded
from wheelcheck.builds.needs.scripts.script_branches import Certainty, Part, branches, by_defaults
from wheelcheck.builds.needs.scripts.script_questions import questions
from wheelcheck.builds.needs.scripts.shell_needs import shell_needs, shell_scripts_run
from wheelcheck.builds.needs.scripts.system_question import (
    SETTING,
    SystemQuestion,
    called,
    constant,
)
from wheelcheck.builds.needs.toolchain import program_need
from wheelcheck.builds.sdist.build_system import backend_kind, command_modules
from wheelcheck.builds.sdist.source_files import is_aside, is_vendored
from wheelcheck.builds.setup_script.script_syntax import parse, walk
from wheelcheck.distributions.debian_package import FileKind
from wheelcheck.errors import Unknown
from wheelcheck.tables import read_table

__all__ = ["build_scripts", "programs_of", "script_needs"]

_NAMED_SO = re.compile(
    r"(?!\w*(?:darwin|macos|osx|win|msys))(setup\w*|\w*build\w*|\w*config\w*|\w*ext\w*)\.py"
)
_OTHER_SYSTEM = re.compile(
    r"(?i)(^|[/_])(darwin|mac|macos|osx|win|win32|windows|msys\d?|mingw)(_|\.py)"
)
_NAMES_SCRIPTS = re.compile(
    r"\s*(from|import|build-backend|script|path|setup-script|custom-hook)\b"
    r"|.{0,200}(cffi_modules|\.py:|[\"']-m[\"'])"
)
_EXTENSION_HELPERS = re.compile(r"(extension|astropy)[-_]helpers")
_WORDS = re.compile(r"\w+")
_FILE = re.compile(r"[\"'](?:[\w.-]+/)*([\w-]+\.py)[\"']")
_SPEAKS = re.compile(
    r"(?i)librar|\blibs|LIBS|-l\w|pkg-?_?config|-config|_config|Popen|popen|subprocess|system\("
    r"|spawn|find_executable|which|check_output|check_call|language|-std="
)


def build_scripts(facts: SourceNeedsInput) -> Iterator[tuple[str, str]]:
    """The setup script, and what it or `pyproject.toml` imports or names, also indirectly.

    A setup script beside a backend that does not run it counts where `pyproject.toml` names it.
    """
    texts = facts.texts
    todo = [path for path in texts if path in {"setup.py", "pyproject.toml"}]
    todo += command_modules(texts)
    todo += [path for path in texts if "/" not in path and _NAMED_SO.fullmatch(path)]
    if facts.backend and backend_kind(facts.backend) not in {"setuptools", "unknown"}:
        todo = [path for path in todo if path != "setup.py"]
    modules = _modules(texts)
    seen = dict.fromkeys(todo)
    while todo:
        text = texts[todo.pop()]
        new = dict.fromkeys(path for path in _named_in(text, modules) if path not in seen)
        seen |= new
        todo += new
    yield from ((path, texts[path]) for path in seen if path.endswith(".py"))


def _modules(texts: Iterable[str]) -> dict[str, list[str]]:
    """The Python files among these by the name of their module, a package's by its folder."""
    found: dict[str, list[str]] = {}
    for path in texts:
        folder, _, name = path.rpartition("/")
        of_folder = name in {"__init__.py", "__main__.py"}
        module = folder.rpartition("/")[2] if of_folder else name.removesuffix(".py")
        if path.endswith(".py") and not _left_out(path):
            found.setdefault(module, []).append(path)
    return found


def _named_in(text: str, modules: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The files that a script or `pyproject.toml` imports or names."""
    lines = (line for line in text.splitlines() if _NAMES_SCRIPTS.match(line))
    words = {word for line in lines for word in _WORDS.findall(line)}
    for word in sorted(words & modules.keys()):
        yield from modules[word]
    if "add_subpackage" in text:  # numpy.distutils: each folder has a setup script
        yield from modules.get("setup", ())


def _left_out(path: str) -> bool:
    return is_aside(path) or is_vendored(path) or _OTHER_SYSTEM.search(path) is not None


def script_needs(facts: SourceNeedsInput) -> Iterator[BuildNeed]:
    """Libraries and programs by the build's own Python files.

    Of several ways to set one list of libraries the last counts. Of several ways to find a library
    one must succeed: where none is certain, those count that stand under a condition, are no mere
    attempt, and name what some distribution has.
    """
    run = {"setup.py", *command_modules(facts.texts)}
    scripts = {
        path: _read(text, frozenset(facts.decided_in(path).items()))
        for path, text in build_scripts(facts)
        if path in run or _SPEAKS.search(text)
    }
    found = [
        (path, question)
        for path, script in scripts.items()
        if not _OTHER_SYSTEM.search(path)
        for stated in script.questions
        for question in _of_settings(stated, facts.texts[path], facts.texts)
    ]
    certain = any(
        question.certainty is Certainty.SURE and any(_needs_of(question, path, Certainty.SURE))
        for path, question in found
        if _links(question)
    )
    limit = Certainty.DEFAULT if certain else Certainty.CONDITIONAL
    run_scripts = [script for path, script in scripts.items() if path in run]
    calls = frozenset(name for script in run_scripts for name in script.calls)
    for path, question in found:
        likely = _links(question) and _is_there(question)
        least = limit if likely else Certainty.SURE
        is_library = question.kind in {FileKind.LIB, FileKind.PC}  # who calls does not matter
        is_run = path in run or (
            not is_library and _is_called(question.line, facts.texts[path], calls)
        )
        yield from _needs_of(question, path, least, is_run=is_run)
    shell_scripts = (pair for script in run_scripts for pair in script.shell_scripts)
    yield from shell_needs(facts.texts, shell_scripts)
    yield from _of_packages(facts.texts)


def _of_packages(texts: Mapping[str, str]) -> Iterator[BuildNeed]:
    """The compiler that ``setup_package.py`` of each folder names, for extension-helpers.

    The libraries that such a file links with are mostly those beside the system's own copies.
    """
    named = (texts.get(path, "") for path in ("setup.py", "pyproject.toml"))
    if not any(map(_EXTENSION_HELPERS.search, named)):
        return
    for path, text in texts.items():
        if path.endswith("/setup_package.py") and not _left_out(path):
            for question in _read(text, frozenset()).questions:
                if question.name == "g++":
                    yield from _needs_of(question, path, Certainty.SURE)


def _of_settings(
    question: SystemQuestion, text: str, texts: Mapping[str, str]
) -> Iterator[SystemQuestion]:
    """The libraries that an entry of a dictionary names, in a script or in a file that it runs."""
    if not question.name.startswith(SETTING):
        yield question
        return
    run = set(_FILE.findall(text)) if "exec(" in text else set()
    sources = [text, *(texts[path] for path in texts if path.rpartition("/")[2] in run)]
    trees = (tree for tree in map(parse, sources) if isinstance(tree, ast.Module))
    for node in (node for tree in trees for node in walk(tree) if isinstance(node, ast.Dict)):
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None and constant(key) == question.name.removeprefix(SETTING):
                words = re.split(r"[\s,;]+", constant(value))
                yield from (replace(question, name=word) for word in words if word)


def _is_called(line: int, text: str, names: frozenset[str]) -> bool:
    """Whether a line of a module is of a function of these names, or of those that they call."""
    return any(line in lines for lines in _called_lines(text, names))


@lru_cache(maxsize=256)
def _called_lines(text: str, names: frozenset[str]) -> tuple[range, ...]:
    tree = parse(text)
    return () if isinstance(tree, Unknown) else called_lines(tree, names)


def programs_of(path: str, text: str) -> Iterator[BuildNeed]:
    """The programs that a script runs which another build system starts."""
    for question in _read(text, frozenset()).questions:
        if question.kind is FileKind.EXECUTABLE:
            yield from _needs_of(question, path, Certainty.SURE, is_run=True)


class _Script(Struct, frozen=True):
    """What a script asks the system for, and what it runs.

    `calls` are the last names of the functions that it calls under no condition, `shell_scripts`
    the names of the files that it runs, as often as it does.
    """

    questions: tuple[SystemQuestion, ...] = ()
    calls: frozenset[str] = frozenset()
    shell_scripts: tuple[tuple[str, Certainty], ...] = ()


@lru_cache(maxsize=2048)  # releases of a project share most of their scripts
def _read(text: str, decided: frozenset[tuple[int, bool]]) -> _Script:
    tree = parse(text)
    if isinstance(tree, Unknown):
        return _Script()
    known = {**by_environment(tree), **by_defaults(tree), **dict(decided)}
    parts = list(branches(tree, known))
    return _Script(
        tuple(_questions(tree, parts, known)) if _SPEAKS.search(text) else (),
        frozenset(called(node) for node, certainty in parts if certainty is Certainty.SURE),
        tuple(shell_scripts_run(parts)) if ".sh" in text else (),
    )


def _questions(
    tree: ast.Module, parts: Sequence[Part], known: Mapping[int, bool]
) -> Iterator[SystemQuestion]:
    """What a script asks for; what functions ask that the build does not call is tentative."""
    aside = uncalled_lines(tree, known)
    for question in (*questions(parts), *loaded(parts)):
        spared = any(question.line in lines for lines in aside)
        yield replace(question, certainty=Certainty.TENTATIVE) if spared else question


def _links(question: SystemQuestion) -> bool:
    """Whether a script looks for a library: by its name, pkg-config or ``mariadb_config``."""
    if question.kind in {FileKind.LIB, FileKind.PC}:
        return True
    return question.kind is FileKind.EXECUTABLE and _is_config(question.name)


def _is_there(question: SystemQuestion) -> bool:
    """Whether some distribution has what a script looks for.

    BLAS and LAPACK are of several packages that take turns: no package holds ``liblapack.so``.
    """
    if is_packaged((question.kind, question.name)):
        return True
    known = question.kind is FileKind.LIB and library_called("lib", question.name) is not None
    return known and question.certainty is Certainty.DEFAULT


def _is_config(program: str) -> bool:
    return library_called("exe", program) is not None


@cache
def _tools_linked_by(program: str) -> tuple[str, ...]:
    """The tools whose libraries are linked with where a build links what a program prints."""
    rows = read_table("builds/needs/config_programs.csv")
    return tuple(row["tool"] for row in rows if row["program"] == program)


def _needs_of(
    question: SystemQuestion, path: str, limit: Certainty, *, is_run: bool = False
) -> Iterator[BuildNeed]:
    """The needs behind a question; `is_run`: the build runs the script, for its own sake."""
    place = f"{path}:{question.line}"
    role = Role.REQUIRED if question.certainty <= limit else Role.OPTIONAL
    match question.kind:
        case FileKind.LIB:
            yield from need_called(FileKind.LIB, question.name, f"{place}: -l{question.name}", role)
        case FileKind.PC:
            source = f"{place} asks pkg-config for {question.name}"
            yield from need_called(FileKind.PC, question.name, source, role, question.least)
            yield BuildNeed(NeedKind.TOOL, "pkg-config", source, role)
        case _ if question.name == "g++":
            yield BuildNeed(NeedKind.TOOL, "c++", f"{place} compiles C++", role)
        case _:
            # a module that the setup script imports has functions that no build calls
            if not is_run and not _is_config(question.name):
                role = Role.OPTIONAL
            yield from program_need(question.name, f"{place} runs {question.name}", role)
            for tool in _tools_linked_by(question.name):
                yield BuildNeed(NeedKind.TOOL, tool, f"{place}: what {question.name} prints", role)
