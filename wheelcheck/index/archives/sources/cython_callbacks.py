"""Functions of a Cython source that it passes to C as callbacks, and that may raise in Cython 3.

Since Cython 3.0 a ``cdef`` function without an exception clause may raise, and its type is another
than that of a C function pointer: passing it on is an error unless it is ``noexcept``
(cython.readthedocs.io, "Error return values").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from wheelcheck.index.archives.sources.mark_kinds import PERHAPS

__all__ = ["callback_takers", "passed_elsewhere", "raising_callback"]

_FUNCTION = re.compile(
    rb"^[ \t]*cdef[ \t]+(?:inline[ \t]+)?(?:const[ \t]+)?"
    rb"(?:void|int|long|short|double|float|char|bint|size_t|ssize_t|Py_ssize_t|unsigned[ \t]+\w+"
    rb"|\w+_t|[A-Za-z_]\w*[ \t]*(?=\*))(?:[ \t]*\*+[ \t]*|[ \t]+)(\w+)[ \t]*"
    rb"\([^()]*\)([^:\n]*):[ \t]*(?:#[^\n]*)?$",
    re.MULTILINE,
)
_EXTERN = re.compile(rb"^([ \t]*)cdef extern from[^\n]*:[ \t]*(?:#[^\n]*)?\n", re.MULTILINE)
_DECLARED = re.compile(rb"\b(\w+)[ \t]*\(")
_UNINDENTED = re.compile(rb"^[^\s#]", re.MULTILINE)
_MEMBER = re.compile(rb"\([ \t]*\*[ \t]*(\w+)[ \t]*\)[ \t]*\(")
_ASSIGNED = re.compile(
    rb"^[ \t]+[\w.\[\]]+\.(\w+)[ \t]*=[ \t]*&?(\w+)[ \t]*(?:#[^\n]*)?$", re.MULTILINE
)
_POINTER = re.compile(
    rb"^[ \t]*ctypedef[ \t]+[^()\n]*\(\*[ \t]*(\w+)[ \t]*\)([^\n]*)", re.MULTILINE
)
_TAKER = re.compile(
    rb"^(?![ \t]*ctypedef)[^#\n()]*?\b(\w+)[ \t]*\(([^\n]*)\)[ \t\r]*(?:nogil)?[ \t\r]*$",
    re.MULTILINE,
)
_MOST_TAKERS = 20
_TAKE_CALLBACKS = {b"qsort", b"bsearch", b"atexit"}
"""Functions of Cython's own declarations of the C library that are given one."""
_STORED = re.compile(rb"^[ \t]+self\.\w+\.\w+[ \t]*=[ \t]*self\.(\w+)[ \t]*", re.MULTILINE)
_ENDS = (b"\n", b"\r", b"#", b"")
_ALLOWED = b"legacy_implicit_noexcept"


def raising_callback(content: bytes) -> str:
    """The first such function; "" where there is none."""
    stores = b"= self." in content and b"*" in content
    passes = b"extern" in content or b"qsort" in content
    if _ALLOWED in content or not (stores or passes):
        return ""
    functions = set(_raising_functions(content))
    readers = (*(_stored_method,) * stores, *(_stored_function, _passed_function) * passes)
    found = (reader(functions, content) for reader in readers if functions)
    return next(filter(None, found), "")


def passed_elsewhere(content: bytes) -> Iterator[str]:
    """Such functions that are passed to what the source does not declare itself: ``f?taker``.

    Declaration files say whether that is a function of C (`callback_takers`).
    """
    if _ALLOWED in content:
        return
    functions = set(_raising_functions(content))
    own = functions | set(_declared(content)) if functions else set()
    pairs = (
        (function, taker)
        for function in sorted(functions)
        for taker in dict.fromkeys(_takers(function, content, rb"(?:\w+\.)?"))
        if taker not in own and rb"def " + taker + rb"(" not in content
    )
    for function, taker in islice(pairs, _MOST_TAKERS):
        yield f"{function.decode('utf-8', 'replace')}{PERHAPS}{taker.decode('utf-8', 'replace')}"


def callback_takers(content: bytes) -> Iterator[str]:
    """The functions of C in a declaration file that take a pointer to a function.

    Pointers to functions that may raise are left out.
    """
    for block in _EXTERN.finditer(content):
        found = _UNINDENTED.search(content, block.end())
        text = content[block.end() : found.start() if found else len(content)]
        pointers = [name for name, rest in _POINTER.findall(text) if b"except" not in rest]
        types = re.compile(rb"\b(?:" + b"|".join(map(re.escape, pointers)) + rb")\b")
        for name, parameters in _TAKER.findall(text) if pointers else ():
            if types.search(parameters) and b"(*" not in parameters:
                yield name.decode("utf-8", "replace")


def _passed_function(functions: set[bytes], content: bytes) -> str:
    """The first function that is passed to a function of C."""
    outside = set(_declared(content)) - functions
    if b"cimport" in content:
        outside.update(name for name in _TAKE_CALLBACKS if name in content)
    passed = (each for each in sorted(functions) if not outside.isdisjoint(_takers(each, content)))
    return next(passed, b"").decode("utf-8", "replace")


def _takers(function: bytes, content: bytes, module: bytes = b"") -> Iterator[bytes]:
    """The functions that a function is passed to; `module` matches what may be before the name."""
    lines = [line for line in _lines_with(function, content) if _may_pass(function, line)]
    if not lines:  # as of most functions
        return
    passed = re.compile(
        rb"(?<![\w.])"
        + module
        + rb"(\w+)\((?:[^()\n]*,)?[ \t]*&?"
        + function
        + rb"[ \t]*(?:,[^()\n]*)?\)"
    )
    for line in lines:
        yield from passed.findall(line)


def _may_pass(function: bytes, line: bytes) -> bool:
    """Whether a function's name is an argument, by what is behind it: not called nor defined."""
    return any(part.lstrip(b" \t").startswith((b",", b")")) for part in line.split(function)[1:])


def _stored_method(functions: set[bytes], content: bytes) -> str:
    """The first method that is put in a member of a structure: Python can hold no such method."""
    for match in _STORED.finditer(content):
        if match.group(1) in functions and content[match.end() : match.end() + 1] in _ENDS:
            return match.group(1).decode("utf-8", "replace")
    return ""


def _stored_function(functions: set[bytes], content: bytes) -> str:
    """The first function that is put in a member that an ``extern`` block declares."""
    members: set[bytes] = set()
    for block in _EXTERN.finditer(content):
        end = _UNINDENTED.search(content, block.end())
        members.update(_MEMBER.findall(content, block.end(), end.start() if end else len(content)))
    for match in _ASSIGNED.finditer(content) if members else ():
        if match[1] in members and match[2] in functions:
            return match[2].decode("utf-8", "replace")
    return ""


def _lines_with(word: bytes, content: bytes) -> Iterator[bytes]:
    """The lines in which a word occurs: calls are looked for in them alone, which is quicker.

    A call that is open at the end of its line goes on in the next few.
    """
    place = content.find(word)
    while place >= 0:
        end = _end_of_line(place, content)
        first = content.rfind(b"\n", 0, place) + 1
        line = content[first:end]
        for _ in range(_MOST_LINES):
            if line.count(b"(") <= line.count(b")"):
                break
            end = _end_of_line(end + 1, content)
            line = b" ".join(content[first:end].split(b"\n"))
        yield line
        place = content.find(word, end)


_MOST_LINES = 6


def _end_of_line(place: int, content: bytes) -> int:
    end = content.find(b"\n", place)
    return len(content) if end < 0 else end


def _lines_from(place: int, content: bytes) -> Iterator[bytes]:
    """The lines from a place on: of most files few are looked at."""
    while (end := content.find(b"\n", place)) >= 0:
        yield content[place:end]
        place = end + 1
    yield content[place:]


def _raising_functions(content: bytes) -> Iterator[bytes]:
    """The C functions whose exceptions Cython 3 hands on: they say nothing of any."""
    for match in _FUNCTION.finditer(content):
        if b"except" not in match.group(2):
            yield match.group(1)


def _declared(content: bytes) -> Iterator[bytes]:
    """The functions that ``cdef extern`` blocks declare."""
    for block in _EXTERN.finditer(content):
        for line in _lines_from(block.end(), content):
            text = line.strip()
            indent = line[: len(line) - len(line.lstrip())]
            if text and not text.startswith(b"#") and len(indent) <= len(block.group(1)):
                break
            found = _DECLARED.search(text)
            if found is not None and b"(*" not in text[: found.end() + 1]:
                yield found.group(1)
