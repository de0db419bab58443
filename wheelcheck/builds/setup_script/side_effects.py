"""What scripts do beside declaring: run build tools, and call their wheels platform-specific."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from msgspec import Struct

from wheelcheck.builds.setup_script.computed.script_values import ClassValue
from wheelcheck.builds.setup_script.script_syntax import children, kinds_caught, walk

__all__ = [
    "UNKNOWN",
    "ToolRun",
    "builds_something",
    "calls_itself_impure",
    "catches_exits",
    "catches_failures",
    "is_trial",
    "shell_programs",
    "shell_text",
    "swallows_failures",
    "tool_started",
    "tools_run",
]

_ENDINGS = {"exit", "_exit"}
_TOOLS = {
    "bazel", "c++", "cargo", "cc", "clang", "cmake", "configure", "g++", "gcc", "go", "gmake",
    "make", "meson", "ninja", "scons", "autoreconf", "bazelisk", "gfortran", "nmake", "swig", "waf",
    "zig",
}  # fmt: skip
_COMPILERS = {"c++", "cc", "clang", "g++", "gcc", "gfortran", "zig"}
_F2PY = ("f2py", "f2py3", "numpy.f2py")
"""NumPy's program that has Fortran compiled, as a command and as a module."""
_ASIDE = re.compile(r"test|clean|sdist|doc|lint|upload|format", re.IGNORECASE)
"""Commands that no build runs, by the name of their class."""
_SHELLS = {"system", "popen", "getoutput", "getstatusoutput", "check_call", "call", "run"}
_PARTS = re.compile(r"&&|\|\|[^;&\n]*|[;|\n]")
"""What is between the commands of a line; what is done where a command fails is none of them."""
_RUNNERS = {"call", "check_call", "check_output", "run", "Popen", "system", "spawn", "popen"}


_BUILDS = {"build_extension", "build_extensions", "run", "run_command"}


def builds_something(node: ast.stmt) -> bool:
    """Whether a statement of a command calls the command that it extends, or another one."""
    return any(isinstance(part, ast.Call) and _called(part) in _BUILDS for part in walk(node))


def is_trial(node: ast.Try) -> bool:
    """Whether an attempt compiles something to see whether that works, and goes on if it fails."""
    tried = (part for statement in node.body for part in walk(statement))
    return any(isinstance(item, ast.Call) and _called(item) in _TRIALS for item in tried) and any(
        map(swallows_failures, node.handlers)
    )


_TRIALS = {
    "check_header",
    "check_lib",
    "link_executable",
    "new_compiler",
    "try_compile",
    "try_link",
}


def swallows_failures(handler: ast.ExceptHandler) -> bool:
    """Whether a script goes on after a failure that a handler catches."""
    return catches_failures(handler) and not _always_ends(handler.body)


def catches_failures(handler: ast.ExceptHandler) -> bool:
    """Whether a handler minds more than modules, attributes or keys that are not there."""
    names = {
        name.id if isinstance(name, ast.Name) else name.attr
        for name in (walk(handler.type) if handler.type else ())
        if isinstance(name, ast.Name | ast.Attribute)
    }
    return not names or not names <= _MINOR


def catches_exits(handler: ast.ExceptHandler) -> bool:
    """Whether a handler may catch a `SystemExit`: all but those that name other exceptions."""
    return any(
        kind is None or ast.unparse(kind).rpartition(".")[2] not in _NO_EXITS
        for kind in kinds_caught(handler)
    )


_NO_EXITS = {
    *("Exception", "StandardError", "ImportError", "ModuleNotFoundError", "AttributeError"),
    *("KeyError", "ValueError", "TypeError", "RuntimeError", "OSError", "IOError"),
    *("EnvironmentError", "FileNotFoundError", "CalledProcessError", "CCompilerError"),
    *("CompileError", "LinkError", "UnknownFileError", "DistutilsError", "DistutilsExecError"),
    *("DistutilsPlatformError", "DistutilsSetupError", "DistutilsOptionError"),
}
"""Exceptions that are no `SystemExit`; other names may be of the script's own."""
_MINOR = {"ImportError", "ModuleNotFoundError", "AttributeError", "KeyError"}


def _always_ends(body: list[ast.stmt]) -> bool:
    return any(_ends(statement) for statement in body)


def _ends(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.If):
        both = bool(statement.orelse)
        return both and _always_ends(statement.body) and _always_ends(statement.orelse)
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return _called(statement.value) in _ENDINGS
    return isinstance(statement, ast.Raise)


class ToolRun(Struct, frozen=True):
    """A build tool that a command starts; `forgiven` where its failure is swallowed.

    `script` is the setup script that a run of ``build_ext`` starts, "" for other tools.
    """

    where: str
    tool: str
    forgiven: bool
    script: str = ""


def tools_run(
    modules: Iterable[tuple[str, ast.Module]], idle: Collection[ast.AST] = ()
) -> tuple[ToolRun, ...]:
    """Compilers and build tools that functions of the script start.

    Commands for tests are left out, and the `idle` classes, which nothing runs.
    """
    found: dict[ToolRun, None] = {}
    for file, tree in modules:
        lines = _shell_lines(tree)
        for node, forgiven in _inside_functions(tree, idle, forgiven=False):
            tool, script = _tool(node)
            for each in (tool,) if tool else _tools_of_shell(node, lines):
                found[ToolRun(f"{file}:{node.lineno}", each, forgiven, script)] = None
    return tuple(found)


def _shell_lines(tree: ast.AST) -> Mapping[str, str]:
    """What names stand for texts in a module: lines for the shell, perhaps."""
    found: dict[str, str] = {}
    for node in walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            text = shell_text(node.value)
            if text:
                name = node.targets[0].id
                found[name] = f"{found.get(name, '')}\n{text}"
    return found


def shell_text(node: ast.expr) -> str:
    """A string; in a formatted string `UNKNOWN` stands for what is filled in. "" for all else."""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or UNKNOWN for part in node.values)
    return _text(node)


UNKNOWN = "\x00"
"""Stands for a part of a text that a script fills in."""


def shell_programs(text: str) -> list[str]:
    """The programs of lines for the shell, but for what is a shell script of its own."""
    parts = (part.split() for part in _PARTS.split(text))
    firsts = (next((word for word in words if "=" not in word), "") for words in parts)
    return ["configure" if word.endswith("/configure") else word for word in firsts if word != "cd"]


def _tools_of_shell(node: ast.expr, lines: Mapping[str, str]) -> Iterator[str]:
    """The build tools of the lines that a call gives to the shell, directly or by a name."""
    if not (isinstance(node, ast.Call) and _called(node) in _SHELLS and node.args):
        return
    given = node.args[0]
    text = lines.get(given.id, "") if isinstance(given, ast.Name) else shell_text(given)
    names = (word.rpartition("/")[2] for word in shell_programs(text))
    yield from dict.fromkeys(name for name in names if name in _TOOLS - _COMPILERS)


def _inside_functions(
    tree: ast.AST, idle: Collection[ast.AST], *, forgiven: bool
) -> Iterator[tuple[ast.expr, bool]]:
    """Argument lists and calls, and whether a failure there is swallowed."""
    todo: list[tuple[ast.AST, bool]] = [(tree, forgiven)]
    while todo:
        node, shielded = todo.pop()
        if node in idle or (isinstance(node, ast.ClassDef) and _ASIDE.search(node.name)):
            continue
        if isinstance(node, ast.Try):
            swallowed = shielded or any(map(swallows_failures, node.handlers))
            todo += [(part, swallowed) for part in node.body]
            todo += [(part, shielded) for part in (*node.handlers, *node.orelse, *node.finalbody)]
            continue
        if isinstance(node, ast.If) and _is_of_another_system(node.test):
            todo += [(part, shielded) for part in node.orelse]
            continue
        if isinstance(node, ast.List | ast.Tuple | ast.Call):
            yield node, shielded
        todo += [(part, shielded) for part in children(node)]


def _is_of_another_system(test: ast.expr) -> bool:
    """Whether a condition is no more than a question for Windows, macOS and the like."""
    match test:
        case ast.Compare(left=subject, ops=[ast.Eq()], comparators=[ast.Constant(value=str(name))]):
            pass
        case ast.Call(
            func=ast.Attribute(value=subject, attr="startswith"),
            args=[ast.Constant(value=str(name))],
        ):
            pass
        case _:
            return False
    return ast.unparse(subject) in _SYSTEM_NAMES and name.lower() not in _HERE


_HERE = {"linux", "linux2", "posix", "lin", ""}
_SYSTEM_NAMES = {"sys.platform", "os.name", "platform.system()"}


def tool_started(node: ast.expr) -> str:
    """The build tool that an argument list or a shell command starts with; "" for none."""
    return _tool(node)[0]


def _tool(node: ast.expr) -> tuple[str, str]:
    """The build tool an argument list or a shell command starts with, and the script it is given.

    Both are "" where it starts with none.
    """
    words: list[str] = []
    if isinstance(node, ast.List | ast.Tuple):
        words = [_text(part) for part in node.elts]
        if node.elts and getattr(node.elts[0], "attr", "") == "executable":  # sys.executable
            words = words[1:]
            if "build_ext" in words:
                return "build_ext", words[0]
            words = words[words[:1] == ["-m"] :]
    elif isinstance(node, ast.Call) and node.args and _called(node) in _RUNNERS:
        words = _text(node.args[0]).split()
    name = words[0].rpartition("/")[2] if words else ""
    if name in _F2PY and "-c" in words:
        return "gfortran", ""
    runs = name in _TOOLS and not (name in _COMPILERS and _only_names(node))
    return (name, "") if runs else ("", "")


def _only_names(node: ast.expr) -> bool:
    """Whether a list that begins with a compiler gives it nothing to do.

    ``("gcc", "clang")`` are names to choose from, ``("gcc", ["-O3"])`` options for each of them.
    """
    if not isinstance(node, ast.List | ast.Tuple) or len(node.elts) == 1:
        return False
    return not any(
        not isinstance(part, ast.Constant | ast.List | ast.Tuple | ast.Dict | ast.Set)
        or _text(part).startswith("-")
        or "." in _text(part)
        for part in node.elts[1:]
    )


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def calls_itself_impure(classes: Iterable[ClassValue]) -> str:
    """Where a class makes the wheel platform-specific: ``root_is_pure``, ``has_ext_modules``."""
    for owner in classes:
        for node in walk(owner.node):
            if isinstance(node, ast.FunctionDef) and _answers(node) in _IMPURE:
                return f"{owner.file}:{node.lineno}"
            if isinstance(node, ast.Assign) and _is_false(node.value):
                names = {getattr(target, "attr", "") for target in node.targets}
                if "root_is_pure" in names:
                    return f"{owner.file}:{node.lineno}"
            if isinstance(node, ast.Assign) and _replaces_method(node):
                return f"{owner.file}:{node.lineno}"
    return ""


def _replaces_method(node: ast.Assign) -> bool:
    """Whether a function is put in place of ``Distribution.has_ext_modules``."""
    names = {getattr(target, "attr", "") for target in node.targets}
    return "has_ext_modules" in names and isinstance(node.value, ast.Name | ast.Lambda)


_IMPURE = {("is_pure", False), ("has_ext_modules", True)}


def _answers(node: ast.FunctionDef) -> tuple[str, object]:
    """The function's name and the constant it returns, if that is all it does."""
    last = node.body[-1]
    if isinstance(last, ast.Return) and isinstance(last.value, ast.Constant):
        return node.name, last.value.value
    return node.name, None


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is False
