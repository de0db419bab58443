"""Names of the C++ library that a source uses, for the headers that declare them.

Headers of libstdc++ include less of each other from release to release; sources that include one
for another's sake compile no more (gcc.gnu.org/gcc-13/porting_to.html).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from wheelcheck.index.archives.sources.c_code.c_includes import unguarded
from wheelcheck.index.archives.sources.c_code.conditions.places import CertainPlaces
from wheelcheck.index.archives.sources.languages import language_of
from wheelcheck.index.archives.sources.mark_kinds import STANDARD

__all__ = ["standard_names", "uint_types"]

_KINDS: Mapping[bytes, tuple[str, bytes]] = {
    b"numeric_limits": ("limits", b"limits"),
    b"runtime_error": ("stdexcept", b"stdexcept"),
    b"logic_error": ("stdexcept", b"stdexcept"),
    b"invalid_argument": ("stdexcept", b"stdexcept"),
    b"out_of_range": ("stdexcept", b"stdexcept"),
    b"length_error": ("stdexcept", b"stdexcept"),
    b"domain_error": ("stdexcept", b"stdexcept"),
    b"overflow_error": ("stdexcept", b"stdexcept"),
    b"unique_ptr": ("unique_ptr", b"memory"),
    b"shared_ptr": ("shared_ptr", b"memory"),
    b"sort": ("algo", b"algorithm"),
    b"stable_sort": ("algo", b"algorithm"),
    b"find_if": ("algo", b"algorithm"),
    b"remove_if": ("algo", b"algorithm"),
    b"reverse": ("algo", b"algorithm"),
    b"nth_element": ("algo", b"algorithm"),
    b"max_element": ("algo", b"algorithm"),
    b"min_element": ("algo", b"algorithm"),
    b"function": ("function", b"functional"),
    b"array": ("array", b"array"),
}
"""The kind of each name in `cxx_headers.csv`, and the header that it is of."""
_NAMED = re.compile(rb"std[ \t]*::[ \t]*(" + b"|".join(_KINDS) + rb")[ \t]*[<(]")
_OWN = re.compile(rb"namespace[ \t]+std\b")
_MOST = 400
_UINT = re.compile(rb"(uint(?:8|16|32|64))_t\b")
_OWN_UINT = re.compile(rb"(?:typedef|using|define)[^;\n]*?\b(uint(?:8|16|32|64))_t\b")
_NAME_OR_COLON = re.compile(rb"[:\w]")
_REMARK = (b"#", b"//", b"*", b"/*")


def standard_names(content: bytes, path: str) -> Iterator[str]:
    """Names of the standard library that C++ uses outside all conditions without their header.

    The first of each kind: ``std runtime_error stdexcept``; what declares names of that library
    itself says nothing.
    """
    if path.endswith(".c") or _NAMED.search(content) is None or _OWN.search(content) is not None:
        return
    seen: set[str] = set()
    is_header = language_of(path) is None
    content = unguarded(content) if is_header else content
    certain = CertainPlaces(content)
    for number, match in enumerate(_NAMED.finditer(content)):
        kind, header = _KINDS[match[1]]
        if number > _MOST:
            return
        if kind in seen or b"<" + header + b">" in content:
            continue
        start = content.rfind(b"\n", 0, match.start()) + 1
        if _is_used(content, start, match.start()) and match.start() in certain:
            seen.add(kind)
            yield f"{STANDARD}{match[1].decode()} {header.decode()} {kind}"


def uint_types(content: bytes, path: str) -> tuple[str, ...]:
    """Types of ``<stdint.h>`` that are used, and those that are declared.

    Headers use them outside all conditions.
    """
    if b"uint" not in content or path.endswith(".c"):
        return ()
    is_header = language_of(path) is None
    content = unguarded(content) if is_header else content
    certain = CertainPlaces(content)
    names: set[str] = set()
    own: set[str] = set()
    end = 0
    for match in _UINT.finditer(content):
        place = match.start()
        if place >= end:  # the first of its line
            start = content.rfind(b"\n", 0, place) + 1
            end = content.find(b"\n", place)
            end = len(content) if end < 0 else end
            own.update(name.decode() for name in _OWN_UINT.findall(content, start, end))
        name = match.group(1).decode()
        used = name not in names and _is_used(content, start, place)
        if used and (not is_header or place in certain):
            names.add(name)
    return tuple(sorted(names | {f"declares {name}" for name in own}))


def _is_used(content: bytes, start: int, place: int) -> bool:
    """Whether a name is a type, and no part of another, of a remark, a macro or a string.

    `start` is where its line begins, `place` where the name does.
    """
    if place and _NAME_OR_COLON.match(content, place - 1):
        return False
    if content[max(0, start - 3) : start].rstrip().endswith(b"\\"):
        return False  # of a macro, by the line before
    line = content[start:place].lstrip()
    return not line.startswith(_REMARK) and b"//" not in line and b'"' not in line
