"""Names of C and C++ that a source uses without the header that declares them.

Headers of libstdc++ include less of each other from release to release, so that old sources miss
what they once got by the way (gcc.gnu.org/gcc-13/porting_to.html, "Header dependency changes").
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Sequence
from functools import cache

from packaging.version import Version

from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.index.archives.sources.c_code.c_functions import CALLS, DECLARES, declared_by
from wheelcheck.index.archives.sources.languages import Language, language_of
from wheelcheck.index.archives.sources.mark_kinds import LIMITS
from wheelcheck.index.archives.sources.source_marks import SourceMarks
from wheelcheck.tables import read_table

__all__ = ["undeclared_functions", "undeclared_names"]

_SINCE = Version("13")
_SOURCE = (
    "measured: wheelcheck/builds/obstacles/cxx_headers.csv; gcc.gnu.org/gcc-13/porting_to.html"
)
_MOST_FILES = 300
_REFUSES_CALLS = Version("14")
_CALLS_SOURCE = "measured: wheelcheck/index/archives/sources/c_functions.csv"
_ALLOWED = ("implicit-function", "-fpermissive", "=gnu89", "=c89", "=c90", "-ansi", "-include")
"""Words by which a script lets the compiler pass calls, or includes headers by itself."""


def undeclared_names(
    paths: Collection[str], contents: SdistContents, gcc: Version | None, *, sure: bool
) -> tuple[BuildObstacle, ...]:
    """The first C++ source that uses a name which nothing it includes declares.

    Code ``header-not-included``. Only what includes headers of the C and C++ libraries and of the
    sdist alone is judged: any other may bring anything. `sure`: they are compiled for certain.
    """
    if gcc is None or gcc < _SINCE:
        return ()
    for path in paths:
        if language_of(path) is not Language.CPP:
            continue
        marks = contents.marks.get(path)
        for name in marks.needs if marks is not None else ():
            if " " not in name and _never_declared(path, name, contents):
                used = (
                    ("std::numeric_limits", "limits")
                    if name == LIMITS
                    else (f"{name}_t", "cstdint")
                )
                message = f"{path} uses {used[0]} without <{used[1]}>, and GCC {gcc} "
                message += "declares it in no other header that is included"
                return (BuildObstacle("header-not-included", message, _SOURCE, fatal=sure),)
    return ()


def undeclared_functions(
    paths: Collection[str], contents: SdistContents, gcc: Version | None, minor: int
) -> tuple[BuildObstacle, ...]:
    """The first C source, compiled for certain, that calls what nothing it includes declares.

    Code ``header-not-included``. `minor` is CPython's. Nothing is said where a header is not known,
    or the setup script may let the compiler pass it.
    """
    script = contents.texts.get("setup.py", "")
    if gcc is None or gcc < _REFUSES_CALLS or any(word in script for word in _ALLOWED):
        return ()
    parts = _included_names(contents)
    for path in paths:
        own = path.endswith(".c") and path.rpartition("/")[2] not in parts
        marks = contents.marks.get(path) if own else None
        for need in marks.needs if marks is not None else ():
            name = need.removeprefix(CALLS)
            if name != need and _never_declares(path, name, contents, minor):
                message = f"{path} calls {name}() without a header that declares it, "
                message += "which GCC 14 refuses"
                return (BuildObstacle("header-not-included", message, _CALLS_SOURCE, fatal=True),)
    return ()


def _included_names(contents: SdistContents) -> set[str]:
    """The file names of all that any source includes."""
    return {
        include[1:].rpartition("/")[2]
        for marks in contents.marks.values()
        for include in marks.includes
    }


def _never_declares(path: str, name: str, contents: SdistContents, minor: int) -> bool:
    """Whether a source, with all that it may include, declares no function of a name."""

    def declares(marks: SourceMarks) -> bool:
        names = {f"{DECLARES}{name}", f"{DECLARES}*"}
        return bool(marks.generator) or not names.isdisjoint(marks.needs)

    def may_declare(header: str, own: Sequence[str]) -> bool:
        return header.endswith(".c") or _may_declare(header, name, minor, own=bool(own))

    return _is_in_vain(path, contents, declares, may_declare)


def _is_in_vain(
    path: str,
    contents: SdistContents,
    declares: Callable[[SourceMarks], bool],
    may_declare: Callable[[str, Sequence[str]], bool],
) -> bool:
    """Whether a declaration is looked for in vain: in a source, and all that it may include.

    `declares` says whether a file of the sdist has it, `may_declare` whether a header may, by the
    name that is included and the files of the sdist that have it.
    """
    todo, seen = [path], set()
    while todo:
        here = todo.pop()
        if here in seen:
            continue
        seen.add(here)
        marks = contents.marks.get(here)
        if marks is None or len(seen) > _MOST_FILES or declares(marks):
            return False
        for include in marks.includes:
            own = _own_files(here, include[1:], contents)
            todo += own
            if may_declare(include[1:], own):
                return False
    return True


def _may_declare(header: str, name: str, minor: int, *, own: bool) -> bool:
    """Whether a header declares a name, or is known to nobody; `own`: the sdist holds it."""
    gives = declared_by(header, minor)
    return (gives is None and not own) or name.encode() in (gives or ())


def _own_files(here: str, name: str, contents: SdistContents) -> list[str]:
    """The files of the sdist that an include may name."""
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(here), name.replace("\\", "/")))
    if beside in contents.sizes:
        return [beside]
    stem = posixpath.basename(name)
    return [shipped for shipped in contents.marks if shipped.rpartition("/")[2] == stem]


def _never_declared(path: str, name: str, contents: SdistContents) -> bool:
    """Whether a source, with all that it may include, has no header that declares a name."""
    what = LIMITS if name == LIMITS else "uint"

    def may_declare(header: str, own: Sequence[str]) -> bool:
        gives = _headers().get(header)
        return (gives is None and not own) or what in (gives or ())

    return _is_in_vain(path, contents, lambda marks: f"declares {name}" in marks.needs, may_declare)


@cache
def _headers() -> dict[str, frozenset[str]]:
    """The headers of the C and C++ libraries, and which of ``uint`` and ``limits`` they declare."""
    rows = read_table("builds/obstacles/cxx_headers.csv")
    kinds = ("uint", LIMITS)
    return {row["header"]: frozenset(k for k in kinds if row[k] == "yes") for row in rows}
