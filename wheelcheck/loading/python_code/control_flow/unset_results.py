"""Code that uses what a call gave although a failure of that call was caught.

``try: lib = CDLL("libx.so") except OSError: lib = None`` alone does no harm; ``lib.start.restype =
…`` below it ends the import all the same. The statements at the top of a module are looked at, in
their order; a name is taken as checked once a condition on it sets it or leaves.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

from wheelcheck.loading.python_code.control_flow.branches import (
    last_name,
    raises,
    runs_on_linux,
    swallows,
)

__all__ = ["uses_unset_result"]

_CONDITIONAL = (
    ast.BoolOp, ast.IfExp, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp,
)  # fmt: skip
"""Expressions of which not all parts need be evaluated."""
_ARGUMENTS_WITHOUT_DEFAULT = 2
"""Of ``getattr``."""


def uses_unset_result(
    body: Iterable[ast.stmt],
    gives: Callable[[str], bool],
    gives_nothing: Callable[[ast.Call], bool],
) -> bool:
    """Whether statements use the result of a call that may have failed before, unconditionally.

    Parameters:
        body: The statements at the top of a module.
        gives: Whether a function of that name gives what may be missing.
        gives_nothing: Whether a call returns where it is missing.
    """
    unset: set[str] = set()
    for node in _on_linux(body):
        if unset and any(_is_use(part, unset) for part in _evaluated(node)):
            return True
        if isinstance(node, ast.If):
            unset -= _settled(node)
        unset |= _left_unset(node, gives)
        match node:
            case ast.Assign(value=ast.Call() as call) if gives(last_name(call.func)):
                names = {name for target in node.targets for name in _names(target)}
                unset |= names if gives_nothing(call) else set()
            case _:
                pass
    return False


def _on_linux(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements, with the branches for Linux in place of conditions on the system."""
    for node in body:
        runs = runs_on_linux(node.test) if isinstance(node, ast.If) else None
        if isinstance(node, ast.If) and runs is not None:
            yield from _on_linux(node.body if runs else node.orelse)
        else:
            yield node


def _left_unset(node: ast.stmt, gives: Callable[[str], bool]) -> set[str]:
    """The names that a statement may leave without a result: those that nothing else sets."""
    if isinstance(node, ast.Try | ast.TryStar) and any(map(swallows, node.handlers)):
        instead = [child for handler in node.handlers for child in handler.body]
        return _set_by(node.body, gives) - _set_otherwise(instead)
    if isinstance(node, ast.If) and not raises(node.orelse):
        return _set_by(node.body, gives) - _set_otherwise(node.orelse)
    return set()


def _set_by(body: Iterable[ast.stmt], gives: Callable[[str], bool]) -> set[str]:
    """The names that a call gives their value."""
    return {
        name
        for target, value in _assignments(body)
        if isinstance(value, ast.Call) and gives(last_name(value.func))
        for name in _names(target)
    }


def _set_otherwise(body: Iterable[ast.stmt]) -> set[str]:
    """The names that are given a value that is not None."""
    return {
        name
        for target, value in _assignments(body)
        if not (isinstance(value, ast.Constant) and not value.value)
        for name in _names(target)
    }


def _settled(node: ast.If) -> set[str]:
    """The names that a condition looks at, if it sets them or what follows is not reached."""
    looked_at = {part.id for part in ast.walk(node.test) if isinstance(part, ast.Name)}
    both = [*node.body, *node.orelse]
    if any(isinstance(child, ast.Return | ast.Raise) for child in both) or raises(both):
        return looked_at
    return looked_at & _set_otherwise(both)


def _assignments(body: Iterable[ast.stmt]) -> Iterator[tuple[ast.expr, ast.expr]]:
    for statement in body:
        for part in ast.walk(statement):
            if isinstance(part, ast.Assign):
                yield from ((target, part.value) for target in part.targets)


def _names(target: ast.expr) -> Iterator[str]:
    """The variables that an assignment sets, or to an element of which it assigns."""
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, ast.Subscript):
        yield from _names(target.value)
    elif isinstance(target, ast.Tuple | ast.List):
        for element in target.elts:
            yield from _names(element)


def _evaluated(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions that a statement evaluates whatever the values are."""
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr | ast.For | ast.With):
        waiting: list[ast.AST] = list(ast.iter_child_nodes(node))
        while waiting:
            part = waiting.pop()
            if isinstance(part, ast.stmt):
                yield from _evaluated(part)
            elif not isinstance(part, _CONDITIONAL):
                if isinstance(part, ast.expr):
                    yield part
                waiting += ast.iter_child_nodes(part)


def _is_use(node: ast.expr, unset: set[str]) -> bool:
    """Whether an expression fails where one of these names holds nothing."""
    if isinstance(node, ast.Attribute):
        value = node.value.value if isinstance(node.value, ast.Subscript) else node.value
        return isinstance(value, ast.Name) and value.id in unset
    if isinstance(node, ast.Call) and last_name(node.func) == "getattr":
        first = node.args[0] if len(node.args) == _ARGUMENTS_WITHOUT_DEFAULT else None
        return isinstance(first, ast.Name) and first.id in unset
    return False
