"""Conditions of the C preprocessor, evaluated for each CPython: is a line certainly compiled?

What a condition asks of anything but the version of Python and the platform is not known.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from wheelcheck.tables import read_table

__all__ = [
    "EVERY",
    "MINORS",
    "CertainPlaces",
    "Directives",
    "directives_at",
    "holds",
    "is_certain_at",
    "minors_at",
]

MINORS = range(8, 16)
"""The CPython 3.x that are looked at."""
EVERY = set(MINORS)

_NOT_DEFINED = {
    "MS_WINDOWS", "PYPY_VERSION", "Py_DEBUG", "Py_GIL_DISABLED", "Py_LIMITED_API", "WIN32",
    "_MSC_VER", "_WIN32", "_WIN64", "__APPLE__", "__CYGWIN__", "__MINGW32__", "__PYX_ENABLE_PYPY",
    "NO_PYTHON", "IS_PYPY", "PYPY",
}  # fmt: skip
_LONGEST_BODY = 100
_ABOUT_PYTHON = re.compile(r"py|3|version|defined|0", re.IGNORECASE)


_Truths = dict[int, bool | None]
"""For each CPython 3.x whether something holds; None where that is not known."""


@dataclass(frozen=True, slots=True)
class _Branch:
    """The present branch of an ``#if``: whether it is compiled, and it or one before it.

    `of_python`: the words of the ``#if`` may be about the version of Python. `flag` is the macro
    that decides by itself, "" if it is none or known.
    """

    now: _Truths
    taken: _Truths
    of_python: bool = False
    flag: str = ""


class Directives:
    """The conditions around a line, evaluated for each CPython."""

    def __init__(self) -> None:
        self._around: list[_Branch] = []
        self._by_python: set[str] = set()
        self._macros: dict[str, dict[int, str]] = {}  # what the file's own macros give, if certain
        self._absent: dict[str, set[int]] = {}  # where Python's version keeps them from being set

    def minors(self, since: int) -> set[int]:
        """The versions from `since` on that certainly compile the present line."""
        return {
            minor
            for minor in MINORS
            if minor >= since and all(branch.now[minor] is True for branch in self._around)
        }

    def perhaps(self, since: int) -> set[int]:
        """The versions that compile the line unless a macro decides that is not Python's."""
        by_python = any(branch.of_python for branch in self._around)
        if not self._around or by_python or since < MINORS.start:
            return set()
        return self._not_ruled_out(since) - self.minors(since)

    def waiting(self, since: int) -> tuple[str, set[int]]:
        """The one macro, defined elsewhere, that the present line waits for, and the versions."""
        unknown = [branch.flag for branch in self._around if None in branch.now.values()]
        if len(unknown) != 1 or not unknown[0]:
            return "", set()
        return unknown[0], self._not_ruled_out(since) - self.minors(since)

    def _not_ruled_out(self, since: int) -> set[int]:
        """The versions from `since` on that compile the present line, or may."""
        return {
            minor
            for minor in MINORS
            if minor >= since and all(branch.now[minor] is not False for branch in self._around)
        }

    def python_flags(self) -> dict[str, set[int]]:
        """The macros that the version of Python decides on, and where they are set."""
        given = {
            name: {m for m, body in known.items() if _is_set(body, m)}
            for name, known in self._macros.items()
        }
        return {
            name: minors for name, minors in given.items() if name in self._by_python and minors
        }

    def possible(self) -> set[int]:
        """The versions that compile the present line, or may, whatever else is defined."""
        return self._not_ruled_out(0)

    def enter(self) -> None:
        """A condition that holds in any case, as that around all of a header."""
        everywhere: _Truths = dict.fromkeys(MINORS, True)
        self._around.append(_Branch(everywhere, everywhere))

    def meet(self, word: str, rest: str) -> None:
        """A directive."""
        if word == "endif":
            del self._around[-1:]
        elif word in {"if", "ifdef", "ifndef"}:
            values = self._values(word, rest)
            of_python = _ABOUT_PYTHON.search(rest) is not None
            flag = _FLAG.fullmatch(rest.strip()) if word != "ifndef" else None
            macro = flag[1] or flag[2] if flag else ""
            self._around.append(_Branch(values, values, of_python, macro))
        elif self._around and word in {"elif", "else"}:
            before = self._around.pop()
            values = dict.fromkeys(MINORS, True) if word == "else" else self._values("if", rest)
            now = {m: _and(values[m], _not(before.taken[m])) for m in MINORS}
            taken = {m: _or(values[m], before.taken[m]) for m in MINORS}
            self._around.append(_Branch(now, taken, before.of_python))

    def define(self, name: str, body: str) -> None:
        """A macro without parameters, defined at the present line."""
        known = self._macros.setdefault(name, {})
        of_python = any(branch.of_python for branch in self._around)
        if of_python or "PY_" in body:
            self._by_python.add(name)
        absent = self._absent.setdefault(name, set())
        for minor in MINORS:
            around = {branch.now[minor] for branch in self._around}
            if False in around:
                if of_python and minor not in known:
                    absent.add(minor)
                continue
            absent.discard(minor)
            if None in around or len(body) > _LONGEST_BODY:
                known.pop(minor, None)
            else:
                known[minor] = body.strip()

    def undefine(self, name: str) -> None:
        """A macro that is undefined."""
        self._macros.pop(name, None)
        self._absent.pop(name, None)

    def _values(self, word: str, rest: str) -> _Truths:
        rest = rest.strip()
        if word != "if":
            name = rest.split()[0] if rest else ""
            own, absent = self._macros.get(name, {}), self._absent.get(name, ())
            defined = {
                minor: True if minor in own else False if minor in absent else _defined(name, minor)
                for minor in MINORS
            }
            return defined if word == "ifdef" else {m: _not(defined[m]) for m in MINORS}
        if not any(name in rest for name in self._macros):
            return dict(_evaluated(rest))
        return {minor: dict(_evaluated(self._expanded(rest, minor)))[minor] for minor in MINORS}

    def _expanded(self, text: str, minor: int) -> str:
        """A condition with the file's own macros in it replaced, the latest first."""
        for name in reversed(self._macros):
            body = self._macros[name].get(minor)
            absent = body is None and minor in self._absent.get(name, ())
            if name in text and (absent or body is not None):
                truth = f" {int(not absent)} "
                text = re.sub(rf"\bdefined\s*(?:\(\s*{name}\s*\)|{name}\b)", truth, text)
                value = f"({body or 0})".replace("\\", " ")
                text = re.sub(rf"\b{name}\b", value, text)
        return text


_FLAG = re.compile(r"(\w+)|defined\s*\(?\s*(\w+)\s*\)?")


def _is_set(body: str, minor: int) -> bool:
    """Whether a macro makes a condition true, by itself or by being defined."""
    return not body or dict(_evaluated(body))[minor] is True


_DIRECTIVE = re.compile(
    rb"^[ \t]*#[ \t]*(ifdef|ifndef|if|elif|else|endif|define|undef)\b[ \t]*([^\n]*)", re.MULTILINE
)
_MACRO = re.compile(r"(\w+)(?:[ \t]+(.*))?$")
_REMARK = re.compile(r"/\*.*?(?:\*/|$)|//.*")


def minors_at(content: bytes, place: int) -> set[int]:
    """The CPython 3.x that compile a place of a source for certain, whatever else is defined."""
    return directives_at(content, place).minors(0)


def directives_at(content: bytes, place: int) -> Directives:
    """The conditions around a place of a source."""
    here = Directives()
    for match in _DIRECTIVE.finditer(content, 0, place):
        _follow(match, here)
    return here


def _follow(match: re.Match[bytes], here: Directives) -> None:
    """Let a directive count for what comes behind it."""
    word = match[1].decode()
    rest = _REMARK.sub(" ", match[2].decode("utf-8", "replace")).strip()
    if word == "define":
        macro = _MACRO.match(rest)
        if macro is not None:
            here.define(macro[1], macro[2] or "")
    elif word == "undef":
        here.undefine(rest)
    else:
        here.meet(word, rest)


class CertainPlaces:
    """As `is_certain_at`, of places of one source in their order: it is gone through once.

    None of them may be within a directive.
    """

    def __init__(self, content: bytes) -> None:
        self._directives = _DIRECTIVE.finditer(content)
        self._next = next(self._directives, None)
        self._here = Directives()

    def __contains__(self, place: int) -> bool:
        while self._next is not None and self._next.start() < place:
            _follow(self._next, self._here)
            self._next = next(self._directives, None)
        return self._here.minors(0) == EVERY


def is_certain_at(content: bytes, place: int) -> bool:
    """Whether every CPython that is looked at compiles a place of a source, whatever is defined."""
    return minors_at(content, place) == EVERY


def holds(condition: str) -> bool | None:
    """Whether an ``#if`` of plain numbers holds; None where it has names that are not known."""
    return _evaluated(condition)[0][1]


def _and(left: bool | None, right: bool | None) -> bool | None:  # noqa: FBT001 (three-valued logic)
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def _or(left: bool | None, right: bool | None) -> bool | None:  # noqa: FBT001 (three-valued logic)
    return _not(_and(_not(left), _not(right)))


def _not(value: bool | None) -> bool | None:  # noqa: FBT001 (three-valued logic)
    return None if value is None else not value


def _defined(name: str, minor: int) -> bool | None:
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
def _evaluated(condition: str) -> tuple[tuple[int, bool | None], ...]:
    """What an ``#if`` says for each CPython 3.x: true, false, or not known."""
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
            negated = _not(_truth(_value(operand, minor, patch)))
            return None if negated is None else int(negated)
        case ast.BoolOp(op=op, values=parts):
            truths = [_truth(_value(part, minor, patch)) for part in parts]
            joined = truths[0]
            for truth in truths[1:]:
                joined = _and(joined, truth) if isinstance(op, ast.And) else _or(joined, truth)
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
        defined = _defined(name.removeprefix("DEFINED_"), minor)
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
