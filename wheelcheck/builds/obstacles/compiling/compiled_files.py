"""Which of its files a build compiles, and sources that it cannot do with.

What a setup script or ``setup.cfg`` lists, the C that Cython wrote of it, and what these include.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from configparser import Error, RawConfigParser
from contextlib import suppress
from fnmatch import fnmatch

from msgspec import Struct

from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.sdist_facts import SdistFacts
from wheelcheck.builds.sdist.source_files import is_aside
from wheelcheck.builds.setup_script.declaration import SetupScript
from wheelcheck.index.archives.sources.languages import Language, language_of
from wheelcheck.index.archives.sources.mark_kinds import MODULE

__all__ = [
    "CompiledFiles",
    "compiled_files",
    "missing_sources",
    "no_sources",
    "shipped_file",
    "with_includes",
]

_C_LIKE = {Language.C, Language.CPP}
_TEMPLATE = ".src"
"""Behind the ending of a source that numpy.distutils writes C from, loop by loop."""
_NO_SOURCES = (".pxd", ".h", ".hpp", ".hh", ".hxx", ".pxi")
_OWN_COMMAND = re.compile(r"^[ \t]*class\s+\w+\s*\([^)]*build_ext", re.MULTILINE)
"""A command that may do with the sources what it likes."""
_LISTS = re.compile(r"\b(?:glob|listdir|walk|iterdir|scandir)\s*\(")
_SPECIAL = re.compile(r"(?i)win|mac|darwin|osx|bsd|nt|py2|old|test|debug|bench|example|legacy|main")
"""Words in the names of files that a list of a folder may leave out."""
_ASKS_FOR_SDIST = "PKG-INFO"
"""A script that looks for this file may compile what Cython wrote, though Cython is there."""
_COMPILED = {".c", ".cc", ".cpp", ".cxx", ".pyx", ".i", ".f", ".f90", ".m"}
_NAMES_C = re.compile(r"\.c(?:pp|xx|c)?\b|(?i:use_cython|no_cython|\bext\b)|splitext|replace\(")
"""Words of scripts that may take what Cython made instead of its source."""
_MADE_FROM = {".pyx": (".c", ".cpp", ".py"), ".c": (".pyx",), ".cpp": (".pyx",)}
_MAKES_FILES = (
    "subprocess", "os.system", "configure", "cmdclass", "run_command", "make", "generate", "shutil",
    "urllib", "requests", "build_ext", ".write", "emit_", "chdir", "rename", "symlink",
    "import_module",
    "build_clib", "cffi", "Popen", "spawn", "f2py", "numpy.distutils", "write(",
)  # fmt: skip
_COMMANDS = frozenset({"cmdclass", "build_ext", "build_clib"})
_MAY_RUN_CYTHON = re.compile(
    r"subprocess|os\.system|run_command|Popen|spawn|check_call|\bpip\b|^\s*class\s", re.MULTILINE
)
"""Words of scripts that may run Cython, or install it."""
_MAKES_PYX = re.compile(
    r"configure|generate|urllib|requests|\.write\b|\bwrite\(|emit_(?!linenums)|chdir|rename"
    r"|os\.symlink|symlink_to|import_module|copytree|(?<![.\w])git(?!\w)|\.in[\"']|render|extractall"
    r"|sys\.executable|\bexec\(|\bglob\b|(?i:tempita)"
)
"""Words of scripts that may make a Cython source, though its C came along without it."""
_NO_CYTHON = "and no build requirement brings Cython"
_LEFT_BEHIND = "which the sdist does not hold, but what Cython wrote of it, which nothing takes"
_NOT_TRANSLATED = "which the sdist does not hold, and no build requirement brings Cython"
_NO_MATCH = "which no file of the sdist matches"
_NO_FILE = "which the sdist does not hold"


class CompiledFiles(Struct, frozen=True):
    """The C and C++ files of an sdist that a build compiles: for certain, and perhaps."""

    certain: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()

    @property
    def each(self) -> Iterator[tuple[str, bool]]:
        """All files, and whether they are certain to be compiled; those that are come first."""
        yield from ((path, True) for path in self.certain)
        yield from ((path, False) for path in self.perhaps)


def compiled_files(
    facts: SdistFacts, contents: SdistContents, *, cythonizes: bool
) -> CompiledFiles:
    """Which files are compiled, what they include with them.

    `cythonizes`: Cython is installed for the build, and translates `.pyx` again. Of modules whose
    sources a loop names, what Cython wrote is perhaps compiled; of scripts that declare none and
    run compilers or build tools themselves, any source is.
    """
    script = facts.declaring
    named = _named_files(script, contents, cythonizes=cythonizes) if script is not None else {}
    first = _beyond_lists(script, contents)
    surely = [path for path, sure in named.items() if sure]
    certain_files = with_includes((*surely, *first, *_beside(first, contents)), contents)
    perhaps = with_includes((p for p, sure in named.items() if not sure), contents)
    by_tools = script is not None and bool(script.tools) and not script.extensions
    by_any = by_tools or not _is_understood(script)
    if not named and (by_any or _has_loops(script)):
        perhaps |= _every_source(contents, cythonizes=cythonizes, by_any=by_any)
    elif first or (script is not None and any(not module.sources for module in script.extensions)):
        perhaps |= _every_source(contents, cythonizes=cythonizes, by_any=False)
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
        if found := shipped_file(path, contents, cythonizes=cythonizes):
            named[found] = True
    for module in script.extensions:
        for path in map(posixpath.normpath, module.sources or ()):
            certain = script.surely_builds(module, path)
            found = shipped_file(path, contents, cythonizes=cythonizes)
            if found:
                named[found] = named.get(found, False) or certain
            elif asks_for_sdist and (shipped := shipped_file(path, contents, cythonizes=False)):
                named.setdefault(shipped, False)
    return named


def _beyond_lists(script: SetupScript | None, contents: SdistContents) -> tuple[str, ...]:
    """The sources with the first function of a module that the module's list has not.

    Without it no module could be imported: a loop names it, whatever that names besides.
    """
    found = []
    for module in script.extensions if script is not None else ():
        name = MODULE + module.name.rpartition(".")[2]
        if module.name and script is not None and script.surely_builds(module):
            paths = [path for path, marks in contents.marks.items() if name in marks.needs]
            listed = with_includes(map(posixpath.normpath, module.sources or ()), contents)
            if len(paths) == 1 and not is_aside(paths[0]) and paths[0] not in listed:
                found.append(paths[0])
    return tuple(found)


def _beside(first: Sequence[str], contents: SdistContents) -> Iterator[str]:
    """What lies beside the first source of a module where the script lists folders.

    Not so files that may be for something else by their names, nor where there are several modules.
    """
    if len(first) != 1 or not _LISTS.search(contents.texts.get("setup.py", "")):
        return
    folder, (_, ending) = posixpath.dirname(first[0]), posixpath.splitext(first[0])
    for path in contents.marks:
        beside = posixpath.dirname(path) == folder and path.endswith(ending)
        if beside and not _SPECIAL.search(posixpath.basename(path)):
            yield path


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
    """All C and C++ of an sdist, but for what Cython writes again.

    Not `by_any`: what it wrote, and, of scripts that name no Cython sources, what uses names of the
    C API that some CPython lacks.
    """
    by_hand = ".pyx" not in contents.texts.get("setup.py", "")
    return {
        path
        for path, marks in contents.marks.items()
        if language_of(path.removesuffix(_TEMPLATE)) in _C_LIKE and not is_aside(path)
        if by_any or marks.generator.startswith("cython") or (by_hand and marks.api_breaks)
        if not (cythonizes and f"{posixpath.splitext(path)[0]}.pyx" in contents.sizes)
    }


def no_sources(facts: SdistFacts, contents: SdistContents) -> tuple[BuildObstacle, ...]:
    """A file among the sources of an extension module that compilers do not take.

    Code ``source-refused``. setuptools ends at a header or a declaration file of Cython; Cython's
    own command left them out until its release 3.
    """
    script = facts.declaring
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
    facts: SdistFacts, contents: SdistContents, script: str, *, cythonizes: bool | None
) -> tuple[BuildObstacle, ...]:
    """A source of an extension module that the sdist does not hold; code ``source-missing``.

    `script` is the text of the setup script and of what it imports: nothing is said where that may
    make files. `cythonizes`: Cython is installed for the build, None where that is not known.
    """
    declared = facts.declaring
    if declared is None or contents.holds_links:
        return ()
    calls = bool(cythonizes) and "cythonize(" in script
    translates = calls and _NAMES_C.search(script) is None
    for module in declared.extensions:
        for path in map(posixpath.normpath, module.sources or ()):
            why = _why_missing(path, contents, cythonizes=cythonizes, translates=translates)
            if calls and _is_left_behind(path, contents, script):
                why = _LEFT_BEHIND
            translated = translates and path.endswith(".pyx")
            if (
                why
                and not _may_mend(script, why, translated=translated)
                and declared.surely_builds(module, path)
            ):
                message = f"{module.name or module.where} is made of {path}, {why}"
                return (BuildObstacle("source-missing", message, "setup.py", fatal=True),)
    return ()


def _is_left_behind(path: str, contents: SdistContents, script: str) -> bool:
    """Whether a Cython source did not come along, but what Cython wrote of it, and is not taken.

    `setup()` was given what `cythonize` returns when the sdist was made, so that it holds that
    alone. A script that takes it names its ending somewhere.
    """
    stem, extension = posixpath.splitext(path)
    name = posixpath.basename(stem)
    same = re.compile(rf"(?:.*/)?{re.escape(name)}\.py(?:x(?:\..*)?)?")
    elsewhere = any(map(same.fullmatch, contents.sizes))
    written = {f"{stem}{end}": end for end in (".c", ".cpp") if f"{stem}{end}" in contents.sizes}
    if extension != ".pyx" or elsewhere or not written:
        return False
    return all(
        shipped in contents.marks
        and contents.marks[shipped].generator.startswith("cython")
        and not _names_ending(script, end, but_for=name)
        for shipped, end in written.items()
    )


def _names_ending(script: str, ending: str, *, but_for: str) -> bool:
    """Whether a script speaks of an ending, but in names of files with another stem.

    `but_for` is the stem of the file that it may make such a name of.
    """
    whole = re.compile(
        rf"""(["'])(?:[\w.-]+/)*(?!{re.escape(but_for)}\.)[\w*-]+{re.escape(ending)}\1"""
    )
    return re.search(rf"\b{ending[1:]}\b", whole.sub("", script)) is not None


def _may_mend(script: str, why: str, *, translated: bool) -> bool:
    """Whether a script may make a source that is missing, or run Cython where none is required.

    `translated`: the script itself runs Cython on the source.
    """
    if why == _NO_CYTHON:
        return _MAY_RUN_CYTHON.search(script) is not None
    if why == _LEFT_BEHIND:
        return _MAKES_PYX.search(script) is not None
    words = set(_MAKES_FILES)
    if why == _NOT_TRANSLATED:
        if _MAY_RUN_CYTHON.search(script) is not None:
            return True
        words -= _COMMANDS  # of Cython, which is not there
    if translated and "class " not in script:
        words -= _COMMANDS  # setuptools' own commands run only after that
    return any(word in script for word in words)


def _why_missing(
    path: str, contents: SdistContents, *, cythonizes: bool | None, translates: bool
) -> str:
    """Why a build has no such source; "" where it may.

    `translates`: it runs Cython on what the script names, and takes nothing else for it.
    """
    stem, extension = posixpath.splitext(path)
    if path.startswith(("/", "..")) or extension not in _COMPILED:
        return ""
    if "*" in path:
        looked_for = extension == ".pyx" and translates
        matched = looked_for and any(fnmatch(shipped, path) for shipped in contents.sizes)
        return _NO_MATCH if looked_for and not matched else ""
    others = {f"{stem}{end}" for end in _MADE_FROM.get(extension, ())}
    has_other = not others.isdisjoint(contents.sizes)
    if path in contents.sizes:
        lacks = extension == ".pyx" and cythonizes is False and not has_other
        return _NO_CYTHON if lacks else ""
    if has_other and cythonizes is False and extension in {".c", ".cpp"}:
        return _NOT_TRANSLATED
    if has_other and not (extension == ".pyx" and translates):
        return ""
    return _NO_FILE


def shipped_file(path: str, contents: SdistContents, *, cythonizes: bool) -> str:
    """The file that the compiler gets for a source; "" where it is made in the build."""
    stem, extension = posixpath.splitext(path)
    if extension not in {".pyx", ".py"}:
        return path if path in contents.sizes else ""
    if cythonizes:
        return ""
    return next((stem + end for end in (".c", ".cpp") if stem + end in contents.sizes), "")


def with_includes(paths: Iterable[str], contents: SdistContents) -> set[str]:
    """Files and what they include in any case, as far as it is part of the sdist."""
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
                todo += _included(path, include[1:], contents)
            elif "/" in include:
                todo += _of_own_library(include[1:], contents)
    return found


def _of_own_library(name: str, contents: SdistContents) -> Sequence[str]:
    """The only file of the sdist that ``<library/name.h>`` may mean, if there is one."""
    named = contents.marked_by_name.get(name.rpartition("/")[2], ())
    places = [path for path in named if path.endswith(f"/{name}")]
    return places if len(places) == 1 and not is_aside(places[0]) else ()


def _included(path: str, name: str, contents: SdistContents) -> Sequence[str]:
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
    candidates = contents.marked_by_name.get(name.rpartition("/")[2], ())
    return [beside] if beside in candidates else candidates if len(candidates) == 1 else ()
