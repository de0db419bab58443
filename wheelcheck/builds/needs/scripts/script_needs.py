"""What setup scripts and their helpers link with, ask pkg-config for, and run; by their syntax.

The interpreter of setup scripts knows what extension modules are declared. This reads the rest of
the text: libraries in lists that it could not follow, commands, and questions to the system.
Statements for other systems say nothing; what stands under a condition is optional.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from wheelcheck.builds.needs.build_need import BuildNeed, NeedKind, Role, SourceNeedsInput
from wheelcheck.builds.needs.libraries import library_called
from wheelcheck.builds.needs.names import need_called
from wheelcheck.builds.needs.package_files import is_packaged
from wheelcheck.builds.needs.scripts.environment_conditions import by_environment, uncalled
from wheelcheck.builds.needs.scripts.script_branches import Certainty, branches, by_defaults
from wheelcheck.builds.needs.scripts.script_questions import questions
from wheelcheck.builds.needs.scripts.shell_needs import shell_needs, shell_scripts_run
from wheelcheck.builds.needs.scripts.system_question import SystemQuestion, called
from wheelcheck.builds.needs.toolchain import program_need
from wheelcheck.builds.sdist.build_system import command_modules
from wheelcheck.builds.sdist.source_files import is_aside, is_vendored
from wheelcheck.builds.setup_script.script_syntax import parse, walk
from wheelcheck.distributions.debian_package import FileKind
from wheelcheck.errors import Unknown

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
_WORDS = re.compile(r"\w+")
_SPEAKS = re.compile(
    r"(?i)librar|\blibs|LIBS|-l\w|pkg-?_?config|-config|_config|Popen|popen|subprocess|system\("
    r"|spawn|find_executable|which|check_output|check_call|language|-std="
)


def build_scripts(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The setup script, and what it or `pyproject.toml` imports or names, also indirectly."""
    todo = [path for path in texts if path in {"setup.py", "pyproject.toml"}]
    todo += command_modules(texts)
    todo += [path for path in texts if "/" not in path and _NAMED_SO.fullmatch(path)]
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
    found = [
        (path, question)
        for path, text in build_scripts(facts.texts)
        if _SPEAKS.search(text) and not _OTHER_SYSTEM.search(path)
        for question in _questions_of(path, text, facts)
    ]
    certain = any(
        question.certainty is Certainty.SURE and any(_needs_of(question, path, Certainty.SURE))
        for path, question in found
        if _links(question)
    )
    limit = Certainty.DEFAULT if certain else Certainty.CONDITIONAL
    run = {"setup.py", *command_modules(facts.texts)}
    calls = {name for path in run for name in _calls(facts.texts.get(path, ""))}
    for path, question in found:
        likely = _links(question) and is_packaged((question.kind, question.name))
        least = limit if likely else Certainty.SURE
        is_run = path in run or _is_called(question.line, facts.texts[path], frozenset(calls))
        yield from _needs_of(question, path, least, is_run=is_run)
    yield from shell_needs(facts.texts, _shell_scripts(facts, run))


def _shell_scripts(facts: SourceNeedsInput, paths: Iterable[str]) -> Mapping[str, Certainty]:
    """The shell scripts, by the names of their files, that these scripts run."""
    found: dict[str, Certainty] = {}
    for path in paths:
        text = facts.texts.get(path, "")
        tree = parse(text) if ".sh" in text else Unknown("no-shell-script", "it names none")
        if not isinstance(tree, Unknown):
            decided = {line: truth for (at, line), truth in facts.decided.items() if at == path}
            for part in branches(tree, {**by_environment(tree), **decided}):
                for name, certainty in shell_scripts_run(part):
                    found[name] = min(found.get(name, certainty), certainty)
    return found


@lru_cache(maxsize=256)
def _calls(text: str) -> frozenset[str]:
    """The functions that a script calls under no condition, by their last names."""
    tree = parse(text)
    if isinstance(tree, Unknown):
        return frozenset()
    parts = branches(tree, by_environment(tree))
    return frozenset(called(node) for node, certainty in parts if certainty is Certainty.SURE)


@lru_cache(maxsize=256)
def _is_called(line: int, text: str, calls: frozenset[str]) -> bool:
    """Whether a line of a module is of a function that the script calls, itself or by another."""
    tree = parse(text)
    functions = [] if isinstance(tree, Unknown) else tree.body
    own = {each.name: each for each in functions if isinstance(each, ast.FunctionDef)}
    left, seen = list(calls & own.keys()), set[str]()
    while left:
        name = left.pop()
        seen.add(name)
        inner = {called(node) for node in walk(own[name])} & own.keys()
        left += inner - seen
    return any(own[name].lineno <= line <= (own[name].end_lineno or 0) for name in seen)


def programs_of(path: str, text: str) -> Iterator[BuildNeed]:
    """The programs that a script runs which another build system starts."""
    for question in _questions(text, frozenset()) if _SPEAKS.search(text) else ():
        if question.kind is FileKind.EXECUTABLE:
            yield from _needs_of(question, path, Certainty.SURE, is_run=True)


def _questions_of(path: str, text: str, facts: SourceNeedsInput) -> Sequence[SystemQuestion]:
    decided = ((line, answer) for (at, line), answer in facts.decided.items() if at == path)
    return _questions(text, frozenset(decided))


@lru_cache(maxsize=2048)  # releases of a project share most of their scripts
def _questions(text: str, decided: frozenset[tuple[int, bool]]) -> Sequence[SystemQuestion]:
    tree = parse(text)
    if isinstance(tree, Unknown):
        return ()
    known = {**by_environment(tree), **by_defaults(tree), **dict(decided)}
    aside = uncalled(tree, known)
    return tuple(
        replace(question, certainty=Certainty.TENTATIVE)
        if any(question.line in lines for lines in aside)
        else question
        for question in questions(branches(tree, known))
    )


def _links(question: SystemQuestion) -> bool:
    """Whether a script looks for a library: by its name, pkg-config or ``mariadb_config``."""
    if question.kind in {FileKind.LIB, FileKind.PC}:
        return True
    return question.kind is FileKind.EXECUTABLE and _is_config(question.name)


def _is_config(program: str) -> bool:
    return library_called("exe", program) is not None


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
