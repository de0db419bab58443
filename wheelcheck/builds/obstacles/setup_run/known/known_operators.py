"""What operators give in setup scripts, of values of which some are not known (None)."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable
from typing import Any

from wheelcheck.builds.obstacles.setup_run.known.known_values import KnownPath
from wheelcheck.builds.obstacles.setup_run.known.script_functions import Known
from wheelcheck.builds.setup_script.computed.comparison import COMPARISONS

__all__ = [
    "UNSET",
    "PythonVersion",
    "all_of",
    "any_of",
    "as_held",
    "bool_op",
    "combined",
    "compared",
    "is_none",
    "part_of_version",
]


class _Unset:
    """The `None` that a variable of the environment gives which nothing sets."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False


UNSET = _Unset()


class PythonVersion(tuple[int, ...]):
    """`sys.version_info`, as far as it is known: major and minor."""

    __slots__ = ()


def any_of(answers: Iterable[Any]) -> bool | None:
    """Whether any holds."""
    found = bool_op(ast.Or(), [False, *answers])
    return None if found is None else bool(found)


def part_of_version(version: PythonVersion, part: ast.expr) -> Any:
    """The major or minor version, or the first part or two: later parts are not known."""
    if isinstance(part, ast.Constant) and isinstance(part.value, int):
        return version[part.value] if part.value in {0, 1} else None
    whole = isinstance(part, ast.Slice) and (part.lower is None or _is_zero(part.lower))
    upper = part.upper if isinstance(part, ast.Slice) and whole else None
    if isinstance(upper, ast.Constant) and isinstance(upper.value, int):
        return PythonVersion(version[: upper.value]) if upper.value in {1, 2} else None
    return None


def all_of(answers: Iterable[Any]) -> bool | None:
    """Whether all hold."""
    found = bool_op(ast.And(), [True, *answers])
    return None if found is None else bool(found)


def as_held(value: Any) -> Any:
    """A value as a scope holds it."""
    return value if isinstance(value, bool | int | PythonVersion) else Known(value)


def _is_zero(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == 0


def combined(left: Any, op: ast.operator, right: Any) -> Any:
    """What an operator gives."""
    if isinstance(left, KnownPath) and isinstance(op, ast.Div) and isinstance(right, str):
        return KnownPath(f"{left}/{right}" if left else right)
    if left is None or right is None:
        return None
    if (
        isinstance(op, ast.Add)
        and type(left) is type(right)
        and isinstance(left, str | list | tuple)
    ):
        return left + right
    if isinstance(op, ast.Mod) and isinstance(left, str):
        return left % right
    if isinstance(op, ast.BitAnd) and isinstance(left, set) and isinstance(right, set):
        return left & right
    return None


def bool_op(op: ast.boolop, values: list[Any]) -> Any:
    """What ``and`` or ``or`` gives: a bool where only that is known of it."""
    decisive, unknown = isinstance(op, ast.Or), False
    for value in values:
        if value is None:
            unknown = True
        elif bool(value) is decisive:
            return decisive if unknown else value
    return None if unknown else values[-1]


def compared(left: Any, op: ast.cmpop, right: Any) -> bool | None:
    """What a comparison gives."""
    if isinstance(op, ast.In | ast.NotIn) and isinstance(right, list | tuple | set | dict | str):
        return _is_in(left, op, right)
    compare = COMPARISONS.get(type(op))
    if compare is None or left is None or right is None:
        return None
    if isinstance(left, PythonVersion) and isinstance(right, tuple):
        return _compare_versions(left, compare, tuple(right))
    if isinstance(right, PythonVersion) and isinstance(left, tuple):
        return _compare_versions(right, lambda mine, other: compare(other, mine), left)
    if isinstance(right, PythonVersion):
        return None
    return bool(compare(left, right)) if _can_compare(left, op, right) else None


def _can_compare(left: Any, op: ast.cmpop, right: Any) -> bool:
    """Whether two known values may be compared: numbers, texts, and whether two lists are equal."""
    if isinstance(left, int | float) and isinstance(right, int | float):
        return True
    ordered = isinstance(left, str) or (
        isinstance(left, list | set | tuple) and isinstance(op, ast.Eq | ast.NotEq)
    )
    return ordered and type(left) is type(right)


def is_none(left: Any, op: ast.cmpop, right: ast.expr) -> bool | None:
    """``x is None``, of what is known."""
    if not isinstance(right, ast.Constant) or right.value is not None or left is None:
        return None
    return (left is UNSET) is isinstance(op, ast.Is)


def _is_among(left: Any, op: ast.cmpop, right: Collection[Any]) -> bool | None:
    """Whether a known text, or the major and minor version, is one of some values."""
    if not isinstance(left, str | int) and not isinstance(left, PythonVersion):
        return None
    among = any(type(left) is type(part) and left == part for part in right)
    if isinstance(left, PythonVersion):
        among = tuple(left) in [tuple(p) for p in right if isinstance(p, tuple)]
    return among is isinstance(op, ast.In)


def _is_in(
    left: Any, op: ast.cmpop, right: str | list[Any] | tuple[Any, ...] | set[Any] | dict[Any, Any]
) -> bool | None:
    return _is_part(left, op, right) if isinstance(right, str) else _is_among(left, op, right)


def _is_part(left: Any, op: ast.cmpop, right: str) -> bool | None:
    """Whether a text is part of another, of which no more than a part may be known."""
    if not isinstance(left, str):
        return None
    found = left in right
    cut = "\0" in right or right.endswith("~")
    return None if cut and not found else found is isinstance(op, ast.In)


def _compare_versions(
    left: PythonVersion, compare: Callable[[Any, Any], bool], right: tuple[Any, ...]
) -> bool | None:
    """What holds for every patch release of a Python."""
    if not all(isinstance(part, int) for part in right):
        return None
    answers = {compare((*left, patch), right) for patch in (0, 1, 5, 99)}
    if len(left) == 1:
        answers = {compare(tuple(left), right)}
    return answers.pop() if len(answers) == 1 else None
