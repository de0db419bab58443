"""Cython sources that a later Cython does not translate: names and idioms of Python 2."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping

from packaging.version import Version

from wheelcheck.builds.obstacles.compiling.missing_headers import PLAIN_PROJECTS
from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.sdist_facts import SdistFacts
from wheelcheck.builds.sdist.source_files import is_aside
from wheelcheck.builds.setup_script.declaration import SetupScript
from wheelcheck.index.archives.sources.mark_kinds import (
    CALLBACK,
    CIMPORT,
    CIMPORTS,
    DIVISION,
    LOST_DECLARATIONS,
    NAME,
    NUMPY,
    OF_PACKAGE,
    PART,
    PERHAPS,
    TAKES,
    marked,
)

__all__ = ["old_cython"]

_PYTHON3 = Version("3.0")
"""From here on the language is that of Python 3 unless a file says otherwise."""
_WITHOUT_LONG = Version("3.1")
_SOURCE = "cython.readthedocs.io/en/latest/src/changes.html; measured with Cython 3.0.12 and 3.3.1"
_BRING_DECLARATIONS = frozenset({"numpy", "scipy", "cysignals", "cymem", "mpi4py", "gmpy2"})
_OF_CYTHON = frozenset({"cython", "cpython", "libc", "libcpp", "numpy", "openmp", "posix"})
"""Declarations that Cython brings (`Cython/Includes` of 3.3.1), and itself."""
_KNOWN_DECLARATIONS = _OF_CYTHON | _BRING_DECLARATIONS | LOST_DECLARATIONS
_SCRIPTS = ("setup.py", "pyproject.toml", "CMakeLists.txt", "meson.build")
_LOST_3 = re.compile(r"stdlib|stdio|stl|python|python_(?!version$)\w+")
"""Declarations that Cython 3.0 has no more (`Cython/Includes/Deprecated` of 0.29)."""
_LENIENT = "legacy_implicit_noexcept"
_LEVEL = re.compile(r"language_level|include_path|compiler_directives|cdivision")


def old_cython(
    facts: SdistFacts,
    contents: SdistContents,
    version: Version,
    installed: frozenset[str] | None = None,
    numpy: Version | None = None,
    *,
    complete: bool = False,
) -> tuple[BuildObstacle, ...]:
    """What this Cython refuses in the sources of the extension modules; the first.

    Code ``cython-too-new``. `installed` are the projects of the build environment, None where
    they are not known, `numpy` its release among them; `complete`: there are no others. Fatal
    where the setup script names the source without a condition.
    """
    scripts = [
        text for path, text in contents.texts.items() if posixpath.basename(path) in _SCRIPTS
    ]
    stated = any(map(_LEVEL.search, scripts))
    named = dict(_declared_sources(facts.declaring)) if facts.declaring is not None else {}
    named = {path: sure for path, sure in named.items() if path in contents.sizes}
    named |= _parts(named, contents)
    plain = complete and installed is not None and installed <= PLAIN_PROJECTS
    found = []
    for path in contents.marks:
        if path.endswith((".pyx", ".pxi")) and (path in named or not (named or is_aside(path))):
            reasons = [*_without_part(path, contents), *_without_declarations(path, contents)]
            reasons += _refused(path, contents, version, stated=stated)
            reasons += _not_installed(path, contents, installed) if path in named else ()
            reasons += _not_declared(path, contents, numpy)
            reasons += _nowhere(path, contents) if plain and path in named else ()
            fatal = named.get(path, False)
            found += [
                BuildObstacle("cython-too-new", f"{path} {what}", _SOURCE, fatal=fatal)
                for what in reasons
            ]
    return tuple(sorted(found, key=lambda obstacle: not obstacle.fatal)[:1])


def _declared_sources(script: SetupScript) -> Iterator[tuple[str, bool]]:
    """The sources that a script names, and whether it names them without a condition."""
    for module in script.extensions:
        for path in module.sources or ():
            yield posixpath.normpath(path), script.surely_builds(module, path)


def _parts(named: Mapping[str, bool], contents: SdistContents) -> dict[str, bool]:
    """The files that these sources include as parts of themselves, with their certainty."""
    found: dict[str, bool] = {}
    todo = list(named.items())
    while todo:
        path, sure = todo.pop()
        words = contents.marks[path].old_cython if path in contents.marks else ()
        for name in marked(words, PART):
            part = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
            if part not in contents.marks or part in named:
                continue
            if part not in found or (sure and not found[part]):
                found[part] = sure
                todo.append((part, sure))
    return found


def _without_part(path: str, contents: SdistContents) -> Iterator[str]:
    """Parts that a source includes and that are nowhere, nor named by a script.

    Those of folders that the sdist has not are of other projects: ``cysignals/signals.pxi``.
    """
    for name in marked(contents.marks[path].old_cython, PART):
        base = posixpath.basename(name)
        folder = posixpath.dirname(name).partition("/")[0]
        if folder not in contents.directory_names and folder not in {"", ".", ".."}:
            continue
        if base not in contents.file_names and not _is_named(base, contents):
            yield f"includes {name}, which the sdist does not hold"


def _without_declarations(path: str, contents: SdistContents) -> Iterator[str]:
    """Modules of the sdist that a source cimports from, and whose declarations did not come along.

    ``from package.event cimport Event`` needs ``package/event.pxd`` beside ``event.pyx``, and
    ``from . cimport event`` needs it in any case.
    """
    marks = contents.marks[path]
    absolute = [name for name in marked(marks.needs, CIMPORTS) if not name.startswith(".")]
    for name in dict.fromkeys((*absolute, *marked(marks.old_cython, OF_PACKAGE))):
        if not (name.startswith(".") or _is_own_module(name, contents)):
            continue
        stem = name.rpartition(".")[2]
        declares = f"{stem}.pxd"
        package = stem in contents.directory_names
        there = any(declares in each for each in contents.file_names)
        if not (there or package or _is_named(declares, contents)):
            yield f"cimports from {name}, and the sdist holds no {declares}"


def _is_named(file: str, contents: SdistContents) -> bool:
    """Whether a script or another build file has the name of a file, which it may make."""
    return any(file in text for text in contents.texts.values())


def _is_own_module(name: str, contents: SdistContents) -> bool:
    """Whether a dotted name is a Cython source in a package of the sdist that declares nothing."""
    target = name.replace(".", "/")
    folder, _, stem = target.rpartition("/")
    sources = contents.marked_by_name.get(f"{stem}.pyx", ())
    own = any(f"/{source}".endswith(f"/{target}.pyx") for source in sources)
    if not (folder and own):
        return False
    return not any(f"/{path}".endswith(f"/{folder}/__init__.pxd") for path in contents.paths)


def _not_installed(
    path: str, contents: SdistContents, installed: frozenset[str] | None
) -> Iterator[str]:
    """Projects whose declarations a source cimports, and that are not there for the build."""
    for name in sorted(_BRING_DECLARATIONS - installed) if installed is not None else ():
        cimported = f"{CIMPORT}{name}" in contents.marks[path].old_cython
        if cimported and not _is_shipped(name, contents):
            yield f"cimports {name}, which is no build requirement"


def _nowhere(path: str, contents: SdistContents) -> Iterator[str]:
    """Modules that a source cimports, and that neither the sdist nor Cython declares."""
    for name in marked(contents.marks[path].old_cython, CIMPORT):
        if name.startswith(".") or name in _KNOWN_DECLARATIONS or _LOST_3.fullmatch(name):
            continue
        there = any(each.startswith(f"{name}.p") for each in contents.file_names)
        package = name in contents.directory_names
        if not (there or package or _is_named(f"{name}.pxd", contents)):
            yield f"cimports {name}, which neither the sdist nor a build requirement declares"


def _not_declared(path: str, contents: SdistContents, numpy: Version | None) -> Iterator[str]:
    """Names that the NumPy of the build no longer declares for Cython."""
    stem = posixpath.splitext(path)[0]
    for file in (path, f"{stem}.pxd"):
        words = contents.marks[file].old_cython if file in contents.marks else ()
        for word in marked(words, NUMPY):
            gone, _, name = word.partition(" ")
            if numpy is not None and numpy >= Version(gone):
                yield f"uses numpy's {name}, which NumPy {numpy} no longer declares"


def _refused(
    path: str, contents: SdistContents, version: Version, *, stated: bool
) -> Iterator[str]:
    words = contents.marks[path].old_cython
    for name in marked(words, NAME):
        yield f"uses the name {name}, which is of Python 2"
    if version < _PYTHON3:
        return
    leveled = stated or "language_level" in words
    lenient = any(_LENIENT in contents.texts.get(name, "") for name in _SCRIPTS)
    if "long" in words and version >= _WITHOUT_LONG:
        yield f"uses the name long, which Cython {version} has no more"
    if "print" in words and not leveled:
        yield f"has print statements, which Cython {version} refuses"
    if "exec" in words and not leveled:
        yield f"has exec statements, which Cython {version} refuses"
    for variable in () if leveled else marked(words, DIVISION):
        yield f"gives {variable}, an integer, a quotient, which is none in Cython {version}"
    for function in () if lenient else _callbacks(words, contents):
        yield f"passes {function}() to C without noexcept, which Cython {version} refuses"
    for name in marked(words, CIMPORT):
        yield from _refused_cimport(name, path, contents, version, leveled=leveled)


def _callbacks(words: Iterable[str], contents: SdistContents) -> Iterator[str]:
    """The functions that C is given, as the source says, or declaration files of the sdist."""
    for function, perhaps, taker in (each.partition(PERHAPS) for each in marked(words, CALLBACK)):
        declarations = (m for path, m in contents.marks.items() if path.endswith(".pxd"))
        if not perhaps or any(f"{TAKES}{taker}" in marks.old_cython for marks in declarations):
            yield function


def _refused_cimport(
    name: str, path: str, contents: SdistContents, version: Version, *, leveled: bool
) -> Iterator[str]:
    lost = version >= _WITHOUT_LONG and name in LOST_DECLARATIONS
    if lost or (_LOST_3.fullmatch(name) and not _is_shipped(name, contents)):
        yield f"cimports {name}, which Cython {version} has no more"
    if not leveled and _is_neighbour(name, path, contents):
        yield f"cimports {name} from its own folder, where Cython {version} does not look"


def _is_shipped(name: str, contents: SdistContents) -> bool:
    """Whether an sdist has declarations of that name anywhere."""
    return any(f"/{shipped}".endswith(f"/{name}.pxd") for shipped in contents.sizes)


def _is_neighbour(name: str, path: str, contents: SdistContents) -> bool:
    """Whether a module's declarations are in the package of a source, and not at the top."""
    folder = posixpath.dirname(path)
    if not folder or f"{folder}/__init__.py" not in contents.sizes:
        return False
    return f"{folder}/{name}.pxd" in contents.sizes and f"{name}.pxd" not in contents.sizes
