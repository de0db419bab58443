"""Sources that a CPython does not compile: by its C API, and by the Cython that wrote them."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from configparser import Error, RawConfigParser
from contextlib import suppress
from dataclasses import dataclass

from packaging.version import Version

from wheelcheck.builds.obstacles.cython_output import written_by_cython
from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.sdist_facts import SdistFacts
from wheelcheck.builds.sdist.source_files import is_aside
from wheelcheck.builds.setup_script.declaration import SetupScript
from wheelcheck.index.archives.sources.c_api import PERHAPS
from wheelcheck.index.archives.sources.c_returns import RETURNS, UNTYPED
from wheelcheck.index.archives.sources.c_slots import SLOT, THROWS
from wheelcheck.index.archives.sources.compiler_breaks import (
    KEYWORD,
    METHOD,
    NARROWING,
    PRINT,
    UFUNC,
)
from wheelcheck.index.archives.sources.languages import Language, language_of
from wheelcheck.index.archives.sources.source_marks import SourceMarks

__all__ = [
    "MAY_BE_LEFT_OUT",
    "CompiledFiles",
    "compiled_files",
    "no_sources",
    "refused_files",
    "source_breaks",
]

MAY_BE_LEFT_OUT = "the build may leave it out"
"""How the message about a source ends that is perhaps not compiled."""

_C_LIKE = {Language.C, Language.CPP}
_ERRORS_SINCE = Version("14")
"""GCC refuses calls of undeclared functions from here on (gcc.gnu.org/gcc-14/porting_to.html)."""
_API = "docs.python.org/3/whatsnew, wheelcheck/index/archives/sources/c_api.csv"
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
_NO_SOURCES = (".pxd", ".h", ".hpp", ".hh", ".hxx", ".pxi")
_OWN_COMMAND = re.compile(r"^[ \t]*class\s+\w+\s*\([^)]*build_ext", re.MULTILINE)
"""A command that may do with the sources what it likes."""
_ASKS_FOR_SDIST = "PKG-INFO"
"""A script that looks for this file may compile what Cython wrote, though Cython is there."""
_TRANSLATED = (".i", ".pyx", ".py", ".pxi")
"""Endings of sources that another program turns into C first."""


@dataclass(frozen=True, slots=True)
class CompiledFiles:
    """The C and C++ files of an sdist that a build compiles: for certain, and perhaps."""

    certain: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()


def compiled_files(
    facts: SdistFacts, contents: SdistContents, *, cythonizes: bool
) -> CompiledFiles:
    """Which files are compiled, what they include with them.

    `cythonizes`: Cython is installed for the build, and translates `.pyx` again. Of modules whose
    sources a loop names, what Cython wrote is perhaps compiled; of scripts that declare none and
    run compilers or build tools themselves, any source is.
    """
    script = facts.script
    named = _named_files(script, contents, cythonizes=cythonizes) if script is not None else {}
    certain_files = _with_includes((p for p, sure in named.items() if sure), contents)
    perhaps = _with_includes((p for p, sure in named.items() if not sure), contents)
    by_tools = script is not None and bool(script.tools) and not script.extensions
    by_any = by_tools or not _is_understood(script)
    if not named and (by_any or _has_loops(script)):
        perhaps |= _every_source(contents, cythonizes=cythonizes, by_any=by_any)
    return CompiledFiles(tuple(sorted(certain_files)), tuple(sorted(perhaps - certain_files)))


def _is_understood(script: SetupScript | None) -> bool:
    """Whether a script was read to its end, and the sources of each extension module with it."""
    if script is None or script.problem is not None or script.unclear or not script.calls_setup:
        return False
    return all(module.sources is not None for module in script.extensions)


def _has_loops(script: SetupScript | None) -> bool:
    """Whether the sources of an extension module are named by a loop over files."""
    return script is not None and any(module.sources == () for module in script.extensions)


def _named_files(
    script: SetupScript, contents: SdistContents, *, cythonizes: bool
) -> dict[str, bool]:
    """The files that the compiler gets for the listed sources, and whether it does for certain."""
    named: dict[str, bool] = {}
    asks_for_sdist = _ASKS_FOR_SDIST in contents.texts.get("setup.py", "")
    for path in map(posixpath.normpath, _of_settings(contents)):
        if found := _shipped(path, contents, cythonizes=cythonizes):
            named[found] = True
    for module in script.extensions:
        for path in map(posixpath.normpath, module.sources or ()):
            certain = script.surely_builds(module, path)
            found = _shipped(path, contents, cythonizes=cythonizes)
            if found:
                named[found] = named.get(found, False) or certain
            elif asks_for_sdist and (shipped := _shipped(path, contents, cythonizes=False)):
                named.setdefault(shipped, False)
    return named


def _of_settings(contents: SdistContents) -> Iterator[str]:
    """The sources of the extension modules that ``setup.cfg`` declares for pbr."""
    text = contents.texts.get("setup.cfg", "")
    if "[extension" not in text or "pbr" not in contents.texts.get("setup.py", ""):
        return
    settings = RawConfigParser(strict=False)
    with suppress(Error):
        settings.read_string(text)
    for section in settings.sections():
        if section.startswith("extension"):
            yield from settings.get(section, "sources", fallback="").split()


def _every_source(contents: SdistContents, *, cythonizes: bool, by_any: bool) -> set[str]:
    """All C and C++ of an sdist, but for what Cython writes again; not `by_any`: what it wrote."""
    return {
        path
        for path, marks in contents.marks.items()
        if language_of(path) in _C_LIKE and not is_aside(path)
        if by_any or marks.generator.startswith("cython")
        if not (cythonizes and f"{posixpath.splitext(path)[0]}.pyx" in contents.sizes)
    }


def no_sources(facts: SdistFacts, contents: SdistContents) -> tuple[BuildObstacle, ...]:
    """A file among the sources of an extension module that compilers do not take.

    Code ``source-refused``. setuptools ends at a header or a declaration file of Cython; Cython's
    own command left them out until its release 3.
    """
    script = facts.script
    if script is None or _OWN_COMMAND.search(contents.texts.get("setup.py", "")):
        return ()
    for module in script.extensions:
        for path in module.sources or ():
            if path.endswith(_NO_SOURCES):
                message = f"{module.name} has {path} among its sources, an unknown file type"
                sure = script.surely_builds(module, path)
                source = "setuptools/_distutils/compilers/C/base.py: object_filenames"
                return (BuildObstacle("source-refused", message, source, fatal=sure),)
    return ()


def missing_sources(
    facts: SdistFacts, contents: SdistContents, script: str
) -> tuple[BuildObstacle, ...]:
    """A source of an extension module that the sdist does not hold; code ``source-missing``.

    `script` is the text of the setup script and of what it imports: nothing is said where that may
    make files.
    """
    declared = facts.script
    if declared is None or contents.holds_links or any(word in script for word in _MAKES_FILES):
        return ()
    for module in declared.extensions:
        for source in module.sources or ():
            path = posixpath.normpath(source)
            stem, extension = posixpath.splitext(path)
            others = {f"{stem}{end}" for end in _MADE_FROM.get(extension, ())}
            aside = path.startswith(("/", "..")) or "*" in path or extension not in _COMPILED
            if aside or path in contents.sizes or not others.isdisjoint(contents.sizes):
                continue
            if declared.surely_builds(module, path):
                message = f"{module.name} is made of {path}, which the sdist does not hold"
                return (BuildObstacle("source-missing", message, "setup.py", fatal=True),)
    return ()


_COMPILED = {".c", ".cc", ".cpp", ".cxx", ".pyx", ".i", ".f", ".f90", ".m"}
_MADE_FROM = {".pyx": (".c", ".cpp", ".py"), ".c": (".pyx",), ".cpp": (".pyx",)}
_MAKES_FILES = (
    "subprocess", "os.system", "configure", "cmdclass", "run_command", "make", "generate", "shutil",
    "urllib", "requests", "build_ext", ".write", "emit_", "chdir", "rename", "symlink",
    "import_module",
    "build_clib", "cffi", "Popen", "spawn", "f2py", "numpy.distutils", "write(",
)  # fmt: skip


def _shipped(path: str, contents: SdistContents, *, cythonizes: bool) -> str:
    """The file that the compiler gets for a source; "" where it is made in the build."""
    stem, extension = posixpath.splitext(path)
    if extension not in {".pyx", ".py"}:
        return path if path in contents.sizes else ""
    if cythonizes:
        return ""
    return next((stem + end for end in (".c", ".cpp") if stem + end in contents.sizes), "")


def _with_includes(paths: Iterable[str], contents: SdistContents) -> set[str]:
    """Files and what they include in any case, as far as it is part of the sdist."""
    by_name: dict[str, list[str]] = defaultdict(list)
    for path in contents.marks:
        by_name[path.rpartition("/")[2]].append(path)
    found: set[str] = set()
    todo = list(paths)
    while todo:
        path = todo.pop()
        if path in found:
            continue
        found.add(path)
        marks = contents.marks.get(path)
        if marks is None:
            continue
        for include in marks.certain_includes:
            if include.startswith('"'):
                todo += _included(path, include[1:], by_name)
    return found


def _included(path: str, name: str, by_name: Mapping[str, list[str]]) -> list[str]:
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
    candidates = by_name.get(name.rpartition("/")[2], [])
    return [beside] if beside in candidates else candidates if len(candidates) == 1 else []


def source_breaks(
    files: CompiledFiles, contents: SdistContents, minor: int, gcc: Version | None
) -> tuple[BuildObstacle, ...]:
    """What CPython 3.`minor` and GCC do not compile of these files, first of each kind.

    Codes ``c-api-gone``, ``cython-output-too-old``, ``compiler-too-new``.
    """
    own = {
        name for marks in contents.marks.values() for name, minors in marks.api_breaks if not minors
    }
    own |= {
        name
        for marks in contents.marks.values()
        for name, minors in marks.api_breaks
        if name.startswith("#") and minor in minors
    }
    found = [
        *_of_files(files.certain, contents, minor, gcc, own, sure=True),
        *_of_files(files.perhaps, contents, minor, gcc, own, sure=False),
    ]
    first: dict[tuple[str, bool], BuildObstacle] = {}
    for obstacle in found:
        first.setdefault((obstacle.code, obstacle.fatal), obstacle)
    codes = {code for code, fatal in first if fatal}
    return tuple(o for (code, fatal), o in first.items() if fatal or code not in codes)


def refused_files(
    sources: Iterable[str],
    contents: SdistContents,
    minor: int,
    gcc: Version | None,
    *,
    cythonizes: bool,
) -> tuple[str, ...]:
    """Which of a module's sources CPython 3.`minor` or GCC do not compile for certain."""
    shipped = (_shipped(posixpath.normpath(p), contents, cythonizes=cythonizes) for p in sources)
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
) -> Iterator[BuildObstacle]:
    script = contents.texts.get("setup.py", "")
    for path in paths:
        marks = contents.marks.get(path)
        if marks is None or path.endswith(_TRANSLATED):
            continue
        yield from _by_python(path, _gone_names(marks, minor, own), minor, gcc, sure=sure)
        if gcc is not None and gcc >= _ERRORS_SINCE:
            yield from _by_compiler(path, marks, script, sure=sure)
        if gcc is not None and gcc >= _SPEAKS_C23:
            yield from _by_c23(path, marks, script, sure=sure)
        program, _, version = marks.generator.partition(" ")
        if program == "cython" and version:
            yield from written_by_cython(path, version, minor, sure=sure)


def _gone_names(marks: SourceMarks, minor: int, own: set[str]) -> list[str]:
    """Names of the C API that a source uses and CPython 3.`minor` lacks, but for the `own`.

    `own` has what the sdist defines itself, and with ``#`` before them the macros that its headers
    set on that CPython.
    """
    found: dict[str, None] = {}
    for mark, minors in marks.api_breaks:
        name, perhaps, flag = mark.partition(PERHAPS)
        here = minor in minors and not mark.startswith("#") and name.removesuffix("()") not in own
        if here and flag:
            here = f"#{flag}" in own
        if here:
            found[name if flag else name + perhaps] = None
    return list(found)


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
    called = language_of(path) is Language.C and all("()" in name for name in names)
    shown = ", ".join(name.rstrip("()?") for name in names[:3])
    message = f"{path} uses {shown}, which CPython 3.{minor} has no more"
    refused = not called or (gcc is not None and gcc >= _ERRORS_SINCE)
    if called and not refused:
        message += "; with a GCC before 14 it compiles, and what is built cannot be imported"
    elif not sure:
        message += f"; {MAY_BE_LEFT_OUT}"
    return BuildObstacle("c-api-gone", message, _API, fatal=sure and refused)


def _by_compiler(
    path: str, marks: SourceMarks, script: str, *, sure: bool
) -> Iterator[BuildObstacle]:
    """Pointers and numbers that GCC refuses."""
    for found in marks.refused:
        kind, _, name = found.partition(" ")
        what = {
            METHOD.strip(): f"puts {name}, of another type, in a table of methods",
            NARROWING.strip(): f"has negative numbers in {name}, a table of unsigned numbers",
            PRINT.strip(): f"has a pointer in {name} where CPython has a number",
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
    names = [m.removeprefix(KEYWORD) for m in marks.refused if m.startswith(KEYWORD)]
    if names and "-std=" not in script:
        message = f"{path} gives {names[0]} a meaning of its own, a keyword of C23 in GCC 15"
        yield BuildObstacle("compiler-too-new", message, _PORTING_15, fatal=sure)
