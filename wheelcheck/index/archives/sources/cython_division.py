"""Quotients of integers in Cython sources that are stored as integers.

``/`` is the true division of Python 3 since Cython 3, whose result is a ``double``; what is of an
integer type cannot be assigned it (cython.readthedocs.io, "Migrating from Cython 0.29 to 3.0").
"""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["integer_quotient"]

_INTEGER = (
    rb"(?:unsigned[ \t]+|signed[ \t]+)?"
    rb"(?:long[ \t]+long|long|short|int|char|size_t|ssize_t|Py_ssize_t|u?int(?:8|16|32|64)_t)"
    rb"(?:[ \t]+int)?"
)
_SIGN = re.compile(rb"/(?<!//)(?![/=*])")
_QUOTIENT = re.compile(
    rb"[ \t]+(?:cdef[ \t]+(" + _INTEGER + rb")[ \t]+)?(\w+)[ \t]*[-+*]?=[ \t]*"
    rb"([\w \t+*()/-]+?)[ \t]*(?:#.*)?"
)
_DEFINITION = re.compile(rb"^[ \t]*(?:def|cdef|cpdef)\b[^\n]*?\(", re.MULTILINE)
_DECLARED = re.compile(
    rb"\b" + _INTEGER + rb"[ \t]+(\w+(?:[ \t]*=[^,\n()\[\]]*)?(?:[ \t]*,[ \t]*\w+(?=[ \t]*[,=#\n)])"
    rb"(?:[ \t]*=[^,\n()]*)?)*)"
)
_TEXT = re.compile(
    rb"\"\"\".*?\"\"\"|'''.*?'''|#[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL
)
_NAME = re.compile(rb"[A-Za-z_]\w*")
_REAL = re.compile(rb"\d*\.\d|\d[eE]")


def integer_quotient(content: bytes) -> str:
    """The variable of the first such statement; empty where there is none.

    With the directive ``cdivision`` the quotient is that of C.
    """
    if b"cdivision" in content:
        return ""
    end = 0
    for sign in _SIGN.finditer(content):
        if sign.start() < end:
            continue
        start = content.rfind(b"\n", 0, sign.start()) + 1
        end = content.find(b"\n", sign.start())
        match = _QUOTIENT.fullmatch(content[start : end if end >= 0 else len(content)].rstrip())
        if match is None or b"//" in match[3] or b"/" not in match[3]:
            continue
        kind, name, value = match.groups()
        operands = set(_NAME.findall(value))
        if not operands or _REAL.search(value) or _quotient_is_called(value):
            continue
        declared = _integers(content, start)
        stored = bool(kind) or name in declared
        if stored and operands <= declared and _is_code(content, sign.start()):
            return name.decode()
    return ""


def _is_code(content: bytes, place: int) -> bool:
    """Whether a place is in no string of several lines."""
    return not any(text.start() < place < text.end() for text in _TEXT.finditer(content))


def _quotient_is_called(value: bytes) -> bool:
    """Whether a name is called: it may be a cast, or a function."""
    return re.search(rb"\w[ \t]*\(", value) is not None


def _integers(content: bytes, place: int) -> set[bytes]:
    """The variables of integer types of the function around a place, arguments included."""
    start = max((m.start() for m in _DEFINITION.finditer(content, 0, place)), default=-1)
    if start < 0:
        return set()
    return set(_names(content[start:place]))


def _names(text: bytes) -> Iterator[bytes]:
    for match in _DECLARED.finditer(text):
        for part in match[1].split(b","):
            name = _NAME.match(part.strip())
            if name is not None:
                yield name.group()
