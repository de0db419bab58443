"""What custom build commands do: go on when a compiler fails, or run tools of their own."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from wheelcheck.builds.setup_script.values import ClassValue, Value

__all__ = ["forgives_failures", "tools_run"]

_BUILDS = {"build_extension", "build_extensions", "run", "finalize_options"}
_ENDINGS = {"exit", "_exit"}
_TOOLS = {
    "bazel", "c++", "cargo", "cc", "clang", "cmake", "configure", "g++", "gcc", "go", "gmake",
    "make", "meson", "ninja", "scons", "autoreconf", "bazelisk", "nmake", "swig", "zig",
}  # fmt: skip
_RUNNERS = {"call", "check_call", "check_output", "run", "Popen", "system", "spawn", "popen"}


def forgives_failures(command: Value) -> bool:
    """Whether a `build_ext` command swallows the failure of building an extension module.

    True where a method catches more than import errors around the building, and some way through
    the handler does not raise again.
    """
    return any(
        _shields_building(node) and any(_swallows(handler) for handler in node.handlers)
        for method in _methods(command)
        for node in ast.walk(method)
        if isinstance(node, ast.Try)
    )


def _methods(command: Value, depth: int = 5) -> Iterator[ast.stmt]:
    if not isinstance(command, ClassValue):
        return
    yield from command.node.body
    if depth:
        for base in command.bases:
            yield from _methods(base, depth - 1)


def _shields_building(node: ast.Try) -> bool:
    return any(
        isinstance(inner, ast.Call)
        and isinstance(inner.func, ast.Attribute)
        and inner.func.attr in _BUILDS
        and not _is_process(inner.func)
        for part in node.body
        for inner in ast.walk(part)
    )


def _is_process(function: ast.Attribute) -> bool:
    return isinstance(function.value, ast.Name) and function.value.id in {"subprocess", "sp"}


def _swallows(handler: ast.ExceptHandler) -> bool:
    names = {
        name.id if isinstance(name, ast.Name) else name.attr
        for name in (ast.walk(handler.type) if handler.type else ())
        if isinstance(name, ast.Name | ast.Attribute)
    }
    if names and names <= {"ImportError", "ModuleNotFoundError", "AttributeError", "KeyError"}:
        return False
    return not _always_ends(handler.body)


def _always_ends(body: list[ast.stmt]) -> bool:
    return any(_ends(statement) for statement in body)


def _ends(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.If):
        both = bool(statement.orelse)
        return both and _always_ends(statement.body) and _always_ends(statement.orelse)
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return _called(statement.value) in _ENDINGS
    return isinstance(statement, ast.Raise)


def tools_run(classes: list[ClassValue]) -> tuple[tuple[str, int, str], ...]:
    """Compilers and build tools that the methods of command classes start: (file, line, tool)."""
    found: dict[tuple[str, int, str], None] = {}
    for owner in classes:
        for node in ast.walk(owner.node):
            if isinstance(node, ast.Call) and _called(node) in _RUNNERS:
                for tool in _first_words(node):
                    found[owner.file, node.lineno, tool] = None
    return tuple(found)


def tool_in(words: tuple[str, ...]) -> str:
    """The build tool a command line starts with, "" where it is none of them."""
    first = words[0].split()[0] if words and words[0].split() else ""
    name = first.rpartition("/")[2]
    return name if name in _TOOLS else ""


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _first_words(node: ast.Call) -> Iterator[str]:
    for argument in node.args[:1]:
        first = (
            argument.elts[0]
            if isinstance(argument, ast.List | ast.Tuple) and argument.elts
            else argument
        )
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            tool = tool_in((first.value,))
            if tool:
                yield tool
