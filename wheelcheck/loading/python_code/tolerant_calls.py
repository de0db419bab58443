"""Calls that tell a function of their own module not to raise."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from wheelcheck.loading.python_code.branches import raises

__all__ = ["is_tolerant"]


def is_tolerant(call: ast.Call, body: Iterable[ast.stmt]) -> bool:
    """Whether a call has an argument under which a function returns instead of raising.

    ``load("libx.so.1", allow_fail=True)`` of a function with ``if allow_fail: return``, or
    ``load("libx.so.1", required=False)`` of one with ``if required: raise``.

    Args:
        call: the call.
        body: the statements of the function that it calls.
    """
    flags = {
        keyword.arg: keyword.value.value
        for keyword in call.keywords
        if isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, bool)
    }
    return bool(flags) and any(
        _avoids_raising(part, flags)
        for statement in body
        for part in ast.walk(statement)
        if isinstance(part, ast.If)
    )


def _avoids_raising(node: ast.If, flags: dict[str | None, bool]) -> bool:
    test, when = node.test, True
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test, when = test.operand, False
    if not isinstance(test, ast.Name) or test.id not in flags:
        return False
    taken, other = node.body, node.orelse
    if flags[test.id] is not when:
        taken, other = other, taken
    returns = bool(taken) and isinstance(taken[-1], ast.Return)
    return not raises(taken) and (returns or raises(other))
