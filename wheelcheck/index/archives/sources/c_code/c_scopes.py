"""Of which type a variable of C is, as far as the function around it says.

A function is what lies between two closing braces in the first column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

__all__ = ["declared_type", "scope_of"]

_NO_TYPES = {b"return", b"else", b"case", b"sizeof", b"goto", b"in", b"and", b"or", b"not"}
_LONGEST = 60_000
_ENDS = (b";", b"(", b")", b"{", b"}")
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
    pointer, plain = _declarations(name)
    parts = tuple(_parts(name, text, scope))
    found = {match[1] for part in parts for match in pointer.finditer(text, *part)}
    found -= _NO_TYPES
    if len(found) != 1:
        return b""
    others = (match for part in parts for match in plain.finditer(text, *part))
    is_plain = any(match.group().split()[0] not in _NO_TYPES for match in others)
    return b"" if is_plain else found.pop()


@lru_cache(maxsize=512)  # the same few names in all functions
def _declarations(name: bytes) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """How a name is declared as a pointer, and as anything else."""
    word = re.escape(name)
    pointer = re.compile(
        rb"\b(\w+)\s*\*\s*(?:const\s+)?(?:\w+\s*(?:=[^,;(){}]*)?,\s*\*\s*)*"
        + word
        + rb"\s*(?=[,;)=])"
    )
    plain = re.compile(rb"\b\w+[ \t]+" + word + rb"\s*[,;)=]|\*\s*\*\s*" + word + rb"\b")
    return pointer, plain


def _parts(name: bytes, text: bytes, scope: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The parts of a function between the signs that no declaration has, where a name is in them.

    The sign behind belongs to a part: a declaration ends before it.
    """
    start, last = scope
    place = text.find(name, start, last)
    while place >= 0:
        end = last
        for sign in _ENDS:
            start = max(start, text.rfind(sign, start, place) + 1)
            found = text.find(sign, place, end)
            end = found + 1 if found >= 0 else end
        yield start, end
        start = end
        place = text.find(name, end, last)


def _may_be_pointer(name: bytes, text: bytes, scope: tuple[int, int]) -> bool:
    """Whether a name stands behind an asterisk: a pattern for each takes long to make."""
    place = text.find(name, *scope)
    while place >= 0:
        before = text[max(scope[0], place - _NEAR) : place].rstrip()
        if not before or before.endswith((b"*", b"const")):
            return True
        place = text.find(name, place + 1, scope[1])
    return False
