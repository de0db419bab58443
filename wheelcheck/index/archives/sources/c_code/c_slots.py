"""Functions of an own type in CPython's tables, and C++ of before C++17: both are errors today.

A function whose first parameter is ``Foo *`` is no ``PyObject *(*)(PyObject *)``: it needs a cast
since GCC 14 (gcc.gnu.org/gcc-14/porting_to.html). Exception specifications with types left C++ with
C++17, the default since GCC 11 (gcc.gnu.org/gcc-11/porting_to.html).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, partial

from wheelcheck.index.archives.sources.c_code.c_comments import COMMENT, as_spaces
from wheelcheck.index.archives.sources.c_code.conditions.places import is_certain_at
from wheelcheck.index.archives.sources.mark_kinds import SLOT, THROWS

__all__ = ["slot_breaks", "throw_breaks"]

_TABLE = re.compile(
    rb"Py(?:TypeObject|GetSetDef|SequenceMethods|NumberMethods|MappingMethods|AsyncMethods)"
    rb"\s+\w+\s*(?:\[\s*\w*\s*\])?\s*=\s*\{"
)
_BARE = re.compile(rb"[,{=]\s*([A-Za-z_]\w*)\s*(?=[,}])")
_FITTING = {b"PyObject", b"PyTypeObject", b"void", b"char", b"Py_buffer", b"int"}
_LONGEST = 4000
_THROWS = re.compile(rb"throw\s*\(\s*[A-Za-z_][\w:\s,&*<>]*\)\s*[;{=:]")
_DECLARES = re.compile(
    rb"(?!\s*(?:if|else|while|for|switch|case|return|\}|//|\*|#))[^;{}]*\)\s*(?:const\s*)?$"
)
_CXX = (".cc", ".cpp", ".cxx", ".c++", ".hh", ".hpp", ".hxx")


def slot_breaks(content: bytes, path: str) -> Iterator[str]:
    """The first function of a source of C that a table takes without a cast, and that differs."""
    if not path.endswith(".c"):
        return
    differs = cache(partial(_differs, content))  # NULL and the like are in every table
    for table in _TABLE.finditer(content):
        ends = (content.find(e, table.end(), table.end() + _LONGEST) for e in (b"\n}", b"};"))
        end = min((place for place in ends if place >= 0), default=-1)
        if end < 0:
            continue
        body = content[table.end() - 1 : end] + b","
        text = COMMENT.sub(as_spaces, body)
        for value in _BARE.finditer(text):
            place = table.end() - 1 + value.start(1)
            if differs(value[1]) and is_certain_at(content, place):
                yield SLOT + value[1].decode()
                return


def _differs(content: bytes, name: bytes) -> bool:
    """Whether a function is defined here whose first parameter points to an own type."""
    found = re.search(  # it begins with the name, so that it is found quickly
        name
        + rb"(?<!\w"
        + name
        + rb")\s*\(\s*(?:const\s+|struct\s+|register\s+)*(\w+)\s*\*[^()*]*[,)][^{};]*\{",
        content,
    )
    if found is None or found[1] in _FITTING:
        return False
    return not re.search(rb"(?:typedef|define)\s+(?:PyObject\s+)?" + found[1] + rb"\b", content)


def throw_breaks(content: bytes, path: str) -> Iterator[str]:
    """Whether a function of C++ says which exceptions it throws."""
    if not path.endswith(_CXX) or b"throw" not in content:
        return
    for match in _THROWS.finditer(content):
        line = content[content.rfind(b"\n", 0, match.start()) + 1 : match.start()]
        if _DECLARES.match(line) and is_certain_at(content, match.start()):
            yield THROWS
            return
