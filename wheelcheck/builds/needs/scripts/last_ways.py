"""What a script does where none of its attempts to find a library has succeeded."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from wheelcheck.builds.setup_script.script_syntax import statements, walk

__all__ = ["last_ways"]


def last_ways(tree: ast.Module) -> frozenset[int]:
    """The lines of ``if not found: …`` after all attempts that set ``found = True``.

    Only the last of a function, which attempts nothing itself: ``libraries = ["lapack"]`` there is
    what a build links with whose environment has none of the modules that are asked before.
    """
    functions = (node for node in statements(tree) if isinstance(node, ast.FunctionDef))
    bodies = (tree.body, *(node.body for node in functions))
    return frozenset(line for body in bodies for line in _last_of(body))


def _last_of(body: list[ast.stmt]) -> Iterator[int]:
    last: dict[str, ast.If] = {}
    for statement in body:
        match statement:
            case ast.If(test=ast.UnaryOp(op=ast.Not(), operand=ast.Name(id=name))):
                last[name] = statement
            case _:
                pass
    for name in last.keys() & _flags(body) if last else ():
        statement = last[name]
        if not any(isinstance(node, ast.Try | ast.Raise) for node in walk(statement)):
            yield statement.lineno


def _flags(body: list[ast.stmt]) -> set[str]:
    """The names that these statements set to False, and attempts among them to True."""
    attempted = {
        name
        for statement in body
        for node in walk(statement)
        if isinstance(node, ast.Try)
        for part in node.body
        for name in _set_to(part, value=True)
    }
    return {name for statement in body for name in _set_to(statement, value=False)} & attempted


def _set_to(node: ast.AST, *, value: bool) -> Iterator[str]:
    """The names that a statement, or what is below it, sets to True or False."""
    for part in walk(node):
        match part:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=constant)):
                if constant is value:
                    yield name
            case _:
                pass
