"""Members of structures that a source reads, and that some CPython has no more.

`c_members.csv` has the members of CPython's own structures. The head of an own object has had no
``ob_type``, ``ob_refcnt`` and ``ob_size`` of its own since Python 3 (PEP 3123).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice

from wheelcheck.index.archives.sources.c_code.c_scopes import declared_type, scope_of
from wheelcheck.index.archives.sources.c_code.conditions.places import (
    EVERY,
    directives_at,
    minors_at,
)
from wheelcheck.index.archives.sources.mark_kinds import PERHAPS
from wheelcheck.index.archives.sources.source_marks import ApiBreak
from wheelcheck.tables import read_table

__all__ = [
    "lost_uses",
    "may_have_lost_members",
    "member_breaks",
    "own_checks",
    "replaced_functions",
]

_OF_HEAD = (b"ob_type", b"ob_refcnt", b"ob_size")
_CAST = re.compile(
    rb"\(\s*\(\s*(?:struct\s+)?(\w+)\s*\*\s*\)\s*\(?\s*[\w.]+(?:->\w+)*(?:\s*\([^()]*\))?\s*\)?\s*\)$"
)
_CALLED = re.compile(rb"(\w+)[ \t]*\(")
_EMPTY = rb"#[ \t]*define[ \t]+%s\([^()\n]*\)[ \t]*\r?\n"
_VARIABLE = re.compile(rb"(?<![\w.>])(\w+)$")
_CHAIN = re.compile(rb"(?:->|\.)\s*(f_code|f_back|interp|gi_code|gi_frame)$")
_POINTS_TO = {
    b"f_code": b"PyCodeObject", b"f_back": b"PyFrameObject", b"interp": b"PyInterpreterState",
    b"gi_code": b"PyCodeObject", b"gi_frame": b"PyFrameObject",
}  # fmt: skip
_BARE = re.compile(
    rb"if[ \t]+(?!PyS|PyFrozen|PyAny)(Py[A-Z][a-z]\w+_(?:TypeCheck|Check(?:Exact)?))[ \t]*\("
)
_OWN_BARE = re.compile(rb"\bif[ \t]+(?!Py)([A-Za-z]\w*_Check(?:Exact)?)[ \t]*\(")
_OWN_CHECK = re.compile(
    rb"^[ \t]*#[ \t]*define[ \t]+(\w+_Check(?:Exact)?)\(\w+\)[ \t]+PyObject_TypeCheck[ \t]*\(",
    re.MULTILINE,
)
_PARSER = re.compile(rb"_PyArg_Parser\s+\w+\s*=\s*\{\s*(?:NULL|\"|[A-Za-z_]\w*\s*,)")
_PARSER_CHANGED = 12
_MOST_PARSERS = 4
_REPLACED = re.compile(rb"^[ \t]*#[ \t]*define[ \t]+(_?Py\w+)", re.MULTILINE)
_LONGEST_CALL = 1000
_FIRST = 9
_LATER = {"PyFloat_Check": 10, "PyObject_TypeCheck": 10, "PyModule_Check": 10, "PyIter_Check": 10}
_BARE_USE = "without parentheses around it"
_BEFORE = 300
_MOST = 60
"""Uses that are looked at: a file that has more of them shows it earlier."""


def may_have_lost_members(content: bytes, words: set[bytes]) -> bool:
    """Whether a source may have one of them: `words` are the names of the C API in it."""
    if b"if Py" in content or b"_PyArg_Parser" in words or not words.isdisjoint(_arguments()):
        return True
    if b"_Check" in content and _OWN_BARE.search(content) is not None:
        return True
    owners = frozenset(words & _gone().keys())
    of_head = b"PyObject_" in content and b"->ob_" in content
    return bool(owners or of_head) and _uses(owners).search(content) is not None


def member_breaks(text: bytes, words: set[bytes]) -> Iterator[tuple[str, set[int]]]:
    """The members that are gone, each with the CPython 3.x that compile its use.

    `text` is a source without comments.
    """
    looked = 0
    for match in _uses(frozenset(words & _gone().keys())).finditer(text):
        member = match[1]
        owner = _owner(text, match.start())
        since = _gone().get(owner, {}).get(member, 99)
        if member in _OF_HEAD:
            since = 0 if owner and _has_head(owner, text) else 99
        if since >= _NEVER or _is_of_macro(text, match.start()):
            continue
        looked += 1
        if looked > _MOST:
            return
        here, name = directives_at(text, match.start()), f"{owner.decode()}.{member.decode()}"
        if minors := here.minors(since):
            yield name, minors
        flag, waiting = here.waiting(since)  # of a header that looks at the version, perhaps
        if flag and waiting:
            yield f"{name}{PERHAPS}{flag}", waiting


_NEVER = 99


def _is_of_macro(text: bytes, place: int) -> bool:
    """Whether a place is in the body of a macro, or what a macro without a body is given."""
    start = text.rfind(b"\n", 0, place) + 1
    while text[max(start - 3, 0) : start].rstrip(b"\r\n").endswith(b"\\"):
        start = text.rfind(b"\n", 0, start - 1) + 1
    before = text[start:place].lstrip()
    called = _CALLED.match(before)
    empty = called is not None and re.search(_EMPTY % re.escape(called[1]), text) is not None
    return empty or before.startswith(b"#")


def lost_uses(text: bytes, words: set[bytes]) -> Iterator[tuple[str, set[int]]]:
    """All that follows: what some CPython refuses, each with the CPython 3.x that compile it.

    `text` is a source without comments, `words` are the names of the C API in it. What it replaces
    by macros of its own is left out.
    """
    replaced = set(_REPLACED.findall(text))
    for uses in (
        member_breaks(text, words), bare_checks(text), old_parsers(text), old_calls(text, words),
    ):  # fmt: skip
        for name, minors in uses:
            if name.partition(" ")[0].encode() not in replaced:
                yield name, minors


def replaced_functions(text: bytes, words: set[bytes]) -> set[str]:
    """Functions of `old_calls` that a source replaces by macros, which may add an argument."""
    names = words & _arguments().keys()
    return {name.decode() for name in names & set(_REPLACED.findall(text))} if names else set()


def old_calls(text: bytes, words: set[bytes]) -> Iterator[tuple[str, set[int]]]:
    """Calls with as many arguments as a function had once, and has no more."""
    for name in words & _arguments().keys():
        number, until = _arguments()[name]
        for match in re.finditer(name + rb"(?<!\w" + name + rb")\s*\(", text):
            if _is_of_macro(text, match.start()) or _count(text, match.end()) != number:
                continue
            minors = {m for m in minors_at(text, match.start()) if m >= until}
            if minors:
                yield f"{name.decode()} with {number} arguments", minors
                break


def _count(text: bytes, start: int) -> int:
    """How many arguments a call has that begins behind its parenthesis; 0 if that is not known."""
    depth, commas = 1, 0
    for place in range(start, min(start + _LONGEST_CALL, len(text))):
        sign = text[place : place + 1]
        depth += (sign in {b"(", b"["}) - (sign in {b")", b"]"})
        if not depth:
            return commas + 1 if text[start:place].strip() else 0
        commas += sign == b"," and depth == 1
    return 0


@cache
def _arguments() -> Mapping[bytes, tuple[int, int]]:
    """Functions with the number of arguments they had, and the CPython 3.x that has another."""
    return {
        row["function"].encode(): (int(row["arguments"]), int(row["until"].partition(".")[2]))
        for row in read_table("index/archives/sources/c_arguments.csv")
    }


def old_parsers(text: bytes) -> Iterator[tuple[str, set[int]]]:
    """Parsers of arguments that list their format first, where CPython 3.12 has a number.

    Older argument clinics wrote ``static _PyArg_Parser _parser = {NULL, _keywords, "name", 0};``.
    With a GCC before 14 it is a warning, as of a function that is not declared.
    """
    minors: set[int] = set()
    for match in islice(_PARSER.finditer(text), _MOST_PARSERS):
        minors |= {m for m in minors_at(text, match.start()) if m >= _PARSER_CHANGED}
    if minors:
        yield "_PyArg_Parser that begins with its format()", minors


def bare_checks(text: bytes) -> Iterator[tuple[str, set[int]]]:
    """Conditions that have their parentheses from a macro, which has none any more.

    ``if PyLong_Check(x) {``: tried with the headers of CPython 3.8 to 3.13.
    """
    for match in _BARE.finditer(text):
        name = match[1].decode()
        since = _LATER.get(name, _FIRST)
        minors = {minor for minor in minors_at(text, match.start()) if minor >= since}
        if minors:
            yield f"{name} {_BARE_USE}", minors
            return
    for match in _OWN_BARE.finditer(text):
        name = match[1].decode()
        minors = {m for m in minors_at(text, match.start()) if m >= _LATER["PyObject_TypeCheck"]}
        if minors:
            yield f"{name} {_BARE_USE}{PERHAPS}{name}", minors
            return


def own_checks(content: bytes) -> Iterator[ApiBreak]:
    """Macros of a source that are a call of ``PyObject_TypeCheck``, without parentheses around it.

    They bring none of their own since CPython 3.10.
    """
    since = _LATER["PyObject_TypeCheck"]
    for match in _OWN_CHECK.finditer(content) if b"PyObject_TypeCheck" in content else ():
        yield f"#{match[1].decode()}", tuple(sorted(minor for minor in EVERY if minor >= since))


def _owner(text: bytes, arrow: int) -> bytes:
    """What an expression before ``->`` points to; empty where that is not known."""
    scope = scope_of(text, arrow)
    before = text[max(scope[0], arrow - _BEFORE) : arrow].rstrip()
    if before.endswith(b")"):
        cast = _CAST.search(before)
        return cast[1] if cast is not None else b""
    chain = _CHAIN.search(before)
    if chain is not None:
        return _POINTS_TO[chain[1]]
    variable = _VARIABLE.search(before)
    return declared_type(variable[1], text, scope) if variable is not None else b""


def _has_head(owner: bytes, text: bytes) -> bool:
    """Whether a type is a structure of this source that begins with the head of an object."""
    name = re.escape(owner)
    return (
        re.search(
            rb"struct\s*\w*\s*\{\s*PyObject_(?:VAR_)?HEAD\b[^{}]*\}\s*" + name + rb"\s*;"
            rb"|struct\s+" + name + rb"\s*\{\s*PyObject_(?:VAR_)?HEAD\b",
            text,
        )
        is not None
    )


@cache
def _uses(owners: frozenset[bytes]) -> re.Pattern[bytes]:
    """A pattern of the members that these structures have lost."""
    members = {member for owner in owners for member in _gone()[owner]} | set(_OF_HEAD)
    return re.compile(rb"->\s*(" + b"|".join(sorted(members)) + rb")\b")


@cache
def _gone() -> Mapping[bytes, Mapping[bytes, int]]:
    """For each structure the members that are gone, and from which CPython 3.x on."""
    found: dict[bytes, dict[bytes, int]] = defaultdict(dict)
    for row in read_table("index/archives/sources/c_members.csv"):
        since = int(row["gone"].partition(".")[2])
        found[row["owner"].encode()][row["member"].encode()] = since
    return found
