"""Which sources of an sdist its ``meson.build`` files name, and what F2PY writes for them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from wheelcheck.builds.sdist.named_sources import resolved, untemplated
from wheelcheck.builds.sdist.source_files import is_aside

__all__ = ["meson_sources"]

_LONG = 1_000_000
_QUOTED = re.compile(
    r"['\"]([\w./@+-]+\.(?:c|cc|cpp|cxx|C|pyx|f|f90|F|F90|i|s|S)(?:\.(?:in|tp|src|tpl))?)['\"]"
)
_MADE_UP = re.compile(
    r"(?:'([^'\n]{0,200})'\s*\+\s*)?\b\w+\s*\+\s*'([^'\n]{0,100}\.(?:pyx|c|cc|cpp|f|f90))'"
    r"|'([^'\n@]{0,200})@\w+@([^'\n]{0,100}\.(?:pyx|c|cc|cpp|f|f90))'"
)
"""A source named by an expression, its beginning and its end: ``'src/' + name + '_bind.cpp'``,
``'@0@.c'.format(name)``."""
_CMAKE_PROJECT = re.compile(r"\.subproject *\( *'([\w.-]+)'")
"""A subproject of CMake that Meson has built (``import('cmake')``)."""
_IN_A_FOLDER = re.compile(r"\+ *'/' *\+|/ *\w+\b(?! *\()")
"""A name that is put behind that of a folder: ``path + '/' + name``, ``folder / name``."""


def meson_sources(
    texts: Mapping[str, str], sizes: Mapping[str, int], candidates: set[str]
) -> set[str]:
    """Sources that ``meson.build`` files name, beside them; all below a file that was not read.

    Where a script makes paths of folders and names, a name that is not beside it stands for all
    `candidates` of that name.
    """
    found: set[str] = set()
    for path, text in texts.items():
        if path.endswith("meson.build") and not is_aside(path):
            found |= _named(posixpath.dirname(path), text[:_LONG], sizes, candidates)
    unread = [
        posixpath.dirname(path) + "/"
        for path in sizes
        if path.endswith("/meson.build") and path not in texts and not is_aside(path)
    ]
    unread += (
        f"subprojects/{name}/"
        for path, text in texts.items()
        if path.endswith("meson.build")
        for name in _CMAKE_PROJECT.findall(text)
    )
    return found | {path for path in candidates if path.startswith(tuple(unread))}


def _named(folder: str, text: str, sizes: Mapping[str, int], candidates: set[str]) -> set[str]:
    """What one script names, whose `folder` counts from the root."""
    found = set(_made_up(folder, text, candidates))
    elsewhere = _IN_A_FOLDER.search(text) is not None
    for name in set(_QUOTED.findall(text)):
        beside = resolved((posixpath.join(folder, name),), sizes)
        if not beside and elsewhere:
            tail = f"/{posixpath.normpath(name).lstrip('./')}"
            beside = {path for path in candidates if f"/{path}".endswith(tail)}
        found |= beside
    return found


def _made_up(folder: str, text: str, candidates: set[str]) -> Iterator[str]:
    """Candidates whose names a ``meson.build`` makes up of a beginning and an end."""
    for first, last, other_first, other_last in set(_MADE_UP.findall(text)):
        begin = posixpath.normpath(posixpath.join(folder, first or other_first or "."))
        whole = not (first or other_first) or (first or other_first).endswith("/")
        begin = "" if begin == "." else f"{begin}/" if whole else begin
        yield from _between(begin, last or other_last, candidates)


def _between(first: str, last: str, candidates: set[str]) -> Iterator[str]:
    """Candidates whose name begins and ends so, with a name and no folder between."""
    for path in candidates:
        name = untemplated(path)
        if name.startswith(first) and name.endswith(last):
            yield from (path,) if "/" not in name[len(first) :].lstrip("/") else ()
