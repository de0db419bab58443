"""Sources that refuse to be compiled with some version of a library: ``#error`` below a condition.

`library_macros.csv` has the macros by which the headers of libraries say which version they are of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache

from packaging.version import Version

from wheelcheck.index.archives.sources.c_code.c_includes import guard_of
from wheelcheck.index.archives.sources.c_code.conditions.expressions import holds
from wheelcheck.index.archives.sources.c_code.conditions.places import is_certain_at
from wheelcheck.index.archives.sources.mark_kinds import ERROR, FOREIGN, LIMITED
from wheelcheck.tables import read_table

__all__ = ["error_marks", "foreign_marks", "is_refused", "limited_marks"]

_ERROR = re.compile(
    rb"^[ \t]*#[ \t]*if[ \t]+((?:\\\r?\n|[^\n])+)\n(?:[ \t]*(?://[^\n]*)?\n)*[ \t]*#[ \t]*error\b",
    re.MULTILINE,
)
_WITHOUT = re.compile(
    rb"^[ \t]*#[ \t]*(?:ifndef[ \t]+|if[ \t]+!defined[ \t]*\(?[ \t]*)"
    rb"(_MSC_VER|_WIN32|_WIN64|__APPLE__)\b[^\n&|]*\n"
    rb"(?:[ \t]*(?://[^\n]*)?\r?\n)*[ \t]*#[ \t]*error\b",
    re.MULTILINE,
)
_REMARK = re.compile(r"/\*.*?\*/|//.*")
_WORD = re.compile(r"[A-Za-z_]\w*")
_LONGEST = 200
_LIMITED = re.compile(rb"^[ \t]*#[ \t]*define[ \t]+Py_LIMITED_API\b", re.MULTILINE)


def error_marks(content: bytes) -> Iterator[str]:
    """The conditions on versions of libraries alone that end in an error."""
    if not any(name in content for name in _macro_names()):
        return
    guard = guard_of(content)
    if guard:
        content = re.sub(rb"#[ \t]*ifndef[ \t]+" + guard + rb"\b", b"#if 1", content, count=1)
    for match in _ERROR.finditer(content):
        condition = match[1].replace(b"\\\r\n", b" ").replace(b"\\\n", b" ")
        text = " ".join(_REMARK.sub(" ", condition.decode("utf-8", "replace")).split())
        names = set(_WORD.findall(text))
        known = len(text) <= _LONGEST and names and names <= _macros().keys()
        if known and is_certain_at(content, match.start()):
            yield f"{ERROR}{text}"


def foreign_marks(content: bytes) -> Iterator[str]:
    """The macro of another compiler or system without which a source ends in an error."""
    for match in _WITHOUT.finditer(content):
        if is_certain_at(content, match.end()):
            yield f"{FOREIGN}{match[1].decode()}"
            return


def limited_marks(content: bytes) -> Iterator[str]:
    """Whether a source asks for the limited API of CPython, whether or not there is a GIL."""
    if b"GIL_DISABLED" in content:
        return
    for match in _LIMITED.finditer(content):
        if is_certain_at(content, match.start()):
            yield LIMITED
            return


def is_refused(
    condition: str, version: Callable[[str], Version | None]
) -> tuple[str, Version] | None:
    """The library, and its version, that a condition ends in an error for; None if it does not.

    Parameters:
        condition: As in `error_marks`.
        version: The version of a library that would be compiled with, None where it is not known.
    """
    used = None
    for name in sorted(set(_WORD.findall(condition))):
        library, value = _macros()[name]
        found = version(library)
        if found is None:
            return None
        used = library, found
        given = value.format(major=found.major, minor=found.minor, micro=found.micro)
        condition = re.sub(rf"\b{name}\b", f"({given})", condition)
    return used if used is not None and holds(condition) else None


@cache
def _macros() -> Mapping[str, tuple[str, str]]:
    """Macros with the library they are of, and what they give."""
    rows = read_table("index/archives/sources/library_macros.csv")
    return {row["macro"]: (row["library"], row["value"]) for row in rows}


@cache
def _macro_names() -> tuple[bytes, ...]:
    return tuple(name.encode() for name in _macros())
