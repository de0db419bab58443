"""Values that an operator combines, of which some are unknown."""

from __future__ import annotations

import ast
import posixpath

from wheelcheck.builds.setup_script.computed.formatting import interpolated
from wheelcheck.builds.setup_script.computed.methods import LONG
from wheelcheck.builds.setup_script.computed.script_values import Value, opaque

__all__ = ["combined"]


def combined(op: ast.operator, left: Value, right: Value) -> Value:
    """What an operator makes of two values: texts, lists, small numbers and paths are known."""
    if isinstance(op, ast.Add) and _are_sequences(left, right):
        fits = len(left) + len(right) < LONG
        return left + right if fits else opaque(left, right)
    if isinstance(op, ast.Add | ast.Sub) and _are_small(left, right):
        return left + right if isinstance(op, ast.Add) else left - right
    if isinstance(op, ast.Mod) and isinstance(left, str):
        return interpolated(left, right)
    if isinstance(op, ast.Div) and isinstance(left, str) and isinstance(right, str):
        return posixpath.join(left, right)
    return opaque(left, right)


def _are_sequences(left: Value, right: Value) -> bool:
    """Whether both are strings, both lists or both tuples."""
    return type(left) in {str, list, tuple} and type(right) is type(left)


def _are_small(*values: Value) -> bool:
    return all(isinstance(value, int) and abs(value) < 1 << 64 for value in values)
