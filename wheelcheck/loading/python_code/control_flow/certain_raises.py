"""Calls that end in an exception whatever happens, seen from the functions that they run."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from wheelcheck.loading.python_code.control_flow.branches import runs_on_linux

__all__ = ["CertainRaises", "arguments_of"]

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_MAX_DEPTH = 6
_Values = Mapping[str, ast.expr | _Function]
"""What is known of names: constants and functions."""


class CertainRaises:
    """Whether calls of the functions of a module raise, with the constants they are given.

    A handler that leaves a failure to a function (``except OSError as e: fail(e)``) goes on only
    where that function returns.
    """

    def __init__(self, tree: ast.Module) -> None:
        self._functions: dict[str, ast.expr | _Function] = {
            node.name: node for node in tree.body if isinstance(node, _Function)
        }

    def of(self, statements: Iterable[ast.stmt]) -> bool:
        """Whether statements end in an exception in every case."""
        return self._body(statements, self._functions, 0)

    def _body(self, statements: Iterable[ast.stmt], values: _Values, depth: int) -> bool:
        for node in statements:
            if isinstance(node, ast.Raise):
                return True
            if isinstance(node, ast.If):
                if self._branches(node, values, depth):
                    return True
            elif isinstance(node, ast.With):
                if self._body(node.body, values, depth):
                    return True
            elif isinstance(node, ast.Expr | ast.Return):
                if self._raises(node.value, values, depth):
                    return True
                if isinstance(node, ast.Return):
                    return False
        return False

    def _branches(self, node: ast.If, values: _Values, depth: int) -> bool:
        holds = _holds(node.test, values)
        if holds is not None:
            return self._body(node.body if holds else node.orelse, values, depth)
        return self._body(node.body, values, depth) and self._body(node.orelse, values, depth)

    def _raises(self, call: ast.expr | None, values: _Values, depth: int) -> bool:
        if not isinstance(call, ast.Call) or depth > _MAX_DEPTH:
            return False
        called = values.get(call.func.id) if isinstance(call.func, ast.Name) else None
        if isinstance(called, ast.Lambda):
            return self._raises(called.body, values, depth + 1)
        if not isinstance(called, _Function) or called.decorator_list:
            return False
        inner = {n.name: n for n in called.body if isinstance(n, _Function)}
        return self._body(
            called.body, {**values, **_given(called, call, values), **inner}, depth + 1
        )


def arguments_of(called: _Function, call: ast.Call) -> dict[str, ast.expr]:
    """What a call gives the parameters of a function, as far as it names them or their places."""
    arguments = called.args
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]
    given = dict(zip(names, call.args, strict=False))
    return given | {word.arg: word.value for word in call.keywords if word.arg}


def _given(called: _Function, call: ast.Call, values: _Values) -> dict[str, ast.expr | _Function]:
    """What the parameters of a function hold in a call, as far as it is known."""
    return {
        name: values.get(value.id, value) if isinstance(value, ast.Name) else value
        for name, value in arguments_of(called, call).items()
    }


def _holds(test: ast.expr, values: _Values) -> bool | None:
    """Whether a condition holds, where that is known: of the system, or of what a call gave."""
    if isinstance(test, ast.Name) and isinstance(value := values.get(test.id), ast.Constant):
        return bool(value.value)
    if isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and len(test.ops) == 1:
        value, other = values.get(test.left.id), test.comparators[0]
        if isinstance(value, ast.Constant) and isinstance(other, ast.Constant):
            if isinstance(test.ops[0], ast.Eq | ast.Is):
                return bool(value.value == other.value)
            if isinstance(test.ops[0], ast.NotEq | ast.IsNot):
                return bool(value.value != other.value)
    return runs_on_linux(test)
