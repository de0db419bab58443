"""Sources that a build cannot do with, and those that the sdist came without."""

from __future__ import annotations

import posixpath
import re
from fnmatch import fnmatch

from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.sdist_facts import SdistFacts
from wheelcheck.builds.sdist.source_files import HEADER_ENDINGS

__all__ = ["missing_sources", "no_sources"]

_NO_SOURCES = (".pxd", ".pxi", *HEADER_ENDINGS)
_OWN_COMMAND = re.compile(r"^[ \t]*class\s+\w+\s*\([^)]*build_ext", re.MULTILINE)
"""A command that may do with the sources what it likes."""
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
_NO_MATCH = "which no file of the sdist matches"
_NO_CYTHON = "and no build requirement brings Cython"
_NO_FILE = "which the sdist does not hold"
_NOT_TRANSLATED = f"{_NO_FILE}, {_NO_CYTHON}"
_LEFT_BEHIND = f"{_NO_FILE}, but what Cython wrote of it, which nothing takes"


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
    written = {f"{stem}{end}": end for end in (".c", ".cpp") if f"{stem}{end}" in contents.sizes}
    if extension != ".pyx" or not written:
        return False
    name = posixpath.basename(stem)
    same = re.compile(rf"(?:.*/)?{re.escape(name)}\.py(?:x(?:\..*)?)?")
    if any(map(same.fullmatch, contents.sizes)):
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
