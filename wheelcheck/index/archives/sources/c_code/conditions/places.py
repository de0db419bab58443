"""Places of a source: which CPython compile them for certain, whatever else is defined."""

from __future__ import annotations

import re

from wheelcheck.index.archives.sources.c_code.conditions.directives import Directives
from wheelcheck.index.archives.sources.c_code.conditions.expressions import MINORS

__all__ = ["EVERY", "CertainPlaces", "directives_at", "is_certain_at", "minors_at"]

EVERY = set(MINORS)
"""All CPython 3.x that are looked at."""
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
