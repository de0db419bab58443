"""Of which type a variable of C is, as far as the function around it says.

A function is what lies between two closing braces in the first column.
"""

from __future__ import annotations

import re

__all__ = ["declared_type", "scope_of"]

_NO_TYPES = {b"return", b"else", b"case", b"sizeof", b"goto", b"in", b"and", b"or", b"not"}
_LONGEST = 60_000
_NEAR = 40
"""More blanks than anybody puts before a name."""


def scope_of(text: bytes, place: int) -> tuple[int, int]:
    """Where the function around a place begins and ends."""
    start = text.rfind(b"\n}", 0, place) + 2
    end = text.find(b"\n}", place)
    end = len(text) if end < 0 else end
    return max(start, place - _LONGEST), min(end, place + _LONGEST)


def declared_type(name: bytes, text: bytes, scope: tuple[int, int]) -> bytes:
    """The type that a variable of a function points to; empty where it is not known.

    Every declaration of the name in that function must agree. `text` is without comments.
    """
    if not _may_be_pointer(name, text, scope):
        return b""
    word = re.escape(name)
    pattern = re.compile(
        rb"\b(\w+)\s*\*\s*(?:const\s+)?(?:\w+\s*(?:=[^,;(){}]*)?,\s*\*\s*)*"
        + word
        + rb"\s*(?=[,;)=])"
    )
    found = {match[1] for match in pattern.finditer(text, *scope)}
    found -= _NO_TYPES
    if len(found) != 1:
        return b""
    plain = re.compile(rb"\b\w+[ \t]+" + word + rb"\s*[,;)=]|\*\s*\*\s*" + word + rb"\b")
    others = (match.group().split()[0] for match in plain.finditer(text, *scope))
    return b"" if any(word not in _NO_TYPES for word in others) else found.pop()


def _may_be_pointer(name: bytes, text: bytes, scope: tuple[int, int]) -> bool:
    """Whether a name stands behind an asterisk: a pattern for each takes long to make."""
    place = text.find(name, *scope)
    while place >= 0:
        before = text[max(scope[0], place - _NEAR) : place].rstrip()
        if not before or before.endswith((b"*", b"const")):
            return True
        place = text.find(name, place + 1, scope[1])
    return False
