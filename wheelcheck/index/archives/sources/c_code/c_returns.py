"""Functions of C without a type, or that return what their type is not: errors since GCC 14.

``return NULL;`` where the type is a number, ``return -1;`` where it is a pointer, ``return;`` where
it is not void, a value where it is, and functions without a type were warnings before
(gcc.gnu.org/gcc-14/porting_to.html).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wheelcheck.index.archives.sources.c_code.c_comments import as_spaces
from wheelcheck.index.archives.sources.c_code.conditions.places import is_certain_at
from wheelcheck.index.archives.sources.mark_kinds import RETURNS, UNTYPED

__all__ = ["return_breaks"]

_BLANK = re.compile(rb"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])+'", re.DOTALL)
_NUMBERS = {b"int", b"long", b"short", b"unsigned", b"signed", b"char", b"size_t", b"ssize_t",
            b"Py_ssize_t", b"Py_hash_t", b"double", b"float", b"uint32_t", b"int64_t"}  # fmt: skip
_PASSED_OVER = {b"static", b"inline", b"extern", b"const", b"register", b"volatile", b"__inline",
                b"INLINE", b"__inline__"}  # fmt: skip
_OF_PYTHON = b"PyMODINIT_FUNC"
"""What CPython 3 has for ``PyObject *`` of a function that makes a module."""
_BEFORE = (b";", b"}", b"*/", b"\\\n")
_NAME = re.compile(rb"([A-Za-z_]\w*)\s*$")
_CONDITION = re.compile(rb"#[ \t]*(?:if|el|end)")
_OBJECT = re.compile(rb"\bPyObject\s*\*\s*\w+\s*$")
_PARAMETER = re.compile(rb"(\w+)\s*\*\s*(\w+)\s*[,)]")
_OBJECTS = {b"PyObject", b"void"}
_BRACE = re.compile(rb"[{}]")
_NEAR = 4000
_NOTHING = re.compile(rb"\breturn[ \t]*;")
_NULL = re.compile(rb"\breturn[ \t]*\(?[ \t]*NULL[ \t]*\)?[ \t]*;")
_NUMBER = re.compile(rb"\breturn[ \t]*\(?[ \t]*-?[ \t]*[1-9]\d*[ \t]*\)?[ \t]*;")
_VALUE = re.compile(rb"\breturn[ \t]*\(?[ \t]*(?:NULL|-?[ \t]*\d+)[ \t]*\)?[ \t]*;")
_PATTERNS = {
    "void": (_VALUE,),
    "number": (_NOTHING, _NULL),
    "pointer": (_NOTHING, _NUMBER),
}
"""What is refused, by the kind of the function's type."""
_UNTYPED = re.compile(rb"(?:static[ \t]+)?(?:inline[ \t]+)?$")


def return_breaks(content: bytes, path: str) -> Iterator[str]:
    """The first such function of each kind, of a source of C."""
    if not path.endswith(".c"):
        return
    found: set[str] = set()
    start = 0
    while (end := content.find(b"\n}", start)) >= 0:
        for kind, name in _of_function(content, start, end):
            if kind not in found:
                found.add(kind)
                yield kind + name
        start = end + 2


def _of_function(content: bytes, start: int, end: int) -> Iterator[tuple[str, str]]:
    """What is wrong with the function that ends at a place; nothing if it is none."""
    header = _header(content, start, end)
    if header is None:
        return
    kind, name, body = header
    if kind == UNTYPED:
        if is_certain_at(content, body) and not _defines(name, content):
            yield UNTYPED, name.decode()
        return
    patterns = (*_PATTERNS[kind], *_own_pointers(content[start:body]))
    text = content[body:end]
    if not any(pattern.search(text) for pattern in patterns):
        return
    text = _first_block(_BLANK.sub(as_spaces, text))
    for pattern in patterns:
        for match in pattern.finditer(text):
            if not _is_of_macro(text, match) and is_certain_at(content, body + match.start()):
                yield RETURNS, name.decode()
                return


def _first_block(text: bytes) -> bytes:
    """A block up to its closing brace: what follows is another function, oddly indented."""
    depth = 0
    for brace in _BRACE.finditer(text):
        depth += 1 if brace.group() == b"{" else -1
        if not depth:
            return text[: brace.start()]
    return text


def _own_pointers(header: bytes) -> Iterator[re.Pattern[bytes]]:
    """Statements that return a parameter of an own type where the function gives an object."""
    before, _, parameters = header.rpartition(b"\n}")[2].partition(b"(")
    if _OBJECT.search(before.rpartition(b";")[2]):
        for kind, name in _PARAMETER.findall(parameters):
            if kind not in _OBJECTS and b"*" not in kind:
                yield re.compile(rb"\breturn[ \t]+" + name + rb"[ \t]*;")


def _is_of_macro(text: bytes, match: re.Match[bytes]) -> bool:
    """Whether a statement is part of a definition of a macro."""
    line = text.rfind(b"\n", 0, match.start()) + 1
    end = text.find(b"\n", match.end())
    continued = text[max(0, line - 3) : line].rstrip(b"\r\n").endswith(b"\\")
    continues = text[match.end() : end if end >= 0 else len(text)].rstrip().endswith(b"\\")
    return continued or continues or text[line : match.start()].lstrip().startswith(b"#")


def _header(content: bytes, start: int, end: int) -> tuple[str, bytes, int] | None:
    """The kind of a function's type, its name, and where its body begins."""
    brace = close = _brace(content, start, end)
    while close > start and content[close - 1 : close] in b" \t\r\n":
        close -= 1
    if brace < 0 or content[close - 1 : close] != b")":
        return None
    opening = _opening(content, close - 1, start)
    name = _NAME.search(content, max(start, opening - 200), opening) if opening > 0 else None
    if name is None:
        return None
    places = ((content.rfind(mark, start, name.start()), len(mark)) for mark in _BEFORE)
    before = max((place + length for place, length in places if place >= 0), default=start)
    directive = content.rfind(b"\n#", start, name.start()) + 1
    if directive >= before and content[directive : directive + 1] == b"#":
        if _CONDITION.match(content, directive):
            return None  # the type may be before it
        before = content.find(b"\n", directive, name.start()) + 1
    kind = _kind(content[max(before, start) : name.start()])
    if kind == UNTYPED and not _is_first(content[start : max(before, start)]):
        return None  # the type is before a remark
    return None if kind is None else (kind, name[1], brace)


def _is_first(before: bytes) -> bool:
    """Whether nothing but remarks is between a declaration, or directive, and what follows."""
    code = _BLANK.sub(b"", before[-_NEAR:]).rstrip()
    line = code[code.rfind(b"\n") + 1 :].lstrip()
    return not code or code.endswith((b";", b"}")) or line.startswith(b"#")


def _brace(content: bytes, start: int, end: int) -> int:
    """The first brace that is not of a macro; -1 where there is none."""
    brace = content.find(b"{", start, end)
    while brace >= 0:
        line_end = content.find(b"\n", brace)
        if not content[brace:line_end].rstrip().endswith(b"\\"):
            break
        brace = content.find(b"{", line_end, end)
    return brace


def _opening(content: bytes, close: int, start: int) -> int:
    """The bracket that a closing one belongs to; -1 where there is none near."""
    depth = 0
    for place in range(close, max(start, close - 2000), -1):
        sign = content[place : place + 1]
        if sign == b")":
            depth += 1
        elif sign == b"(":
            depth -= 1
            if not depth:
                return place
    return -1


def _kind(text: bytes) -> str | None:
    """Of which kind a function is, by what is before its name; None where that is not known."""
    words = [word for word in text.replace(b"*", b" * ").split() if word not in _PASSED_OVER]
    if not words:
        alone = text.rpartition(b"\n")[2]
        return UNTYPED if _UNTYPED.fullmatch(alone) and text.strip() in {b"", b"static"} else None
    if b"*" in words or words == [_OF_PYTHON]:
        return "pointer" if words[0].replace(b"_", b"a").isalnum() else None
    if words == [b"void"]:
        return "void"
    return "number" if all(word in _NUMBERS for word in words) else None


def _defines(name: bytes, content: bytes) -> bool:
    """Whether a name is a macro, or may be one of a header: those are in capitals."""
    return name.isupper() or re.search(rb"define[ \t]+" + name + rb"\b", content) is not None
