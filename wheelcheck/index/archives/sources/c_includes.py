"""What a C or C++ source includes whatever is defined."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wheelcheck.index.archives.sources.c_conditions import EVERY, Conditions

__all__ = ["certain_includes", "is_for_python"]

_PYTHON = (b"PyObject", b"Python.h", b"Py_", b"PyMem", b"PyErr", b"PyArg")
_NAMED = re.compile(rb"\s*([<\"][^>\"\n]{1,200})[>\"]")
_GUARD = re.compile(rb"^[ \t]*#\s*ifndef\s+(\w+)[^\n]*\n\s*#\s*define\s+\1\b", re.MULTILINE)
_LONG = 64 << 10
_HEAD = 8 << 10
_CONDITIONALS = re.compile(
    rb"^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else|endif|include)\b(.*)", re.MULTILINE
)


def certain_includes(content: bytes) -> tuple[str, ...]:
    """What a source includes whatever is defined, with the sign before the name: ``<errno.h``.

    Of long files that are not for Python nothing is said.
    """
    if b"include" not in content or (len(content) > _LONG and not is_for_python(content)):
        return ()
    guard = _GUARD.search(content[:_HEAD])
    found: list[str] = []
    here = Conditions()
    for match in _directives_around_includes(content):
        word, rest = match.groups()
        if word == b"include":
            named = _NAMED.match(rest)
            if named is not None and here.minors(0) == EVERY and not _in_comment(match):
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


def is_for_python(content: bytes) -> bool:
    """Whether a source names anything of CPython's C API."""
    return b"Py" in content and any(word in content for word in _PYTHON)
