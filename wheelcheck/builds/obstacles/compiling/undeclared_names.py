"""Names of C and C++ that a source uses without the header that declares them.

Headers of libstdc++ include less of each other from release to release, so that old sources miss
what they once got by the way (gcc.gnu.org/gcc-13/porting_to.html, "Header dependency changes").
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Sequence
from functools import cache
from typing import NamedTuple

from packaging.version import Version

from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.index.archives.sources.c_code.c_functions import CALLS, DECLARES, declared_by
from wheelcheck.index.archives.sources.languages import Language, language_of
from wheelcheck.index.archives.sources.mark_kinds import STANDARD
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
        for use in _uses(path, contents):
            where = _used_in_vain(path, use, contents)
            if where:
                by = f", which {path} includes first," if where != path else ""
                name = _shown(use, where, contents)
                message = f"{where}{by} uses {name} without <{use.header}>, and GCC {gcc} "
                message += "declares it in no other header that is included"
                return (BuildObstacle("header-not-included", message, _SOURCE, fatal=sure),)
    return ()


class _Use(NamedTuple):
    """A name of the standard library, its header, and its kind in the table of headers.

    `mark` is what sources have of it that use it; `declared` what those have that declare it.
    """

    name: str
    header: str
    kind: str
    mark: str
    declared: str = ""


def _uses(path: str, contents: SdistContents) -> list[_Use]:
    """What a source uses, or the headers of the sdist that it includes; each kind once."""
    found: dict[str, _Use] = {}
    todo, seen = [path], set[str]()
    while todo and len(seen) <= _MOST_FILES:
        here = todo.pop()
        marks = contents.marks.get(here) if here not in seen else None
        seen.add(here)
        for need in marks.needs if marks is not None else ():
            use = _use_of(need)
            if use is not None:
                found.setdefault(need if use.kind == "uint" else use.kind, use)
        for include in marks.includes if marks is not None else ():
            todo += _own_files(here, include[1:], contents)
    return list(found.values())


def _use_of(need: str) -> _Use | None:
    """The use that a mark stands for; None where it stands for something else."""
    if need.startswith(STANDARD):
        name, header, kind = need.removeprefix(STANDARD).split(" ")
        return _Use(f"std::{name}", header, kind, f" {kind}")
    if need.startswith("uint") and " " not in need:
        return _Use(f"{need}_t", "cstdint", "uint", need, f"declares {need}")
    return None


def _used_in_vain(path: str, use: _Use, contents: SdistContents) -> str:
    """The first file that uses what nothing before it declares, as compilers read; "" if none.

    What a file includes is taken to come before what it uses.
    """
    seen: set[str] = set()

    def read(here: str) -> str | None:
        marks = contents.marks.get(here)
        if here in seen:
            return ""
        seen.add(here)
        if marks is None or len(seen) > _MOST_FILES or use.declared in marks.needs:
            return None
        for include in marks.includes:
            own = _own_files(here, include[1:], contents)
            gives = _headers().get(include[1:])
            if (gives is None and not own) or use.kind in (gives or ()):
                return None
            for below in own:
                found = read(below)
                if found != "":
                    return found
        return here if any(_is_use(need, use) for need in marks.needs) else ""

    return read(path) or ""


def _shown(use: _Use, path: str, contents: SdistContents) -> str:
    """The name of its kind that a file uses."""
    found = (_use_of(need) for need in contents.marks[path].needs if _is_use(need, use))
    return next((other.name for other in found if other is not None), use.name)


def _is_use(need: str, use: _Use) -> bool:
    return need == use.mark or (need.startswith(STANDARD) and need.endswith(use.mark))


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


@cache
def _headers() -> dict[str, frozenset[str]]:
    """The headers of the C and C++ libraries, and the kinds of names that each declares."""
    rows = read_table("builds/obstacles/cxx_headers.csv")
    return {
        row["header"]: frozenset(kind for kind, found in row.items() if found == "yes")
        for row in rows
    }
