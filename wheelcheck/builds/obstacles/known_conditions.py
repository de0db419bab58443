"""What conditions of setup scripts are known: the version of Python, the system, constants."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

__all__ = ["Scope", "known_value"]

Scope = dict[str, Any]
"""Names of a script: constants, dotted names of modules as `str` ("" for what is not known),
functions as `tuple`, modules of the sdist as `dict`."""

_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_SYSTEM = {"sys.platform": "linux", "os.name": "posix", "sys.byteorder": "little", "os.sep": "/"}
_GIVEN = {"", "-c", "bdist_wheel", "build", "build_ext", "dist_info", "editable_wheel", "egg_info",
          "install", "--egg-base", "--dist-dir", "-q", "--quiet", "-v"}  # fmt: skip
"""Words that backends and installers put on the command line of a setup script."""
_SIX = {"six.PY2": False, "six.PY3": True}


class _Version(tuple[int, ...]):
    """`sys.version_info`, as far as it is known: major and minor."""

    __slots__ = ()


def known_value(node: ast.expr, scope: Scope, python: tuple[int, int]) -> Any:
    """The value of an expression as bool, number, tuple or `_Text`; None if it is not known."""
    value = _value(node, scope, python)
    return value if isinstance(value, bool | int | _Version) else None


def _value(node: ast.expr, scope: Scope, python: tuple[int, int]) -> Any:  # noqa: PLR0911 (a case each)
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return _name(name, scope)
        case ast.Attribute():
            return _attribute(node, scope, python)
        case ast.Tuple(elts=items):
            values = [_value(item, scope, python) for item in items]
            return None if None in values else tuple(values)
        case ast.Subscript():
            return _subscript(node, scope, python)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            value = _value(operand, scope, python)
            return None if value is None else not value
        case ast.BoolOp(op=op, values=parts):
            return _bool_op(op, [_value(part, scope, python) for part in parts])
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            answer = _on_command_line(left, op, right, scope)
            if answer is not None:
                return answer
            return _compare(_value(left, scope, python), op, _value(right, scope, python))
        case _:
            return None
    return None


def _on_command_line(left: ast.expr, op: ast.cmpop, right: ast.expr, scope: Scope) -> bool | None:
    """Whether the command line has a word that no build backend gives: ``sdist``, ``upload``."""
    if isinstance(op, ast.In | ast.NotIn):
        word, argv = left, right
    else:
        word, argv = right, left.value if isinstance(left, ast.Subscript) else left
    if not isinstance(argv, ast.Attribute) or not isinstance(argv.value, ast.Name):
        return None
    if argv.attr != "argv" or scope.get(argv.value.id) != "sys":
        return None
    if not isinstance(word, ast.Constant) or not isinstance(word.value, str):
        return None
    if word.value in _GIVEN or word.value.endswith("setup.py"):
        return None
    return isinstance(op, ast.NotIn | ast.NotEq)


def _name(name: str, scope: Scope) -> Any:
    if name == "__name__":
        return scope.get("__name__")
    found = scope.get(name)
    if isinstance(found, str):
        return _SIX.get(found)
    return found if isinstance(found, bool | int | _Version) else None


def _attribute(node: ast.Attribute, scope: Scope, python: tuple[int, int]) -> Any:  # noqa: PLR0911
    base = node.value
    if isinstance(base, ast.Name):
        dotted = scope.get(base.id)
        if not isinstance(dotted, str) or not dotted:
            return None
        name = f"{dotted}.{node.attr}"
        if name == "sys.version_info":
            return _Version(python)
        if name == "sys.hexversion":
            return None
        if name == "sys.version":
            return f"{python[0]}.{python[1]}.~"
        return _SYSTEM.get(name, _SIX.get(name))
    inner = _attribute(base, scope, python) if isinstance(base, ast.Attribute) else None
    if isinstance(inner, _Version) and node.attr in {"major", "minor"}:
        return inner[node.attr == "minor"]
    return None


def _subscript(node: ast.Subscript, scope: Scope, python: tuple[int, int]) -> Any:
    base = _value(node.value, scope, python)
    if isinstance(base, _Version):
        part = node.slice
        if isinstance(part, ast.Constant) and isinstance(part.value, int):
            return base[part.value] if part.value in {0, 1} else None
        upper = part.upper if isinstance(part, ast.Slice) and part.lower is None else None
        if isinstance(upper, ast.Constant) and isinstance(upper.value, int):
            return _Version(base[: upper.value]) if upper.value in {1, 2} else None
    if isinstance(base, str) and isinstance(node.slice, ast.Constant) and node.slice.value == 0:
        return base[:1]
    return None


def _bool_op(op: ast.boolop, values: list[Any]) -> bool | None:
    decisive = isinstance(op, ast.Or)
    if any(value is not None and bool(value) is decisive for value in values):
        return decisive
    return None if None in values else not decisive


def _compare(left: Any, op: ast.cmpop, right: Any) -> bool | None:
    compare = _COMPARE.get(type(op))
    if compare is None or left is None or right is None:
        return None
    if isinstance(left, _Version) and isinstance(right, tuple):
        return _compare_versions(left, compare, tuple(right))
    if isinstance(right, _Version) or type(left) is not type(right):
        return None
    if isinstance(left, str | int | bool):
        return compare(left, right)
    return None


def _compare_versions(
    left: _Version, compare: Callable[[Any, Any], bool], right: tuple[Any, ...]
) -> bool | None:
    """What holds for every patch release of a Python."""
    if not all(isinstance(part, int) for part in right):
        return None
    answers = {compare((*left, patch), right) for patch in (0, 1, 5, 99)}
    if len(left) == 1:
        answers = {compare(tuple(left), right)}
    return answers.pop() if len(answers) == 1 else None
