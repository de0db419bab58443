"""Build tools that the commands of a setup script start in every build of a wheel."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from wheelcheck.builds.setup_script.computed.script_values import (
    ClassValue,
    FunctionValue,
    Namespace,
    Value,
)
from wheelcheck.builds.setup_script.script_syntax import walk
from wheelcheck.builds.setup_script.side_effects import swallows_failures, tool_started

__all__ = ["tools_always_run"]

_ALWAYS = ("egg_info", "build", "build_py", "bdist_wheel", "install")
"""Commands that setuptools runs for every wheel, with extension modules or without."""
_METHODS = ("initialize_options", "finalize_options", "run")
_MOST = 200
"""Functions and methods that are followed."""
_Home = tuple[Namespace, ClassValue | None]


class _Followed(Struct):
    commands: Mapping[str, Value]
    todo: list[tuple[list[ast.stmt], _Home]] = field(default_factory=list)
    seen: set[ast.AST] = field(default_factory=set)

    def add_command(self, name: str) -> None:
        command = self.commands.get(name)
        if isinstance(command, ClassValue):
            for method in _METHODS:
                self.add_method(command, method)

    def add_method(self, owner: ClassValue, name: str) -> None:
        for ancestor in owner.lineage():
            method = ancestor.defines(name)
            if isinstance(method, ast.FunctionDef):
                self.add_function(method, (ancestor.scope, owner))
                return

    def add_function(self, function: ast.FunctionDef | ast.AsyncFunctionDef, home: _Home) -> None:
        if function not in self.seen and len(self.seen) < _MOST:
            self.seen.add(function)
            self.todo.append((function.body, home))


def tools_always_run(commands: Mapping[str, Value]) -> frozenset[str]:
    """The build tools that a build starts whatever happens, and whose failure ends it.

    `commands` are those of ``cmdclass`` by their names. Branches, loops and handlers are left out;
    functions, methods and other commands that a command calls are followed.
    """
    found: set[str] = set()
    followed = _Followed(commands)
    for name in _ALWAYS:
        followed.add_command(name)
    while followed.todo:
        body, home = followed.todo.pop()
        for statement in _certain(body):
            for node in walk(statement):
                if isinstance(node, ast.List | ast.Tuple | ast.Call):
                    found.add(tool_started(node))
                if isinstance(node, ast.Call):
                    _follow(node, home, followed)
    return frozenset(found - {""})


def _certain(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The plain statements that run in any case: those before any that may return or raises."""
    for statement in body:
        if isinstance(statement, ast.With):
            yield from _certain(statement.body)
        elif isinstance(statement, ast.Try):
            if not any(map(swallows_failures, statement.handlers)):
                yield from _certain(statement.body)
            yield from _certain(statement.finalbody)
        elif isinstance(statement, ast.Expr | ast.Assign | ast.AnnAssign | ast.AugAssign):
            yield statement
        if isinstance(statement, ast.Raise) or any(
            isinstance(n, ast.Return) for n in walk(statement)
        ):
            return


def _follow(node: ast.Call, home: _Home, followed: _Followed) -> None:
    """Take up what a call runs: a function of the script, a method, or another command."""
    scope, owner = home
    if isinstance(node.func, ast.Name):
        function = scope.get(node.func.id)
        if isinstance(function, FunctionValue) and not isinstance(function.node, ast.Lambda):
            followed.add_function(function.node, (function.scope, None))
        return
    if not isinstance(node.func, ast.Attribute) or getattr(node.func.value, "id", "") != "self":
        return
    if node.func.attr == "run_command":
        name = node.args[0] if node.args else None
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            followed.add_command(name.value)
    elif node.func.attr == "execute" and node.args:
        _follow(ast.Call(node.args[0], [], []), home, followed)
    elif owner is not None:
        followed.add_method(owner, node.func.attr)
