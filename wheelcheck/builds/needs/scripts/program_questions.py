"""Programs that a script runs or looks for, and the compiler of C++."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from wheelcheck.builds.needs.libraries import programs
from wheelcheck.builds.needs.scripts.script_branches import Certainty
from wheelcheck.builds.needs.scripts.system_question import (
    SystemQuestion,
    beginning,
    called,
    constant,
    line_of,
)
from wheelcheck.builds.setup_script.side_effects import UNKNOWN, shell_programs, shell_text
from wheelcheck.distributions.debian_package import FileKind

__all__ = ["RUNNERS", "known_program", "language", "program_variable", "programs_run"]

_CONFIG_PROGRAM = re.compile(
    r"(?!python|pkg-config|with-|without-|enable-)[A-Za-z][\w.+]*(-[\w.+]+)*-config"
)
RUNNERS = {
    "call", "check_call", "check_output", "run", "Popen", "system", "spawn", "popen",
    "getoutput", "getstatusoutput", "exec_command",
}  # fmt: skip
_FINDERS = {"which", "find_executable", "find_program"}
_CXX_OPTION = re.compile(r"-std=(c|gnu)\+\+\w+")
_CXX_COMMAND = re.compile(r"[gc]\+\+ +-")
_BUILD_TOOLS = {"make", "cmake", "ninja", "swig"}
_DRIVERS = {"make", "cmake"}
"""What a build that looks for it cannot do without; ninja is used where it is found."""
_CONFIGURE = re.compile(
    r"(?:(?:(?:ba)?sh +)?\./|(?:ba)?sh +)?configure((?: +--?[\w-]+(?:=\S*)?)*) *"
)
_MAKE_COMMAND = re.compile(r"make( +-[A-Za-z]+ *[\w./-]*)+( +[\w-]+)*")


def programs_run(node: ast.AST, certainty: Certainty) -> Iterator[SystemQuestion]:
    """Programs that are run, or looked for."""
    if not isinstance(node, ast.Call) or not node.args:
        return
    name, first = called(node), node.args[0]
    if name in _FINDERS:
        yield from _programs([beginning(first)], node.lineno, Certainty.TENTATIVE)
    elif name in RUNNERS:
        yield from _programs(_commands(first), node.lineno, certainty)


def _commands(node: ast.expr) -> list[str]:
    """The programs of a command: of a list the first word, of a line for the shell those of all.

    A line is a string, what `shlex` splits, or what ``sh -c`` is given.
    """
    while isinstance(node, ast.BinOp):
        node = node.left
    if called(node) == "split" and isinstance(node, ast.Call) and node.args:
        node = node.args[0]
    if not isinstance(node, ast.List | ast.Tuple):
        return shell_programs(shell_text(node) or beginning(node))
    words = [beginning(word) for word in node.elts]
    if words[1:2] == ["-c"] and words[0].rpartition("/")[2] in {"bash", "sh"}:
        return shell_programs(words[2] if len(words) > 2 else "")  # noqa: PLR2004 (behind -c)
    return words[:1]


def program_variable(node: ast.AST, certainty: Certainty) -> Iterator[SystemQuestion]:
    """A build tool under a name of its own: ``make_cmd = "make"``, ``cmake = which("cmake")``."""
    if not isinstance(node, ast.Assign):
        return
    name = getattr(node.targets[0], "id", "").lower()
    tool = constant(node.value)
    if tool in _BUILD_TOOLS and any(word in name for word in ("cmd", "command", "program", tool)):
        yield SystemQuestion(FileKind.EXECUTABLE, tool, node.lineno, certainty)
    # of which("cmake3") or which("cmake") the last is what is everywhere
    value = node.value.values[-1] if isinstance(node.value, ast.BoolOp) else node.value
    if called(value) in _FINDERS and isinstance(value, ast.Call) and value.args:
        tool = constant(value.args[0])
        if tool in _DRIVERS and tool in name:
            yield SystemQuestion(FileKind.EXECUTABLE, tool, node.lineno, certainty)


def language(node: ast.AST, certainty: Certainty) -> Iterator[SystemQuestion]:
    """A C++ compiler, by ``language="c++"`` or an option that C++ alone has."""
    if _stated_language(node).lower() in {"c++", "cpp"} or _CXX_OPTION.fullmatch(constant(node)):
        yield SystemQuestion(FileKind.EXECUTABLE, "g++", line_of(node), certainty)


def _stated_language(node: ast.AST) -> str:
    """The language that a keyword, an attribute, a dictionary or a variable of this name names."""
    match node:
        case ast.keyword(arg="language", value=value):
            return constant(value)
        case ast.Assign(
            targets=[ast.Attribute(attr="language") | ast.Name(id="language"), *_], value=value
        ):
            return constant(value)
        case ast.Dict(keys=keys, values=values):
            names = [constant(key) if key is not None else "" for key in keys]
            return constant(values[names.index("language")]) if "language" in names else ""
        case _:
            return ""


def _programs(words: Iterable[str], line: int, certainty: Certainty) -> Iterator[SystemQuestion]:
    for word in words:
        name = word.rpartition("/")[2]
        if name and UNKNOWN not in word and (word == name or word.startswith("/")):
            yield SystemQuestion(FileKind.EXECUTABLE, name, line, certainty)


def known_program(text: str, line: int, certainty: Certainty) -> Iterator[SystemQuestion]:
    """A string that is a program of our tables, ``x-config``, a command of `make` or of ``g++``.

    ``configure`` with options: automake's stops without make, and others' are for it.
    """
    words = text.split()
    program = words[0].rpartition("/")[2]
    if program in programs() or (len(words) == 1 and _CONFIG_PROGRAM.fullmatch(program)):
        yield SystemQuestion(FileKind.EXECUTABLE, program, line, certainty)
    elif _CXX_COMMAND.match(text):
        yield SystemQuestion(FileKind.EXECUTABLE, "c++", line, certainty)
    elif _MAKE_COMMAND.fullmatch(text):  # of a list of commands, run in a loop
        yield SystemQuestion(FileKind.EXECUTABLE, words[0], line, certainty)
    elif (configure := _CONFIGURE.fullmatch(text)) and (configure[1] or text.startswith("./")):
        yield SystemQuestion(FileKind.EXECUTABLE, "make", line, certainty)
