"""How much C a Cython source becomes: its lines of code, and what brings C of its own along.

A module that uses memoryviews gets some twenty thousand lines for them, whatever its own length;
a function of fused types becomes one for each of them; comments and documentation become nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import islice, takewhile
from math import prod

from wheelcheck.index.archives.sources.mark_kinds import (
    CIMPORTS,
    CIMPORTS_NUMPY,
    FUSED,
    INSTANCES,
    VIEWS,
)

__all__ = ["code_lines", "cython_parts", "is_cython"]

_SUFFIXES = (".pyx", ".pxi", ".pyx.in", ".pxi.in", ".pyx.tp")
_NO_CODE = re.compile(rb"\"\"\".*?\"\"\"|'''.*?'''|#[^\n]*", re.DOTALL)
_LINE = re.compile(rb"^[ \t]*[^\s]", re.MULTILINE)
_VIEW = re.compile(
    rb"\w\[[ \t]*::?1?[ \t]*(?:,[ \t]*::?1?[ \t]*)*\][ \t]+"
    rb"(?!(?:and|as|else|for|if|in|is|not|or)\b)[A-Za-z_]"
)
"""``double[:, ::1] x``: a type, its dimensions, and the name that is declared."""
_NUMPY = re.compile(rb"^[ \t]*(?:cimport[ \t]+numpy|from[ \t]+numpy[ \t]+cimport)\b", re.MULTILINE)


_CIMPORTED = re.compile(
    rb"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+cimport\b|cimport[ \t]+([\w.]+))", re.MULTILINE
)
_FUSED_TYPE = re.compile(
    rb"^([ \t]*)ctypedef[ \t]+fused[ \t]+(\w+)[ \t]*:[^\n]*\n((?:\1[ \t]+[^\n]*\n|[ \t]*\n)+)",
    re.MULTILINE,
)
_OF_CYTHON = {b"floating": 2, b"integral": 3, b"numeric": 7}
"""The fused types that Cython itself declares, by the number of their types
(cython.readthedocs.io, "Fused Types (Templates)")."""
_USES_THEM = re.compile(
    rb"cython(?:[ \t]+cimport[^\n]*\b|\.)(?:floating|integral|numeric)\b",
)
_FUNCTION = re.compile(rb"^([ \t]*)(?:cp?def|def)\b[^\n(=]{0,200}\(", re.MULTILINE)
_REST_OF_HEAD = re.compile(rb"[^\n]{0,500}:[ \t]*(?:#[^\n]*)?$", re.MULTILINE)
_LONGEST_HEAD = 2000
_MOST_FUNCTIONS = 2000
_LONGEST = 50_000
"""Bytes of a function: bounds for what nobody writes by hand."""
_WORD = re.compile(rb"\w+")
_CALL = re.compile(rb"^(?![ \t]*cp?def\b)[^\n#]*?\b(\w+)\[([\w \t,*]+)\]\(", re.MULTILINE)
"""A call of a template with its types: ``fill[uint8_t, float](``."""
_C_TYPE = re.compile(
    rb"(?:(?:un)?signed[ \t]+)?"
    rb"(?:u?int\d*(?:_t)?|float(?:\d+_t)?|double|long|short|char|size_t|bint|bool)[ \t*]*"
)


def is_cython(path: str) -> bool:
    """Whether a file holds Cython code, or is a template for it; declarations are none."""
    return path.endswith(_SUFFIXES)


def code_lines(content: bytes) -> int:
    """Lines with code, outside comments and texts of several lines."""
    return len(_LINE.findall(_NO_CODE.sub(b"", content)))


def cython_parts(content: bytes, path: str) -> Iterator[str]:
    """What of a Cython source brings C along that does not stand in it; what declarations cimport.

    ``fused 120``: copies of functions for further types of a fused type have so many lines.
    ``instances 9``: so often a template of C++ is made for types of its own.
    """
    if is_cython(path):
        signs = ((VIEWS, _VIEW), (CIMPORTS_NUMPY, _NUMPY))
        yield from (name for name, sign in signs if sign.search(content))
        yield from _copies(content)
    if (is_cython(path) or path.endswith(".pxd")) and b"cimport" in content:
        names = (first or second for first, second in _CIMPORTED.findall(content))
        yield from dict.fromkeys(f"{CIMPORTS}{name.decode()}" for name in names if name != b"numpy")


def _copies(content: bytes) -> Iterator[str]:
    """What is written or instantiated once for each of several types."""
    fused = _fused_types(content)
    if not fused and b"](" not in content:
        return
    code = _NO_CODE.sub(b"", content)
    instances, lines = _instances(code, fused), 0
    for head, indent, end in islice(_functions(code) if fused else (), _MOST_FUNCTIONS):
        more = prod(fused[name] for name in set(_WORD.findall(head)) & fused.keys()) - 1
        if more:
            body = _body(code[end : end + _LONGEST], indent)
            lines += more * len(body)
            instances += more * _instances(b"\n".join(body), fused)
    yield from (f"{FUSED}{lines}",) if lines else ()
    yield from (f"{INSTANCES}{instances}",) if instances else ()


def _functions(code: bytes) -> Iterator[tuple[bytes, int, int]]:
    """The heads of functions, how far each is indented, and where it ends."""
    for start in _FUNCTION.finditer(code):
        close = code.find(b")", start.end(), start.end() + _LONGEST_HEAD)
        rest = _REST_OF_HEAD.match(code, close) if close > 0 else None
        if rest is not None:
            yield code[start.start() : rest.end()], len(start[1]), rest.end()


def _instances(code: bytes, fused: Collection[bytes]) -> int:
    """Different calls of templates for types of C or for fused types."""
    return sum(
        all(_C_TYPE.fullmatch(name.strip()) or name.strip() in fused for name in types.split(b","))
        for _, types in set(_CALL.findall(code))
    )


def _fused_types(content: bytes) -> Mapping[bytes, int]:
    """How many types each fused type has that a source declares, or takes from Cython."""
    found = dict(_OF_CYTHON) if _USES_THEM.search(content) else {}
    if b"fused" in content:
        for declared in _FUSED_TYPE.finditer(content):
            members = filter(None, map(bytes.strip, _NO_CODE.sub(b"", declared[3]).split(b"\n")))
            found[declared[2]] = sum(found.get(member, 1) for member in members)
    return found


def _body(code: bytes, indent: int) -> list[bytes]:
    """The lines of code of a function's body: those that are indented further than its head."""
    lines = (line for line in code.split(b"\n") if line.strip())
    return list(takewhile(lambda line: len(line) - len(line.lstrip()) > indent, lines))
