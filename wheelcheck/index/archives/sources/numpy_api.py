"""Which names of NumPy's C API a source uses that a later NumPy has no more.

`numpy_api.csv` has the names and headers that are gone, and since when. Only what no condition
surrounds counts, in sources that define no such name themselves.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cache

from wheelcheck.index.archives.sources.c_code.c_comments import COMMENT
from wheelcheck.index.archives.sources.mark_kinds import IMAGINARY, NUMPY
from wheelcheck.tables import read_table

__all__ = ["cython_numpy_marks", "numpy_marks"]

_SOURCES = (".c", ".cc", ".cpp", ".cxx", ".c++", ".h", ".hpp")
_NAME = re.compile(
    rb"[PNn](?:(?<!\w[PNn])(?:yArray|yUFunc|yDataMem|yDataType|PY|py)_\w+|umpy/\w+\.h)"
)
"""Names and headers of NumPy. It begins with one of three letters, so that it is found quickly."""
_DIRECTIVE = re.compile(rb"^[ \t]*#[ \t]*(if|endif|define|undef)\w*[ \t]*(\w*)", re.MULTILINE)
_MEMBER = re.compile(
    rb"(?:PyArray_DESCR[ \t]*\([^()]*\)|\b\w*(?:descr|dtype)\w*)[ \t]*->[ \t]*"
    rb"(elsize|subarray|fields|names|c_metadata)\b"
)
_SHAPE_OF_CYTHON = re.compile(rb"__pyx_v_\w+->subarray->shape\b")
"""What Cython wrote by the declarations of NumPy 1, which it inlines: `PyDataType_SHAPE`."""
_DESCRIPTOR = re.compile(rb"\bPyArray_Descr\s*\*\s*(\w+)")
_READ = re.compile(rb"->[ \t]*(?:elsize|subarray|fields|names|c_metadata)\b")
"""What a member is read by, which is found quickly."""
_MEMBERS_GONE = b"2.0.0"
"""Since then other members of `PyArray_Descr` are reached by functions alone
(numpy.org/doc/stable/numpy_2_0_migration_guide.html)."""
_INCLUDES = re.compile(rb"include[ \t]*[<\"]numpy/")
_IMAGINARY = re.compile(
    rb"\b(?:int|double|float|long|short|char|unsigned|size_t|Py_ssize_t|npy_\w+)\b[^;(){}=\n\"']*?"
    rb"(?<![\w>.])I[ \t]*[;,=\[)]"
)
"""A variable that is called I."""
_WORD_I = re.compile(rb"I(?<![\w>.]I)[ \t]*[;,=\[)]")
"""The end of that, which is found quickly."""
_OF_MACRO = re.compile(rb"#[ \t]*(?:undef|define)[ \t]+I\b")
_KNOWS_NUMPY_2 = (b"PyDataType_", b"npy_2_compat", b"NPY_2_0", b"0x02000000")


def numpy_marks(content: bytes, path: str) -> tuple[str, ...]:
    """The names that are gone from some NumPy, each with the release, and those defined here."""
    if b"numpy" not in content or not path.endswith(_SOURCES):
        return ()
    used = _gone().keys() & set(_NAME.findall(content))
    members = _may_use_members(content)
    imaginary = path.endswith(".c") and _may_name_macro(content)
    if not used and not imaginary and not (members and _reads_member(content)):
        return ()
    text = COMMENT.sub(b" ", content)
    conditional = {name for _, name in _DIRECTIVE.findall(text)}
    found = [f"{NUMPY}- {name.decode()}" for name in sorted(used & conditional)]
    if not path.endswith((".h", ".hpp")):
        inside = _Conditions(text)
        found += _uses(text, used - conditional, inside)
        if members and _reads_surely(text, inside):
            found.append(f"{NUMPY}{_MEMBERS_GONE.decode()} PyArray_Descr.members")
        if imaginary and _certain(_IMAGINARY, text, inside):
            found.append(IMAGINARY)
    return tuple(found)


def _may_name_macro(content: bytes) -> bool:
    """Whether C that includes NumPy's headers may call a variable I."""
    includes = _INCLUDES.search(content) is not None and b"complex.h" not in content
    if not includes or _WORD_I.search(content) is None:
        return False
    return _OF_MACRO.search(content) is None and _IMAGINARY.search(content) is not None


def cython_numpy_marks(content: bytes) -> tuple[str, ...]:
    """What Cython wrote by the declarations of NumPy 1: a member that is gone from NumPy 2."""
    if _SHAPE_OF_CYTHON.search(content) is None:
        return ()
    return (f"{NUMPY}{_MEMBERS_GONE.decode()} PyArray_Descr.subarray",)


def _may_use_members(content: bytes) -> bool:
    """Whether a source reads members of structures, and does not know of NumPy 2."""
    return _READ.search(content) is not None and not any(word in content for word in _KNOWS_NUMPY_2)


def _reads_member(content: bytes) -> bool:
    return _MEMBER.search(content) is not None or _DESCRIPTOR.search(content) is not None


def _reads_surely(text: bytes, inside: _Conditions) -> bool:
    """Whether a member of a descriptor is read, by its name or type, under no condition."""
    if _certain(_MEMBER, text, inside):
        return True
    names = {re.escape(name) for name in _DESCRIPTOR.findall(text)}
    if not names:
        return False
    read = rb"\b(?:" + b"|".join(sorted(names)) + rb")[ \t]*->[ \t]*"
    return _certain(re.compile(read + rb"(?:elsize|subarray|c_metadata)\b"), text, inside)


def _uses(text: bytes, names: set[bytes], inside: _Conditions) -> Iterator[str]:
    for name in sorted(names):
        if _certain(_word(name), text, inside):
            yield f"{NUMPY}{_gone()[name]} {name.decode()}"


@cache
def _word(name: bytes) -> re.Pattern[bytes]:
    """A name as a word of its own. The pattern begins with it, so that it is found quickly."""
    word = re.escape(name)
    return re.compile(word + rb"(?<!\w" + word + rb")(?!\w)")


class _Conditions:
    """Where conditions begin and end in a text, found once for all names."""

    def __init__(self, text: bytes) -> None:
        self._ends: list[int] = []
        self._depths = [0]
        for match in _DIRECTIVE.finditer(text):
            change = {b"if": 1, b"endif": -1}.get(match[1], 0)
            if change:
                self._ends.append(match.end(1))
                self._depths.append(self._depths[-1] + change)

    def __contains__(self, place: int) -> bool:
        """Whether a condition is around a place."""
        return self._depths[bisect_right(self._ends, place)] != 0


def _certain(pattern: re.Pattern[bytes], text: bytes, inside: _Conditions) -> bool:
    """Whether a pattern is found where no condition is around it."""
    for match in pattern.finditer(text):
        line = text[text.rfind(b"\n", 0, match.start()) + 1 : match.start()].lstrip()
        defines = line.startswith(b"#") and b"include" not in line
        if not defines and match.start() not in inside:
            return True
    return False


@cache
def _gone() -> Mapping[bytes, str]:
    """Names and headers, and the NumPy from which on they are gone."""
    return {
        row["name"].encode(): row["gone"]
        for row in read_table("index/archives/sources/numpy_api.csv")
    }
