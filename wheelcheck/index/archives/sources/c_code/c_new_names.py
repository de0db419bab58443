"""Which names of CPython's C API a source uses that older CPython do not have yet.

`c_api_new.csv` has the names, and since when. Only uses in code count, not those in directives, and
only for the versions that certainly compile them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from wheelcheck.index.archives.sources.c_code.conditions.places import minors_at
from wheelcheck.index.archives.sources.languages import Language, language_of
from wheelcheck.index.archives.sources.mark_kinds import NEW
from wheelcheck.index.archives.sources.source_marks import ApiBreak
from wheelcheck.tables import read_table

__all__ = ["new_names"]

_NAME = re.compile(rb"Py(?<!\wPy)[A-Z_]\w+")
"""It begins with letters, so that it is found quickly."""
_NO_CODE = re.compile(
    rb"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|^[ \t]*#(?:\\\r?\n|[^\n])*",
    re.DOTALL | re.MULTILINE,
)
"""Remarks, strings and directives."""
_HEADERS = (".h", ".hh", ".hpp", ".hxx", ".inc", ".inl", ".ipp")
_C_LIKE = {Language.C, Language.CPP}


def new_names(content: bytes, path: str) -> Iterator[ApiBreak]:
    """The names that some CPython does not have yet, `NEW` before them, with the versions.

    A name that the source may define itself has none, and nothing before it.
    """
    if language_of(path) not in _C_LIKE and not path.endswith(_HEADERS):
        return
    used = sorted(_since().keys() & set(_NAME.findall(content)))
    code = _NO_CODE.sub(lambda match: b" " * len(match[0]), content) if used else b""
    for name in used:
        if _is_defined(name, content, code):
            yield name.decode(), ()
        elif missed := _missed(name, content, code):
            yield f"{NEW}{name.decode()}", tuple(sorted(missed))


def _is_defined(name: bytes, content: bytes, code: bytes) -> bool:
    """Whether a source defines a macro, a function or a type of that name anywhere."""
    if re.search(rb"#[ \t]*define[ \t]+" + name + rb"\b", content):
        return True
    own = rb"(?:^|[;}\s*&])" + name + rb"\s*\([^;{}]*\)\s*\{|(?:}|\btypedef\b[^;{}]*)\s*" + name
    own += rb"\s*;|\b(?:struct|class|enum|using)\s+" + name + rb"\b"
    return re.search(own, code) is not None


def _missed(name: bytes, content: bytes, code: bytes) -> set[int]:
    """The CPython 3.x before the name that certainly compile a use of it."""
    found: set[int] = set()
    for match in re.finditer(rb"\b" + name + rb"\b", code):
        found |= {minor for minor in minors_at(content, match.start()) if minor < _since()[name]}
    return found


@cache
def _since() -> Mapping[bytes, int]:
    """Names, and the CPython 3.x that they came with."""
    return {
        row["name"].encode(): int(row["since"].partition(".")[2])
        for row in read_table("index/archives/sources/c_api_new.csv")
    }
