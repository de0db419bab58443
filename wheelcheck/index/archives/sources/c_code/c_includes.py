"""What a C or C++ source includes whatever is defined."""

from __future__ import annotations

import re
from functools import lru_cache

from wheelcheck.index.archives.sources.c_code.conditions.directives import Directives
from wheelcheck.index.archives.sources.c_code.conditions.places import EVERY

__all__ = ["certain_includes", "guard_of", "is_for_python", "unguarded"]

_PYTHON = (b"PyObject", b"Python.h", b"Py_", b"PyMem", b"PyErr", b"PyArg")
_NAMED = re.compile(rb"\s*([<\"][^>\"\n]{1,200})[>\"]")
_GUARD = re.compile(rb"^[ \t]*#\s*ifndef\s+(\w+)[^\n]*\n\s*#\s*define\s+\1\b", re.MULTILINE)
_NEWLINE = ord("\n")
_LONG = 64 << 10
_HEAD = 8 << 10
_CONDITIONALS = re.compile(rb"#[ \t]*(if|ifdef|ifndef|elif|else|endif|include)\b(.*)")
"""It begins with a sign, so that it is found quickly; what is before that is looked at later."""


def certain_includes(content: bytes) -> tuple[str, ...]:
    """What a source includes whatever is defined, with the sign before the name: ``<errno.h``.

    Of long files that are not for Python nothing is said.
    """
    last = content.rfind(b"include")
    if last < 0 or _is_long_library(content):
        return ()
    end = content.find(b"\n", last)
    guarded = _start_of_guard(content)
    found: dict[str, None] = {}
    around: list[_Branches] = []
    for match in _CONDITIONALS.finditer(content, 0, len(content) if end < 0 else end):
        word, rest = match.groups()
        if not _is_first(match):
            continue
        if word == b"include":
            if name := _named_for_certain(match, around):
                found[name] = None
        elif match.start() <= guarded <= match.end():
            around.append(_ALWAYS)
        elif word == b"endif":
            del around[-1:]
        elif word in _OPENING:
            around.append(((word, rest),))
        elif around:
            around[-1] = (*around[-1], (word, rest))
    return tuple(found)


def _is_long_library(content: bytes) -> bool:
    return len(content) > _LONG and not is_for_python(content)


def _start_of_guard(content: bytes) -> int:
    """Where the name is that keeps a header from being read twice; -1 where there is none."""
    guard = _GUARD.search(content, 0, _HEAD)
    return guard.start(1) if guard else -1


def guard_of(content: bytes) -> bytes:
    """The name that keeps a header from being read twice; empty where there is none."""
    guard = _GUARD.search(content, 0, _HEAD)
    return guard[1] if guard else b""


def unguarded(content: bytes) -> bytes:
    """A header whose guard is a condition that holds, every place in it as before."""
    guard = _GUARD.search(content, 0, _HEAD)
    if guard is None:
        return content
    start = content.index(b"ifndef", guard.start(), guard.start(1))
    return content[:start] + b"if 1".ljust(guard.end(1) - start) + content[guard.end(1) :]


def _named_for_certain(match: re.Match[bytes], around: list[_Branches]) -> str:
    """What an ``#include`` names, if it is compiled whatever is defined; else ""."""
    named = _NAMED.match(match[2])
    if named is None or not all(map(_is_certain, around)) or _in_comment(match):
        return ""
    return named[1].decode("utf-8", "replace")


_Branches = tuple[tuple[bytes, bytes], ...]
"""A conditional from its ``#if`` to the present branch: words, and what is behind them."""
_OPENING = frozenset({b"if", b"ifdef", b"ifndef"})
_ALWAYS: _Branches = ((b"", b""),)
"""What is around all of a header."""


@lru_cache(maxsize=1 << 12)
def _is_certain(branches: _Branches) -> bool:
    """Whether the last of these branches is compiled whatever is defined.

    Asked only where something is included there: most conditions decide on nothing.
    """
    here = Directives()
    for word, rest in branches:
        if word:
            here.meet(word.decode(), rest.decode("utf-8", "replace"))
        else:
            here.enter()
    return here.minors(0) == EVERY


def _is_first(match: re.Match[bytes]) -> bool:
    """Whether nothing but blanks is before a directive on its line."""
    content, start = match.string, match.start()
    if not start or content[start - 1] == _NEWLINE:  # nearly all
        return True
    return not content[content.rfind(b"\n", 0, start) + 1 : start].strip(b" \t")


def _in_comment(match: re.Match[bytes]) -> bool:
    content, start = match.string, match.start(1)
    return content.rfind(b"/*", 0, start) > content.rfind(b"*/", 0, start)


def is_for_python(content: bytes) -> bool:
    """Whether a source names anything of CPython's C API."""
    return b"Py" in content and any(word in content for word in _PYTHON)
