"""Sources that a CPython does not compile: by its C API, and by the Cython that wrote them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from packaging.version import Version

from wheelcheck.builds.obstacles.compiling.compiled_files import CompiledFiles, shipped_file
from wheelcheck.builds.obstacles.compiling.cython_output import written_by_cython
from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.index.archives.sources.languages import Language, language_of
from wheelcheck.index.archives.sources.mark_kinds import (
    KEYWORD,
    METHOD,
    NARROWING,
    NEW,
    OWN,
    PASSES,
    PERHAPS,
    POINTER,
    PRINT,
    READ_ONLY,
    RETURNS,
    SLOT,
    STRUCTURE,
    THROWS,
    UFUNC,
    UNTYPED,
    marked,
)
from wheelcheck.index.archives.sources.source_marks import SourceMarks

__all__ = ["refused_files", "source_breaks"]

_ERRORS_SINCE = Version("14")
"""GCC refuses calls of undeclared functions from here on (gcc.gnu.org/gcc-14/porting_to.html)."""
_API = "docs.python.org/3/whatsnew, wheelcheck/index/archives/sources/c_api.csv"
_NEW = "the headers of CPython: wheelcheck/index/archives/sources/c_api_new.csv"
_ALLOWED = (
    (
        "incompatible-pointer",
        "int-conversion",
        "-fpermissive",
        "'-w'",
        '"-w"',
        "=gnu89",
        "=c89",
        "=c90",
        "=gnu90",
        "-ansi",
        "return-mismatch",
        "implicit-int",
    ),
    ("-Wno-narrowing", "++98", "++03", "-fpermissive"),
)
"""Words by which a script lets the compiler pass pointers, and narrowing."""
_PORTING = "gcc.gnu.org/gcc-14/porting_to.html"
_PORTING_15 = "gcc.gnu.org/gcc-15/porting_to.html"
_PORTING_11 = "gcc.gnu.org/gcc-11/porting_to.html"
_SPEAKS_C23 = Version("15")
_UNSET = "!"
_TRANSLATED = (".i", ".pyx", ".py", ".pxi")
"""Endings of sources that another program turns into C first."""


def source_breaks(
    files: CompiledFiles,
    contents: SdistContents,
    minor: int,
    gcc: Version | None,
    *,
    free_threaded: bool = False,
) -> tuple[BuildObstacle, ...]:
    """What CPython 3.`minor` and GCC do not compile of these files, first of each kind.

    Codes ``c-api-gone``, ``c-api-new``, ``cython-output-too-old``, ``compiler-too-new``.
    """
    own = _own_names(contents, minor)
    found = [
        *_of_files(files.certain, contents, minor, gcc, own, sure=True, free=free_threaded),
        *_of_files(files.perhaps, contents, minor, gcc, own, sure=False, free=free_threaded),
    ]
    first: dict[tuple[str, bool], BuildObstacle] = {}
    for obstacle in found:
        first.setdefault((obstacle.code, obstacle.fatal), obstacle)
    codes = {code for code, fatal in first if fatal}
    return tuple(o for (code, fatal), o in first.items() if fatal or code not in codes)


def _own_names(contents: SdistContents, minor: int) -> set[str]:
    """What the sdist defines itself on CPython 3.`minor`, as `_gone_names` takes it."""
    own: set[str] = set()
    unset: set[str] = set()
    for marks in contents.marks.values():
        for name, minors in marks.api_breaks:
            if not minors or (name.startswith("#") and minor in minors):
                own.add(name.removeprefix(OWN))
            elif name.startswith("#"):
                unset.add(name)
        own |= {need for need in marks.needs if need.startswith(STRUCTURE)}
    # A header of CPython's name may be the sdist's own, as the ast.h of starlink-pyast.
    own |= {name for name in contents.file_names if name.endswith(".h")}
    return own | {_UNSET + name for name in unset - own}


def refused_files(
    sources: Iterable[str],
    contents: SdistContents,
    minor: int,
    gcc: Version | None,
    *,
    cythonizes: bool,
) -> tuple[str, ...]:
    """Which of a module's sources CPython 3.`minor` or GCC do not compile for certain."""
    shipped = (
        shipped_file(posixpath.normpath(p), contents, cythonizes=cythonizes) for p in sources
    )
    return tuple(
        path
        for path in filter(None, shipped)
        if any(o.fatal for o in _of_files((path,), contents, minor, gcc, set(), sure=True))
    )


def _of_files(
    paths: Iterable[str],
    contents: SdistContents,
    minor: int,
    gcc: Version | None,
    own: set[str],
    *,
    sure: bool,
    free: bool = False,
) -> Iterator[BuildObstacle]:
    script = contents.texts.get("setup.py", "")
    for path in paths:
        marks = contents.marks.get(path)
        if marks is None or path.endswith(_TRANSLATED):
            continue
        yield from _by_python(path, _gone_names(marks, minor, own), minor, gcc, sure=sure)
        yield from _by_old_python(path, marks, minor, own, sure=sure)
        if gcc is not None and gcc >= _ERRORS_SINCE:
            yield from _by_compiler(path, _refused(marks, own), script, sure=sure)
        if gcc is not None and gcc >= _SPEAKS_C23:
            yield from _by_c23(path, marks, script, sure=sure)
        program, _, version = marks.generator.partition(" ")
        if program == "cython" and version:
            yield from written_by_cython(path, version, minor, sure=sure, free_threaded=free)


def _gone_names(marks: SourceMarks, minor: int, own: set[str]) -> list[str]:
    """Names of the C API that a source uses and CPython 3.`minor` lacks, but for the `own`.

    `own` has what the sdist defines itself, and with ``#`` before them the macros that its headers
    set on that CPython, with ``!#`` those that they set on others alone. Names of CPython itself
    may have moved to its internal headers.
    """
    internal = any("pycore_" in header for header in marks.includes)
    split = [(*mark.partition(PERHAPS), minors) for mark, minors in marks.api_breaks]
    off = {name for name, _, flag, _ in split if flag and f"{_UNSET}#{flag}" in own}
    found = dict.fromkeys(
        name if flag else name + perhaps
        for name, perhaps, flag, minors in split
        if minor in minors
        and not name.startswith(("#", NEW))
        and not (perhaps and name in off)
        and (not flag or f"#{flag}" in own)
        and not _is_provided(name, own, internal=internal)
    )
    return list(found)


def _is_provided(name: str, own: set[str], *, internal: bool) -> bool:
    """Whether the sdist itself or an internal header of CPython brings a name."""
    return name.partition(" ")[0].removesuffix("()") in own or (internal and name.startswith("_Py"))


def _by_python(
    path: str, names: list[str], minor: int, gcc: Version | None, *, sure: bool
) -> Iterator[BuildObstacle]:
    certain = [name for name in names if not name.endswith(PERHAPS)]
    if names:
        yield _api(path, certain or names, minor, gcc, sure=sure and bool(certain))


def _api(
    path: str, names: list[str], minor: int, gcc: Version | None, *, sure: bool
) -> BuildObstacle:
    """Names that are gone. C that calls them compiles with an old GCC, and cannot be loaded."""
    called = language_of(path.removesuffix(".src")) is Language.C and all(
        "()" in name for name in names
    )
    shown = ", ".join(name.rstrip("()?") for name in names[:3])
    message = f"{path} uses {shown}, which CPython 3.{minor} has no more"
    refused = not called or (gcc is not None and gcc >= _ERRORS_SINCE)
    if not refused:
        message += "; with a GCC before 14 it compiles, and what is built cannot be imported"
    elif not sure:
        message += "; the build may leave it out"
    perhaps = refused and not sure
    return BuildObstacle(
        "c-api-gone", message, _API, fatal=sure and refused, may_be_left_out=perhaps
    )


def _by_old_python(
    path: str, marks: SourceMarks, minor: int, own: set[str], *, sure: bool
) -> Iterator[BuildObstacle]:
    """The first name of the C API that CPython 3.`minor` does not have yet."""
    for mark, minors in marks.api_breaks:
        name = mark.removeprefix(NEW)
        if name != mark and minor in minors and name not in own:
            message = f"{path} uses {name}, which CPython 3.{minor} does not have yet"
            message += "" if sure else "; the build may leave it out"
            yield BuildObstacle("c-api-new", message, _NEW, fatal=sure, may_be_left_out=not sure)
            return


def _refused(marks: SourceMarks, own: set[str]) -> list[str]:
    """What compilers refuse in a source, where headers of the sdist (`own`) say what they must."""
    split = (found.partition(PERHAPS) for found in marks.refused)
    return [
        found
        for found, perhaps, _ in split
        if not perhaps or found.replace(POINTER, STRUCTURE, 1) in own
    ]


def _by_compiler(
    path: str, refused: Iterable[str], script: str, *, sure: bool
) -> Iterator[BuildObstacle]:
    """Pointers and numbers that GCC refuses."""
    for found in refused:
        kind, _, name = found.partition(" ")
        what = {
            METHOD.strip(): f"puts {name}, of another type, in a table of methods",
            NARROWING.strip(): f"has negative numbers in {name}, a table of unsigned numbers",
            PRINT.strip(): f"has a pointer in {name} where CPython has a number",
            PASSES.strip(): f"passes {name}(), and it is of another type",
            POINTER.strip(): f"has a {name} * where a function gives a PyObject *",
            READ_ONLY.strip(): f"assigns to {name}, a constant member",
            RETURNS.strip(): f"has {name}(), which returns what its type is not",
            SLOT.strip(): f"puts {name}(), of another type, in a table of CPython",
            UNTYPED.strip(): f"has {name}(), a function without a type",
            UFUNC: "has loops without const pointers, which NumPy requires since 1.19",
        }.get(kind, "")
        allowed = any(word in script for word in _ALLOWED[kind == NARROWING.strip()])
        if kind == THROWS and "std=" not in script and "skbuild" not in script:
            message = f"{path} says which exceptions functions throw, which C++17 refuses"
            yield BuildObstacle("compiler-too-new", message, _PORTING_11, fatal=sure)
        if what and not allowed:
            rule = "C++11 and later refuse" if kind == NARROWING.strip() else "GCC 14 refuses"
            message = f"{path} {what}, which {rule}"
            yield BuildObstacle("compiler-too-new", message, _PORTING, fatal=sure)


def _by_c23(path: str, marks: SourceMarks, script: str, *, sure: bool) -> Iterator[BuildObstacle]:
    """Names that are keywords, unless the script chooses an older C."""
    names = list(marked(marks.refused, KEYWORD))
    if names and "-std=" not in script:
        message = f"{path} gives {names[0]} a meaning of its own, a keyword of C23 in GCC 15"
        yield BuildObstacle("compiler-too-new", message, _PORTING_15, fatal=sure)
