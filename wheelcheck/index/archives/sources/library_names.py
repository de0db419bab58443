"""Names of libraries that a source uses and that later releases of them have no more.

`library_names.csv` has the names that are gone from the headers of common libraries. Only what no
condition surrounds counts, in sources that include a header of the library.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from wheelcheck.index.archives.sources.c_code.c_comments import COMMENT_OR_STRING, as_spaces
from wheelcheck.index.archives.sources.c_code.conditions.places import is_certain_at
from wheelcheck.index.archives.sources.mark_kinds import LIBRARY
from wheelcheck.tables import read_table

__all__ = ["library_marks"]

_SOURCES = (".c", ".cc", ".cpp", ".cxx", ".c++")
_LONGEST = 512 << 10
"""Longer files are generated, or made of many: nothing is said of them."""
_WORD = re.compile(rb"[A-Za-z_]\w+")
_DIRECTIVE = re.compile(rb"^[ \t]*#[ \t]*(?:define|undef|ifdef|ifndef)[ \t]+(\w+)", re.MULTILINE)


def library_marks(content: bytes, path: str, includes: tuple[str, ...]) -> Iterator[str]:
    """The names that are gone: the library, the release without them, the header and the name.

    `includes` are the names that the source includes, with the sign before them.
    """
    if not path.endswith(_SOURCES) or len(content) > _LONGEST:
        return
    found = {}
    for include in includes:
        library = _by_header().get(include[1 : include.find("/") + 1 or None])
        if library is not None:
            found[library] = include[1:]
    for library, include in found.items():
        gone, names = _gone()[library]
        if names.isdisjoint(_WORD.findall(content)):
            continue
        text = COMMENT_OR_STRING.sub(as_spaces, content)
        used = (names & set(_WORD.findall(text))) - set(_DIRECTIVE.findall(text))
        for name in sorted(used):
            if _is_used(name, text):
                yield f"{LIBRARY}{library} {gone} {include} {name.decode()}"
                break


def _is_used(name: bytes, text: bytes) -> bool:
    """Whether a name is compiled for certain somewhere, and no function that is defined here."""
    uses = [*re.finditer(name + rb"(?<!\w" + name + rb")(?!\w)", text)]
    if re.search(rb"^[\w *]*\b" + name + rb"\s*\([^;{}]*\)\s*\{", text, re.MULTILINE):
        return False
    members = {b".", b">"}
    return any(
        text[use.start() - 1 : use.start()] not in members and is_certain_at(text, use.start())
        for use in uses[:5]
    )


@cache
def _gone() -> Mapping[str, tuple[str, frozenset[bytes]]]:
    """For each library the release without these names."""
    return {
        row["library"]: (row["gone"], frozenset(row["names"].encode().split()))
        for row in read_table("index/archives/sources/library_names.csv")
    }


@cache
def _by_header() -> Mapping[str, str]:
    """The libraries of headers, and of folders of headers with a slash behind."""
    return {
        header: row["library"]
        for row in read_table("index/archives/sources/library_names.csv")
        for header in row["headers"].split()
    }
