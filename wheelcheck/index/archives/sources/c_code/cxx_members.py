"""C++ that assigns to a constant member in `operator=`: an error of templates, too, since GCC 14.

GCC looks at such assignments in templates that nobody uses, as of the copies of RapidJSON 1.1.0
(github.com/Tencent/rapidjson/issues/2277).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wheelcheck.index.archives.sources.c_code.c_includes import unguarded
from wheelcheck.index.archives.sources.c_code.conditions.places import is_certain_at
from wheelcheck.index.archives.sources.mark_kinds import READ_ONLY

__all__ = ["read_only_members"]

_ASSIGNMENT = re.compile(
    rb"operator[ \t]*=[ \t]*\([ \t]*const[ \t]+(\w+)[ \t]*&[ \t]*(\w+)[ \t]*\)\s*\{([^{}]*)\}"
)
_CONSTANT = (
    rb"(?<!\*)[ \t]const[ \t]+(?:unsigned[ \t]+)?"
    rb"(?:int|long|short|char|bool|double|float|(?:std::)?size_t|u?int\d+_t|SizeType|std::string)"
    rb"[ \t]+"
)
"""Before a member whose type no parameter of a template decides: only of these GCC knows."""
_BRACE = re.compile(rb"[{}]")
_LONGEST = 20_000


def read_only_members(content: bytes, path: str) -> Iterator[str]:
    """The first constant member that a class assigns to, outside all conditions."""
    if path.endswith(".c") or b"operator" not in content or b"const" not in content:
        return
    for match in _ASSIGNMENT.finditer(content):
        kind, other, body = match.groups()
        block = _class_around(kind, match.start(), content)
        for name in re.findall(rb"\b(\w+)[ \t]*=[ \t]*" + other + rb"\.\1[ \t]*;", body):
            constant = _CONSTANT + name + rb"[ \t]*;"
            found = re.search(constant, block)
            if found is not None and is_certain_at(unguarded(content), match.start()):
                yield f"{READ_ONLY}{name.decode()}"
                return


def _class_around(kind: bytes, place: int, content: bytes) -> bytes:
    """The body of a class around a place; empty where that is not its own."""
    heads = re.compile(rb"\b(?:struct|class)\s+" + kind + rb"\b[^;{}()]*\{")
    starts = [head.end() for head in heads.finditer(content, max(0, place - _LONGEST), place)]
    depth = 1
    for brace in _BRACE.finditer(content, starts[-1]) if starts else ():
        depth += 1 if brace.group() == b"{" else -1
        if not depth:
            return content[starts[-1] : brace.start()] if brace.start() > place else b""
    return b""
