"""Functions that a source of C passes to `qsort`, and whose type is another one.

``int order(int *a, int *b)`` is no ``int (*)(const void *, const void *)``: GCC 14 refuses to pass
it to `qsort` (gcc.gnu.org/gcc-14/porting_to.html). Only functions of the same source count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wheelcheck.index.archives.sources.c_code.c_comments import COMMENT
from wheelcheck.index.archives.sources.c_code.conditions.places import is_certain_at
from wheelcheck.index.archives.sources.mark_kinds import PASSES

__all__ = ["callback_breaks"]

_CALLS = re.compile(rb"qsort(?<!\wqsort)\s*\(([^;{}]{1,400}?)\)\s*[;)!=]")
_LONGEST = 64 << 10
"""Longer files are generated, or made of many: nothing is said of them."""
_ARGUMENTS = 4
_WANTED = frozenset({b"const", b"void", b"*"})
_FUNCTION = re.compile(rb"^&?\s*(\w+)$")


def callback_breaks(content: bytes, path: str) -> Iterator[str]:
    """The first function of another type, and to what it is passed."""
    if not path.endswith(".c") or len(content) > _LONGEST:
        return
    if b"qsort" not in content:
        return
    for match in _CALLS.finditer(content):
        arguments = _arguments(match[1])
        name = _FUNCTION.match(arguments[-1]) if len(arguments) == _ARGUMENTS else None
        if name is None or not _differs(name[1], content):
            continue
        if is_certain_at(content, match.start()):
            yield f"{PASSES}{name[1].decode()}() to qsort"
            return


def _arguments(text: bytes) -> list[bytes]:
    """What is between commas outside all parentheses."""
    parts, depth, start = [], 0, 0
    for place, sign in enumerate(text):
        depth += (sign in b"([") - (sign in b")]")
        if sign == ord(",") and not depth:
            parts.append(text[start:place].strip())
            start = place + 1
    return [*parts, text[start:].strip()]


def _differs(name: bytes, content: bytes) -> bool:
    """Whether a function is defined here with other parameters than `qsort` wants of it."""
    # it begins with the name, so that it is found quickly
    found = re.search(name + rb"(?<!\w" + name + rb")\s*\(([^(){};]*)\)\s*\{", content)
    if found is None:
        return False
    parts = COMMENT.sub(b" ", found[1]).split(b",")
    parameters = [part.replace(b"*", b" * ").split() for part in parts]
    return len(parameters) == 2 and any(map(_is_other, parameters))  # noqa: PLR2004


def _is_other(parameter: list[bytes]) -> bool:
    """Whether a parameter, a pointer with a name, is no ``const void *``."""
    if parameter.count(b"*") == 0 or parameter[-1] == b"*":
        return False
    kind = parameter[:-1]
    if any(word.isupper() for word in kind):
        return False  # a macro may hide what it is
    return set(kind) != _WANTED or kind.count(b"*") != 1
