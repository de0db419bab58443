"""Which names of CPython's C API a source uses that some CPython has no more.

`c_api.csv` has the names that are gone, and since when. A line counts for the versions of
CPython for which it is certainly compiled: the conditions around it (``#if PY_VERSION_HEX <
0x030B0000``) are evaluated, and what depends on anything else is left out.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from wheelcheck.tables import read_table

__all__ = ["MINORS", "PERHAPS", "ApiBreak", "api_breaks", "certain_includes"]

MINORS = range(8, 16)
"""The CPython 3.x that are looked at."""
_EVERY = set(MINORS)

ApiBreak = tuple[str, tuple[int, ...]]
"""A name that a source uses, ``()`` behind it where it is called, and the CPython 3.x whose
headers lack it; no versions where the source defines the name itself."""

_PYTHON = (b"PyObject", b"Python.h", b"Py_", b"PyMem", b"PyErr", b"PyArg")
_MAY_BE_NAME = re.compile(rb"_?Py[A-Z_]\w+")
_NAME = re.compile(rb"\b_?Py[A-Z_]\w+")
_MAY_ASSIGN = (b"Py_TYPE", b"Py_SIZE", b"Py_REFCNT")
_MAY_BE_MEMBER = (b"->frame", b"->f_", b"tstate", b"tp_print", b"->exc_", b"->curexc_")
_COMMENT = re.compile(rb"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"", re.DOTALL)
_DEFINES = re.compile(rb"(?!return\b|else\b|case\b)[A-Za-z_][\w \t*]*[ \t*]$")
"""What is before a name that a line in the first column defines or declares."""
_INCLUDE = re.compile(rb"^\s*#\s*include\s*[<\"]([\w./]+)[>\"]")
_DIRECTIVE = re.compile(rb"^\s*#\s*(if|ifdef|ifndef|elif|else|endif|define|include|undef)\b(.*)")
_NAMED = re.compile(rb"\s*([<\"][^>\"\n]{1,200})[>\"]")
_GUARD = re.compile(rb"^[ \t]*#\s*ifndef\s+(\w+)[^\n]*\n\s*#\s*define\s+\1\b", re.MULTILINE)
_LONG = 64 << 10
_HEAD = 8 << 10
_CONDITIONALS = re.compile(
    rb"^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else|endif|include)\b(.*)", re.MULTILINE
)
_ASSIGNED = re.compile(
    rb"\b(Py_TYPE|Py_SIZE|Py_REFCNT)\s*\((?:[^()=;]|\([^()]*\)|\([^()]*\([^()]*\)\))*\)\s*"
    rb"(?:[-+]?=(?!=)|\+\+|--)|(?:\+\+|--)\s*(Py_REFCNT|Py_SIZE)\s*\("
)
_MEMBERS = re.compile(
    rb"\b(?:_?(?:py_)?tstate|thread_state|threadstate|ts|PyThreadState_(?:GET|Get)\s*\(\s*\))\s*->\s*"
    rb"(frame|exc_type|exc_value|exc_traceback|recursion_depth|use_tracing|curexc_\w+)\b"
    rb"|\b(?:frame|f|py_?frame|cur_?frame|back)\s*->\s*(f_code|f_back|f_lineno|f_globals|f_lasti)\b"
    rb"|(?:->|\.)\s*(tp_print)\s*="
)
_MEMBER_GONE = {
    b"frame": (11, b"PyThreadState"), b"exc_type": (7, b"PyThreadState"),
    b"exc_value": (7, b"PyThreadState"), b"exc_traceback": (7, b"PyThreadState"),
    b"recursion_depth": (11, b"PyThreadState"), b"use_tracing": (11, b"PyThreadState"),
    b"curexc_type": (12, b"PyThreadState"), b"curexc_value": (12, b"PyThreadState"),
    b"curexc_traceback": (12, b"PyThreadState"),
    b"f_code": (11, b"PyFrameObject"), b"f_back": (11, b"PyFrameObject"),
    b"f_lineno": (11, b"PyFrameObject"), b"f_globals": (11, b"PyFrameObject"),
    b"f_lasti": (11, b"PyFrameObject"), b"tp_print": (9, b"PyTypeObject"),
}  # fmt: skip
"""Members of structures, since when they are gone (What's New in Python 3.7 to 3.12), and whose."""
_NO_TARGETS = {b"Py_TYPE": 11, b"Py_SIZE": 11, b"Py_REFCNT": 10}
"""Since when these macros are functions, which nothing can be assigned to (What's New)."""

_NOT_DEFINED = {
    "MS_WINDOWS", "PYPY_VERSION", "Py_DEBUG", "Py_GIL_DISABLED", "Py_LIMITED_API", "WIN32",
    "_MSC_VER", "_WIN32", "_WIN64", "__APPLE__", "__CYGWIN__", "__MINGW32__", "__PYX_ENABLE_PYPY",
}  # fmt: skip
PERHAPS = "?"
"""Behind a name: whether it is compiled depends on what is defined elsewhere."""
_ABOUT_PYTHON = re.compile(r"py|3|version|defined|0", re.IGNORECASE)
_NEAR = 20
"""Characters before a string in which ``#include`` is looked for."""
_MOST_LINES = 200_000


def api_breaks(content: bytes) -> tuple[ApiBreak, ...]:
    """The names of a source that some CPython lacks, each with the versions that certainly do."""
    if not _is_for_python(content):  # a vendored library: nothing else is looked for
        return ()
    gone = _gone()
    used = (gone.keys() & set(_MAY_BE_NAME.findall(content))) | (gone.keys() & _included(content))
    assigns = _has(content, _MAY_ASSIGN) and _ASSIGNED.search(content) is not None
    members = _has(content, _MAY_BE_MEMBER) and _MEMBERS.search(content) is not None
    if not (used or assigns or members):
        return ()
    found: dict[str, set[int]] = defaultdict(set)
    defined: set[str] = set()
    for place, minors in _lines(_COMMENT.sub(_blank, content), gone, used, defined):
        if minors is None:
            defined.add(place)
        else:
            found[place] |= minors
    return tuple(
        (name, tuple(sorted(minors)))
        for name, minors in sorted({**found, **{name: set() for name in defined}}.items())
        if (minors and name.rstrip("()?") not in defined) or name in defined
    )


def certain_includes(content: bytes) -> tuple[str, ...]:
    """What a source includes whatever is defined, with the sign before the name: ``<errno.h``.

    Of long files that are not for Python nothing is said.
    """
    if b"include" not in content or (len(content) > _LONG and not _is_for_python(content)):
        return ()
    guard = _GUARD.search(content[:_HEAD])
    found: list[str] = []
    here = _Conditions()
    for match in _directives_around_includes(content):
        word, rest = match.groups()
        if word == b"include":
            named = _NAMED.match(rest)
            if named is not None and here.minors(0) == _EVERY and not _in_comment(match):
                found.append(named.group(1).decode("utf-8", "replace"))
        elif guard and match.start() <= guard.start(1) <= match.end():
            here.enter()
        else:
            here.meet(word.decode(), rest.decode("utf-8", "replace"))
    return tuple(dict.fromkeys(found))


def _directives_around_includes(content: bytes) -> Iterator[re.Match[bytes]]:
    """The includes of a source and the conditions around them; all others decide on nothing."""
    last = content.rfind(b"include")
    end = content.find(b"\n", last)
    matches = list(_CONDITIONALS.finditer(content, 0, len(content) if end < 0 else end))
    opening: list[int] = []
    needed: set[int] = set()
    for place, match in enumerate(matches):
        word = match.group(1)
        if word.startswith(b"if"):
            opening.append(place)
        elif word == b"endif" and opening:
            opening.pop()
        elif word == b"include":
            needed.update(opening)
    passed = 0  # conditions within which nothing is included
    for place, match in enumerate(matches):
        opens, closes = match.group(1).startswith(b"if"), match.group(1) == b"endif"
        if passed or (opens and place not in needed):
            passed += opens - closes
        else:
            yield match


def _in_comment(match: re.Match[bytes]) -> bool:
    content, start = match.string, match.start(1)
    return content.rfind(b"/*", 0, start) > content.rfind(b"*/", 0, start)


def _is_for_python(content: bytes) -> bool:
    return b"Py" in content and _has(content, _PYTHON)


def _has(content: bytes, words: tuple[bytes, ...]) -> bool:
    return any(word in content for word in words)


@cache
def _gone() -> Mapping[bytes, int]:
    """Names and headers, and the CPython 3.x from which on they are gone."""
    return {
        row["name"].encode(): int(row["gone"].partition(".")[2])
        for row in read_table("index/archives/c_api.csv")
    }


def _included(content: bytes) -> set[bytes]:
    return set(re.findall(rb"include\s*[<\"]([\w./]+\.h)[>\"]", content))


def _blank(match: re.Match[bytes]) -> bytes:
    text = match.group()
    if not text.startswith(b'"'):
        return b"\n" * text.count(b"\n") or b" "
    before = match.string[max(0, match.start() - _NEAR) : match.start()].rstrip()
    return text if before.endswith(b"include") else b'""'


def _lines(
    text: bytes, gone: Mapping[bytes, int], used: set[bytes], defined: set[str]
) -> Iterator[tuple[str, set[int] | None]]:
    """The uses, each with the versions that compile it and lack the name; None: defined here."""
    here = _Conditions()
    for line in text.replace(b"\\\n", b" ").split(b"\n")[:_MOST_LINES]:
        directive = _DIRECTIVE.match(line)
        if directive is None:
            uses = tuple(_uses(line, text, gone, used, here))
            called = tuple(use for use in uses if "()" in use[0])
            yield from called or uses  # what is called may be an own macro: it decides on the rest
            continue
        word, rest = directive.groups()
        if word == b"include":
            include = _INCLUDE.match(line)
            path = include.group(1) if include else b""
            if path in used:
                yield path.decode(), here.minors(gone[path])
        elif word == b"define":
            name = rest.split(None, 1)[0].partition(b"(")[0] if rest.strip() else b""
            if name in used:
                defined.add(name.decode())
        else:
            here.meet(word.decode(), rest.decode("utf-8", "replace"))


def _uses(
    line: bytes, text: bytes, gone: Mapping[bytes, int], used: set[bytes], here: _Conditions
) -> Iterator[tuple[str, set[int] | None]]:
    """The uses in a line of code."""
    if b"Py" not in line and b"->" not in line and b"tp_print" not in line:
        return
    for match in _NAME.finditer(line):
        if match.group() in used:
            if (
                _DEFINES.match(line[: match.start()])
                and line[match.end() : match.end() + 1] == b"("
            ):
                yield match.group().decode(), None
                continue
            called = line[match.end() :].lstrip().startswith(b"(")
            name = match.group().decode() + "()" * called
            yield name, here.minors(gone[match.group()])
            yield f"{name}{PERHAPS}", here.perhaps(gone[match.group()])
    for match in _ASSIGNED.finditer(line):
        macro = match.group(1) or match.group(2)
        yield f"{macro.decode()}(…) =", here.minors(_NO_TARGETS[macro])
    for match in _MEMBERS.finditer(line):
        member = next(filter(None, match.groups()))
        since, owner = _MEMBER_GONE.get(member, (99, b""))
        if owner in text:
            yield f"{owner.decode()}.{member.decode()}", here.minors(since)


class _Conditions:
    """The conditions around a line, evaluated for each CPython."""

    def __init__(self) -> None:
        # for each nested #if: per version whether this branch, and any branch before it, is taken
        self._stack: list[tuple[dict[int, bool | None], dict[int, bool | None]]] = []
        self._of_python: list[bool] = []  # whether its words may be about the version of Python

    def minors(self, since: int) -> set[int]:
        """The versions from `since` on that certainly compile the present line."""
        return {
            minor
            for minor in MINORS
            if minor >= since and all(now[minor] is True for now, _ in self._stack)
        }

    def perhaps(self, since: int) -> set[int]:
        """The versions that compile the line unless a macro decides that is not Python's."""
        if not self._stack or any(self._of_python) or since < MINORS.start:
            return set()
        open_ones = {m for m in MINORS if all(now[m] is not False for now, _ in self._stack)}
        return {m for m in open_ones if m >= since} - self.minors(since)

    def enter(self) -> None:
        """A condition that holds in any case, as that around all of a header."""
        everywhere: dict[int, bool | None] = dict.fromkeys(MINORS, True)
        self._stack.append((everywhere, dict(everywhere)))
        self._of_python.append(False)

    def meet(self, word: str, rest: str) -> None:
        """A directive."""
        if word == "endif":
            if self._stack:
                self._stack.pop()
                self._of_python.pop()
        elif word in {"if", "ifdef", "ifndef"}:
            values = self._values(word, rest)
            self._stack.append((values, dict(values)))
            self._of_python.append(_ABOUT_PYTHON.search(rest) is not None)
        elif self._stack and word in {"elif", "else"}:
            _, before = self._stack.pop()
            values = dict.fromkeys(MINORS, True) if word == "else" else self._values("if", rest)
            now = {m: _and(values[m], _not(before[m])) for m in MINORS}
            taken = {m: _or(values[m], before[m]) for m in MINORS}
            self._stack.append((now, taken))

    @staticmethod
    def _values(word: str, rest: str) -> dict[int, bool | None]:
        rest = rest.strip()
        if word != "if":
            defined = _defined(rest.split()[0] if rest else "")
            return dict.fromkeys(MINORS, defined if word == "ifdef" else _not(defined))
        return dict(_evaluated(rest))


def _and(left: bool | None, right: bool | None) -> bool | None:  # noqa: FBT001 (three-valued logic)
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def _or(left: bool | None, right: bool | None) -> bool | None:  # noqa: FBT001 (three-valued logic)
    return _not(_and(_not(left), _not(right)))


def _not(value: bool | None) -> bool | None:  # noqa: FBT001 (three-valued logic)
    return None if value is None else not value


def _defined(name: str) -> bool | None:
    if name in {"PY_VERSION_HEX", "PY_MAJOR_VERSION", "PY_MINOR_VERSION", "Py_PYTHON_H"}:
        return True
    return False if name in _NOT_DEFINED else None


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
    if not any(name in condition for name in _VERSIONS):  # nearly all, and much quicker
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
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _compared(_value(left, minor, patch), op, _value(right, minor, patch))
        case _:
            return None
    return None


def _name_value(name: str, minor: int, patch: int) -> int | None:
    if name.startswith("DEFINED_"):
        defined = _defined(name.removeprefix("DEFINED_"))
        return None if defined is None else int(defined)
    known = {
        "PY_VERSION_HEX": (3 << 24) + (minor << 16) + (patch << 8) + 0xF0,
        "PY_MAJOR_VERSION": 3,
        "PY_MINOR_VERSION": minor,
        "Py_GIL_DISABLED": 0,
        "PYPY_VERSION": 0,
    }
    return known.get(name)


def _compared(left: int | None, op: ast.cmpop, right: int | None) -> int | None:
    if left is None or right is None:
        return None
    answers = {
        ast.Lt: left < right, ast.LtE: left <= right, ast.Gt: left > right, ast.GtE: left >= right,
        ast.Eq: left == right, ast.NotEq: left != right,
    }  # fmt: skip
    answer = answers.get(type(op))
    return None if answer is None else int(answer)
