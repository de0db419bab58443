"""What a source file shows of itself while an archive streams by: how much of it is code.

Bytes alone do not tell a table of a megabyte, which a compiler reads in a second, from code, which
takes it ten; nor a file of one line that includes ninety others. An archive is read once, so its
reader looks for this too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from wheelcheck.index.archives.languages import language_of

__all__ = ["MAX_MARKED_BYTES", "SourceMarks", "is_marked", "read_marks"]

MAX_MARKED_BYTES = 16 << 20
"""Longer files are not looked into: the longest amalgamations that people ship are shorter."""
_HEADERS = (".h", ".hh", ".hpp", ".hxx", ".h++", ".ipp", ".tcc", ".tpp", ".inl", ".inc", ".ixx",
    ".pxi", ".pxi.in", ".pyx.in", ".pyx.tp", ".c.in", ".c.src",
)  # fmt: skip
_INCLUDE = re.compile(rb'include[ \t]*([<"][^">\n]{1,200})[">]')
_MAX_INCLUDES = 1000
_HEAD = 2000
_GENERATORS = re.compile(rb"[Gg]enerated by (Cython|SWIG|CFFI|cffi)\b[ (]*(?:[Vv]ersion )?([\d.]*)")


@dataclass(frozen=True, slots=True)
class SourceMarks:
    """What was counted in one source or header.

    `statements` are its semicolons: code has one every thirty bytes, tables have none. `includes`
    are the names it includes, those in quotes with a leading ``"``, those in angle brackets with a
    leading ``<``, as often as it includes them. `returns` counts the word: headers of declarations
    have none, those that hold code do. `generator` is the program that wrote it, with its
    version if it says so: ``cython 3.0.11``.
    """

    statements: int
    includes: tuple[str, ...] = ()
    returns: int = 0
    generator: str = ""


def is_marked(path: str) -> bool:
    """Whether a member is a source of a compiled language, a header, or a template for one."""
    return language_of(path) is not None or path.lower().endswith(_HEADERS)


def read_marks(content: bytes) -> SourceMarks:
    """Count in the content of one source."""
    names = _INCLUDE.findall(content)[:_MAX_INCLUDES]
    head = _GENERATORS.search(content[:_HEAD])
    return SourceMarks(
        statements=content.count(b";"),
        includes=tuple(name.decode("utf-8", "replace") for name in names),
        returns=content.count(b"return"),
        generator=b" ".join(filter(None, head.groups())).decode().lower() if head else "",
    )
