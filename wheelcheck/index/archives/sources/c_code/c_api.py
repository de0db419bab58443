"""Which names of CPython's C API a source uses that some CPython has no more.

`c_api.csv` has the names that are gone, and since when. A line counts for the versions of
CPython for which it is certainly compiled: the conditions around it (``#if PY_VERSION_HEX <
0x030B0000``) are evaluated, and what depends on anything else is left out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from wheelcheck.index.archives.sources.c_code.c_aliases import (
    API_NAME,
    Aliases,
    alias_uses,
    note_alias,
    states_of,
)
from wheelcheck.index.archives.sources.c_code.c_comments import COMMENT_OR_STRING
from wheelcheck.index.archives.sources.c_code.c_includes import guard_of, is_for_python
from wheelcheck.index.archives.sources.c_code.c_members import (
    lost_uses,
    may_have_lost_members,
    own_checks,
    replaced_functions,
)
from wheelcheck.index.archives.sources.c_code.conditions.directives import Directives
from wheelcheck.index.archives.sources.c_code.conditions.places import EVERY
from wheelcheck.index.archives.sources.mark_kinds import OWN, PERHAPS
from wheelcheck.index.archives.sources.source_marks import ApiBreak
from wheelcheck.tables import read_table

__all__ = ["api_breaks", "python_flags"]


_DEFINITION = re.compile(rb"^[ \t]*#[ \t]*define[ \t]+(\w+)([^\n]*)", re.MULTILINE)
_WORD = re.compile(rb"\w+")
_MACRO = re.compile(rb"\s*(\w+)(\([^)]*\))?(.*)", re.DOTALL)
_MAY_BE_NAME = (re.compile(rb"Py[A-Z_]\w+"), re.compile(rb"_Py[A-Z_]\w+"))
_MAY_BE_MEMBER = re.compile(
    rb"->\s*(?:frame|exc_|recursion_depth|use_tracing|curexc_|f_code|f_back|f_l|f_globals)"
)
"""Quicker to find than `_MEMBERS`, and wherever that is, but for `tp_print`."""
_DEFINES = re.compile(
    rb"(?!return\b|else\b|case\b)[A-Za-z_](?:[\w \t*]|PyAPI_FUNC\([^()\n]*\))*[ \t*]$"
    rb"|[ \t]*(?:PyAPI_FUNC\([^()\n]*\)[ \t]*|extern[ \t][\w \t*]*)$"
)
"""What is before a name that a line in the first column defines or declares."""
_BODY = re.compile(rb"\s*\([^;{}]*\)\s*\{")
"""What is behind the name of a function that has its body there."""
_RETURNED = re.compile(rb"[ \t]*(?:(?!return\b|else\b|case\b)[A-Za-z_][\w \t*]*[\s*])?")
"""What is before it, from the beginning of its line or of the line before."""
_INCLUDE = re.compile(rb"^\s*#\s*include\s*[<\"]([\w./]+)[>\"]")
_DIRECTIVE = re.compile(rb"^\s*#\s*(if|ifdef|ifndef|elif|else|endif|define|include|undef)\b(.*)")
_ASSIGNED = re.compile(
    rb"\b(Py_TYPE|Py_SIZE|Py_REFCNT)\s*\((?:[^()=;]|\([^()]*\)|\([^()]*\([^()]*\)\))*\)\s*"
    rb"(?:[-+]?=(?!=)|\+\+|--)|(?:\+\+|--)\s*(Py_REFCNT|Py_SIZE)\s*\("
)
_MEMBERS = re.compile(
    rb"\b(?:_?(?:py_)?tstate|thread_state|threadstate|ts|PyThreadState_(?:GET|Get)\s*\(\s*\))\s*->\s*"
    rb"(frame|exc_type|exc_value|exc_traceback|recursion_depth|use_tracing|curexc_\w+)\b"
    rb"|\b(?:frame|f|py_?frame|cur_?frame|back)\s*->\s*(f_code|f_back|f_lineno|f_globals|f_lasti)\b"
    rb"|(?:->|\.)\s*(tp_print)\s*="
)
_MEMBER_GONE = {
    b"frame": (11, b"PyThreadState"), b"exc_type": (7, b"PyThreadState"),
    b"exc_value": (7, b"PyThreadState"), b"exc_traceback": (7, b"PyThreadState"),
    b"recursion_depth": (11, b"PyThreadState"), b"use_tracing": (11, b"PyThreadState"),
    b"curexc_type": (12, b"PyThreadState"), b"curexc_value": (12, b"PyThreadState"),
    b"curexc_traceback": (12, b"PyThreadState"),
    b"f_code": (11, b"PyFrameObject"), b"f_back": (11, b"PyFrameObject"),
    b"f_lineno": (11, b"PyFrameObject"), b"f_globals": (11, b"PyFrameObject"),
    b"f_lasti": (11, b"PyFrameObject"), b"tp_print": (9, b"PyTypeObject"),
}  # fmt: skip
"""Members of structures, since when they are gone (What's New in Python 3.7 to 3.12), and whose."""
_NO_TARGETS = {b"Py_TYPE": 11, b"Py_SIZE": 11, b"Py_REFCNT": 10}
"""Since when these macros are functions, which nothing can be assigned to (What's New)."""

_VERSION_WORDS = (b"PY_MAJOR_VERSION", b"PY_VERSION_HEX", b"PY_MINOR_VERSION")
_ASSERTS = (b"assert(", b"assert (")
_NEAR = 20
"""Characters before a string in which ``#include`` is looked for."""


def api_breaks(content: bytes) -> tuple[ApiBreak, ...]:
    """The names of a source that some CPython lacks, each with the versions that certainly do."""
    if not is_for_python(content):  # a vendored library: nothing else is looked for
        return ()
    gone = _gone()
    words = {word for pattern in _MAY_BE_NAME for word in pattern.findall(content)}
    used = gone.keys() & (words | _included(content))
    lost = may_have_lost_members(content, words)
    named = bool(used) or any(name in content for name in _NO_TARGETS) or _reads_member(content)
    flags = (*python_flags(content), *own_checks(content))
    if not (named or lost):
        return flags
    text = COMMENT_OR_STRING.sub(_blank, content)
    found: dict[str, set[int]] = defaultdict(set)
    defined = {name.decode() for name in used if _has_body(name, text)}
    if lost:
        defined |= replaced_functions(text, words)
        _note(lost_uses(text, words), found, defined)
    if named:
        _note(_lines(text, gone, used, defined), found, defined)
    _leave_own_out(found)
    lacked = {n: minors for n, minors in found.items() if minors and _bare(n) not in defined}
    lacked |= {name: set() for name in defined}
    marks = ((name, tuple(sorted(minors))) for name, minors in sorted(lacked.items()))
    return (*flags, *marks)


def _note(
    uses: Iterable[tuple[str, set[int] | None]], found: dict[str, set[int]], defined: set[str]
) -> None:
    """Gather the versions that lack what is used, and the names that the source defines itself."""
    for name, minors in uses:
        if minors is None:
            defined.add(name)
        else:
            found[name] |= minors


def _leave_own_out(found: dict[str, set[int]]) -> None:
    """Leave the versions out for which a source defines a name itself."""
    for own in [name for name in found if name.startswith(OWN)]:
        for name in found:
            if _bare(name) == own.removeprefix(OWN):
                found[name] -= found[own]


def python_flags(content: bytes) -> tuple[ApiBreak, ...]:
    """The macros of a header that the version of Python decides on, ``#`` before their names."""
    guard = guard_of(content) if b"PY_" in content else b""
    if not guard or not any(word in content for word in _VERSION_WORDS):
        return ()
    here = Directives()
    text = COMMENT_OR_STRING.sub(_blank, content).replace(b"\\\n", b" ")
    for line in _lines_to_read(text, {b"define"}):
        directive = _DIRECTIVE.match(line)
        if directive is not None:
            word, rest = directive.groups()
            _follow(word, rest, here, guard)
    return tuple((f"#{n}", tuple(sorted(m))) for n, m in sorted(here.python_flags().items()))


def _follow(word: bytes, rest: bytes, here: Directives, guard: bytes) -> None:
    """A directive that names nothing that is gone."""
    if word == b"define":
        _definition(rest, here)
    elif word == b"undef":
        here.undefine(rest.decode("utf-8", "replace").strip())
    elif word == b"ifndef" and rest.strip() == guard:
        here.enter()
    elif word != b"include":
        here.meet(word.decode(), rest.decode("utf-8", "replace"))


def _has_body(name: bytes, text: bytes) -> bool:
    """Whether a source defines a function of that name, under whichever conditions."""
    place = text.find(name)
    while place >= 0:
        if _BODY.match(text, place + len(name)) and _begins_function(text, place):
            return True
        place = text.find(name, place + 1)
    return False


def _begins_function(text: bytes, place: int) -> bool:
    """Whether nothing is before a name but the type of what it returns."""
    line = text.rfind(b"\n", 0, place) + 1
    above = text.rfind(b"\n", 0, max(line - 1, 0)) + 1
    return any(_RETURNED.fullmatch(text, start, place) for start in (line, above))


def _bare(name: str) -> str:
    return name.partition(PERHAPS)[0].removesuffix("()")


def _reads_member(content: bytes) -> bool:
    return b"tp_print" in content or _MAY_BE_MEMBER.search(content) is not None


@cache
def _gone() -> Mapping[bytes, int]:
    """Names and headers, and the CPython 3.x from which on they are gone."""
    return {
        row["name"].encode(): int(row["gone"].partition(".")[2])
        for row in read_table("index/archives/sources/c_api.csv")
    }


def _included(content: bytes) -> set[bytes]:
    return set(re.findall(rb"include\s*[<\"]([\w./]+\.h)[>\"]", content))


def _blank(match: re.Match[bytes]) -> bytes:
    text = match.group()
    if not text.startswith(b'"'):
        return b"\n" * text.count(b"\n") or b" "
    before = match.string[max(0, match.start() - _NEAR) : match.start()].rstrip()
    return text if before.endswith(b"include") else b'""'


def _lines(
    text: bytes, gone: Mapping[bytes, int], used: set[bytes], defined: set[str]
) -> Iterator[tuple[str, set[int] | None]]:
    """The uses, each with the versions that compile it and lack the name; None: defined here."""
    here = Directives()
    aliases: Aliases = {}
    guard = guard_of(text)
    code = text.replace(b"\\\n", b" ")
    for line in _lines_to_read(code, used | _names_for(used, code)):
        directive = _DIRECTIVE.match(line)
        if directive is None:
            uses = (*_uses(line, text, gone, used, here), *alias_uses(line, aliases, gone, here))
            called = tuple(use for use in uses if "()" in use[0])
            yield from called or uses  # what is called may be an own macro: it decides on the rest
            continue
        word, rest = directive.groups()
        if word == b"include":
            include = _INCLUDE.match(line)
            path = include.group(1) if include else b""
            if path in used:
                yield path.decode(), here.minors(gone[path])
        elif word == b"define":
            name, body = _definition(rest, here)
            if name in used:
                yield from _own_definition(name.decode(), here, defined)
            note_alias(name, body, aliases, gone, used, here)
        else:
            _follow(word, rest, here, guard)
            if word == b"undef":
                aliases.pop(rest.strip(), None)


def _own_definition(
    name: str, here: Directives, defined: set[str]
) -> Iterator[tuple[str, set[int] | None]]:
    """A definition of a name that is gone: of every CPython, or of those that may compile it."""
    active = here.possible()
    if active == EVERY:
        defined.add(name)
    elif active:
        yield f"{OWN}{name}", active


def _lines_to_read(code: bytes, used: set[bytes]) -> Iterator[bytes]:
    """The lines that have a directive or may have a use, in order: of most sources few."""
    places = {match.start() for match in _MAY_BE_MEMBER.finditer(code)}
    starts = {code.rfind(b"\n", 0, place) + 1 for place in places}
    for word in (b"#", b"tp_print", *_NO_TARGETS, *used):
        place = code.find(word)
        while place >= 0:
            starts.add(code.rfind(b"\n", 0, place) + 1)
            end = code.find(b"\n", place)
            place = code.find(word, end) if end >= 0 else -1
    for start in sorted(starts):
        end = code.find(b"\n", start)
        yield code[start : end if end >= 0 else len(code)]


def _names_for(used: set[bytes], code: bytes) -> set[bytes]:
    """The macros of a source that have a used name, or such a macro, in their bodies."""
    found: set[bytes] = set()
    for match in _DEFINITION.finditer(code):
        words = set(_WORD.findall(match[2]))
        if not words.isdisjoint(used) or not words.isdisjoint(found):
            found.add(match[1])
    return found


def _definition(rest: bytes, here: Directives) -> tuple[bytes, bytes]:
    """The name and the body of a macro; conditions after it know what it gives."""
    match = _MACRO.match(rest)
    if match is None:
        return b"", b""
    name, parameters, body = match.groups()
    if parameters is None:
        here.define(name.decode(), body.decode("utf-8", "replace"))
    return name, body


def _uses(
    line: bytes, text: bytes, gone: Mapping[bytes, int], used: set[bytes], here: Directives
) -> Iterator[tuple[str, set[int] | None]]:
    """The uses in a line of code; setuptools compiles without assertions (``-DNDEBUG``)."""
    if line.lstrip().startswith(_ASSERTS):
        return
    if b"Py" not in line and b"->" not in line and b"tp_print" not in line:
        return
    for match in API_NAME.finditer(line):
        if match.group() in used:
            if (
                _DEFINES.match(line[: match.start()])
                and line[match.end() : match.end() + 1] == b"("
            ):
                yield match.group().decode(), None
                continue
            called = line[match.end() :].lstrip().startswith(b"(")
            name = match.group().decode() + "()" * called
            for state, minors in states_of(here, gone[match.group()]).items():
                yield f"{name}{state}", minors
    for match in _ASSIGNED.finditer(line):
        macro = match.group(1) or match.group(2)
        yield f"{macro.decode()}(…) =", here.minors(_NO_TARGETS[macro])
    for match in _MEMBERS.finditer(line):
        member = next(filter(None, match.groups()))
        since, owner = _MEMBER_GONE.get(member, (99, b""))
        if owner in text:
            yield f"{owner.decode()}.{member.decode()}", here.minors(since)
