"""What an ``#if`` says for each CPython, as far as its words are about Python and the platform."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache

from wheelcheck.tables import read_table
from wheelcheck.truth import all_of, any_of, opposite

__all__ = ["MINORS", "evaluated", "holds", "is_defined"]

MINORS = range(8, 16)
"""The CPython 3.x that are looked at."""

_NOT_DEFINED = {
    "MS_WINDOWS", "PYPY_VERSION", "Py_DEBUG", "Py_GIL_DISABLED", "Py_LIMITED_API", "WIN32",
    "_MSC_VER", "_WIN32", "_WIN64", "__APPLE__", "__CYGWIN__", "__MINGW32__", "__PYX_ENABLE_PYPY",
    "NO_PYTHON", "IS_PYPY", "PYPY",
}  # fmt: skip


def holds(condition: str) -> bool | None:
    """Whether an ``#if`` of plain numbers holds; None where it has names that are not known."""
    return evaluated(condition)[0][1]


def is_defined(name: str, minor: int) -> bool | None:
    """Whether a macro is defined on CPython 3.`minor`; None where that is not known."""
    if name in {"PY_VERSION_HEX", "PY_MAJOR_VERSION", "PY_MINOR_VERSION", "Py_PYTHON_H"}:
        return True
    if name in _NOT_DEFINED:
        return False
    of_python = _python_macros().get(name) if name.lstrip("_").startswith("Py") else None
    return None if of_python is None else of_python[0] <= minor <= of_python[1]


@cache
def _python_macros() -> Mapping[str, tuple[int, int]]:
    """The macros of CPython's headers, from the first to the last CPython 3.x that has them."""
    return {
        row["name"]: (int(row["first"].partition(".")[2]), int(row["last"].partition(".")[2]))
        for row in read_table("index/archives/sources/c_macros.csv")
    }


_VERSIONS = ("PY_VERSION_HEX", "PY_MINOR_VERSION")
"""What of a condition differs between the releases of CPython 3."""


@lru_cache(maxsize=1 << 12)
def evaluated(condition: str) -> tuple[tuple[int, bool | None], ...]:
    """What an ``#if`` says for each CPython 3.x: true, false, or not known (None)."""
    text = re.sub(r"\bdefined\s*\(?\s*(\w+)\s*\)?", r" DEFINED_\1 ", condition)
    text = re.sub(r"\b(0[xX][0-9a-fA-F]+|\d+)[uUlL]+\b", r"\1", text)
    text = re.sub(r"!(?!=)", " not ", text.replace("&&", " and ").replace("||", " or "))
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return tuple((minor, None) for minor in MINORS)
    of_python = any(name in condition for name in _VERSIONS) or "DEFINED_Py" in text
    if not of_python and "DEFINED__Py" not in text:  # nearly all, and much quicker
        answer = _truth(_value(tree, MINORS.start, 0))
        return tuple((minor, answer) for minor in MINORS)
    found: list[tuple[int, bool | None]] = []
    for minor in MINORS:
        # a bound inside a minor release is not known: first and last patch release must agree
        answers = {_truth(_value(tree, minor, patch)) for patch in (0, 30)}
        found.append((minor, answers.pop() if len(answers) == 1 else None))
    return tuple(found)


def _truth(value: int | None) -> bool | None:
    return None if value is None else bool(value)


def _value(node: ast.expr, minor: int, patch: int) -> int | None:  # noqa: PLR0911 (a case each)
    match node:
        case ast.Constant(value=int(number)):
            return int(number)
        case ast.Name(id=name):
            return _name_value(name, minor, patch)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            negated = opposite(_truth(_value(operand, minor, patch)))
            return None if negated is None else int(negated)
        case ast.BoolOp(op=op, values=parts):
            truths = [_truth(_value(part, minor, patch)) for part in parts]
            joined = all_of(truths) if isinstance(op, ast.And) else any_of(truths)
            return None if joined is None else int(joined)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _combined(_value(left, minor, patch), op, _value(right, minor, patch))
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _compared(_value(left, minor, patch), op, _value(right, minor, patch))
        case _:
            return None
    return None


def _name_value(name: str, minor: int, patch: int) -> int | None:
    if name.startswith("DEFINED_"):
        defined = is_defined(name.removeprefix("DEFINED_"), minor)
        return None if defined is None else int(defined)
    known = {
        "PY_VERSION_HEX": (3 << 24) + (minor << 16) + (patch << 8) + 0xF0,
        "PY_MAJOR_VERSION": 3,
        "PY_MINOR_VERSION": minor,
        "Py_GIL_DISABLED": 0,
        "PYPY_VERSION": 0,
    }
    return known.get(name)


_OPERATORS: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.BitAnd: operator.and_, ast.BitOr: operator.or_,
    ast.RShift: lambda left, right: left >> min(max(right, 0), 64),
    ast.LShift: lambda left, right: left << min(max(right, 0), 64),
}  # fmt: skip


def _combined(left: int | None, op: ast.operator, right: int | None) -> int | None:
    return None if left is None or right is None else _OPERATORS[type(op)](left, right)


def _compared(left: int | None, op: ast.cmpop, right: int | None) -> int | None:
    if left is None or right is None:
        return None
    answers = {
        ast.Lt: left < right, ast.LtE: left <= right, ast.Gt: left > right, ast.GtE: left >= right,
        ast.Eq: left == right, ast.NotEq: left != right,
    }  # fmt: skip
    answer = answers.get(type(op))
    return None if answer is None else int(answer)
