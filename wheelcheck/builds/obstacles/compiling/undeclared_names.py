"""Names of C and C++ that a source uses without the header that declares them.

Headers of libstdc++ include less of each other from release to release, so that old sources miss
what they once got by the way (gcc.gnu.org/gcc-13/porting_to.html, "Header dependency changes").
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import NamedTuple

from packaging.version import Version

from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.index.archives.sources.c_code.c_functions import CALLS, DECLARES, declared_by
from wheelcheck.index.archives.sources.languages import Language, language_of
from wheelcheck.index.archives.sources.mark_kinds import STANDARD
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
    includes = _Includes(contents)
    for path in paths:
        if language_of(path) is not Language.CPP:
            continue
        for use in _uses(path, includes):
            where = _used_in_vain(path, use, includes)
            if where:
                by = f", which {path} includes first," if where != path else ""
                name = _shown(use, where, contents)
                message = f"{where}{by} uses {name} without <{use.header}>, and GCC {gcc} "
                message += "declares it in no other header that is included"
                return (BuildObstacle("header-not-included", message, _SOURCE, fatal=sure),)
    return ()


class _Includes:
    """What the files of an sdist include, worked out once for each: many include the same."""

    def __init__(self, contents: SdistContents) -> None:
        self._contents = contents
        self.marks = contents.marks
        self._known: dict[str, tuple[tuple[str, Sequence[str]], ...]] = {}

    def of(self, path: str) -> tuple[tuple[str, Sequence[str]], ...]:
        """The names that a file includes, each with the files of the sdist that it may be."""
        if path not in self._known:
            names = self.marks[path].includes if path in self.marks else ()
            self._known[path] = tuple((name[1:], self._files(path, name[1:])) for name in names)
        return self._known[path]

    def reached(self, path: str) -> Iterator[str]:
        """A source, and all files of the sdist that it may include."""
        todo, seen = [path], set[str]()
        while todo:
            here = todo.pop()
            if here not in seen:
                seen.add(here)
                yield here
                todo += [below for _, files in self.of(here) for below in files]

    def _files(self, here: str, name: str) -> Sequence[str]:
        folder = posixpath.dirname(here)
        beside = posixpath.normpath(posixpath.join(folder, name.replace("\\", "/")))
        if beside in self._contents.sizes:
            return [beside]
        return self._contents.marked_by_name.get(posixpath.basename(name), ())


class _Use(NamedTuple):
    """A name of the standard library, its header, and its kind in the table of headers.

    `mark` is what sources have of it that use it; `declared` what those have that declare it.
    """

    name: str
    header: str
    kind: str
    mark: str
    declared: str = ""


def _uses(path: str, includes: _Includes) -> list[_Use]:
    """What a source uses, or the headers of the sdist that it includes; each kind once."""
    found: dict[str, _Use] = {}
    for here in islice(includes.reached(path), _MOST_FILES + 1):
        for need in includes.marks[here].needs if here in includes.marks else ():
            use = _use_of(need)
            if use is not None:
                found.setdefault(need if use.kind == "uint" else use.kind, use)
    return list(found.values())


def _use_of(need: str) -> _Use | None:
    """The use that a mark stands for; None where it stands for something else."""
    if need.startswith(STANDARD):
        name, header, kind = need.removeprefix(STANDARD).split(" ")
        return _Use(f"std::{name}", header, kind, f" {kind}")
    if need.startswith("uint") and " " not in need:
        return _Use(f"{need}_t", "cstdint", "uint", need, f"declares {need}")
    return None


def _used_in_vain(path: str, use: _Use, includes: _Includes) -> str:
    """The first file that uses what nothing before it declares, as compilers read; "" if none.

    What a file includes is taken to come before what it uses.
    """
    seen: set[str] = set()

    def read(here: str) -> str | None:
        marks = includes.marks.get(here)
        if here in seen:
            return ""
        seen.add(here)
        if marks is None or len(seen) > _MOST_FILES or use.declared in marks.needs:
            return None
        for name, own in includes.of(here):
            gives = _headers().get(name)
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
    parts, includes = _included_names(contents), _Includes(contents)
    for path in paths:
        own = path.endswith(".c") and path.rpartition("/")[2] not in parts
        marks = contents.marks.get(path) if own else None
        for need in marks.needs if marks is not None else ():
            name = need.removeprefix(CALLS)
            if name != need and _never_declares(path, name, includes, minor):
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


def _never_declares(path: str, name: str, includes: _Includes, minor: int) -> bool:
    """Whether a source, with all that it may include, declares no function of a name."""
    declarations = {f"{DECLARES}{name}", f"{DECLARES}*"}
    for number, here in enumerate(includes.reached(path), 1):
        marks = includes.marks.get(here)
        if marks is None or number > _MOST_FILES or marks.generator:
            return False
        if not declarations.isdisjoint(marks.needs):
            return False
        for header, own in includes.of(here):
            if header.endswith(".c") or _may_declare(header, name, minor, own=bool(own)):
                return False
    return True


def _may_declare(header: str, name: str, minor: int, *, own: bool) -> bool:
    """Whether a header declares a name, or is known to nobody; `own`: the sdist holds it."""
    gives = declared_by(header, minor)
    return (gives is None and not own) or name.encode() in (gives or ())


@cache
def _headers() -> dict[str, frozenset[str]]:
    """The headers of the C and C++ libraries, and the kinds of names that each declares."""
    rows = read_table("builds/obstacles/cxx_headers.csv")
    return {
        row["header"]: frozenset(kind for kind, found in row.items() if found == "yes")
        for row in rows
    }
