"""Cython sources that a later Cython does not translate: names and idioms of Python 2."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from packaging.version import Version

from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.sdist_facts import SdistFacts
from wheelcheck.builds.sdist.source_files import is_aside

__all__ = ["old_cython"]

_PYTHON3 = Version("3.0")
"""From here on the language is that of Python 3 unless a file says otherwise."""
_WITHOUT_LONG = Version("3.1")
_SOURCE = "cython.readthedocs.io/en/latest/src/changes.html; measured with Cython 3.0.12 and 3.3.1"
_BRING_DECLARATIONS = frozenset({"numpy", "scipy", "cysignals", "cymem", "mpi4py", "gmpy2"})
_SCRIPTS = ("setup.py", "pyproject.toml", "CMakeLists.txt", "meson.build")
_CALLBACK = "callback "
_LENIENT = "legacy_implicit_noexcept"
_LEVEL = re.compile(r"language_level|include_path|compiler_directives")


def old_cython(
    facts: SdistFacts,
    contents: SdistContents,
    version: Version,
    installed: frozenset[str] | None = None,
) -> tuple[BuildObstacle, ...]:
    """What this Cython refuses in the sources of the extension modules; the first.

    Code ``cython-too-new``. `installed` are the projects of the build environment, None where
    they are not known. Fatal where the setup script names the source without a condition.
    """
    if version < _PYTHON3:
        return ()
    script = facts.script
    stated = any(_LEVEL.search(contents.texts.get(n, "")) for n in _SCRIPTS)
    named = {
        posixpath.normpath(path): not (module.optional or module.supposing or script.forgiving)
        for module in (script.extensions if script is not None else ())
        for path in module.sources or ()
        if script is not None
    }
    found = [
        BuildObstacle("cython-too-new", f"{path} {what}", _SOURCE, fatal=named.get(path, False))
        for path in contents.marks
        if path.endswith(".pyx") and (path in named or not (named or is_aside(path)))
        for what in (
            *_refused(path, contents, version, stated=stated),
            *(_not_installed(path, contents, installed) if path in named else ()),
        )
    ]
    return tuple(sorted(found, key=lambda obstacle: not obstacle.fatal)[:1])


def _not_installed(
    path: str, contents: SdistContents, installed: frozenset[str] | None
) -> Iterator[str]:
    """Projects whose declarations a source cimports, and that are not there for the build."""
    for name in sorted(_BRING_DECLARATIONS - installed) if installed is not None else ():
        own = any(f"/{shipped}".endswith(f"/{name}.pxd") for shipped in contents.sizes)
        if f"cimport {name}" in contents.marks[path].old_cython and not own:
            yield f"cimports {name}, which is no build requirement"


def _refused(
    path: str, contents: SdistContents, version: Version, *, stated: bool
) -> Iterator[str]:
    words = contents.marks[path].old_cython
    leveled = stated or "language_level" in words
    lenient = any(_LENIENT in contents.texts.get(name, "") for name in _SCRIPTS)
    if "long" in words and version >= _WITHOUT_LONG:
        yield f"uses the name long, which Cython {version} has no more"
    if "print" in words and not leveled:
        yield f"has print statements, which Cython {version} refuses"
    folder = posixpath.dirname(path)
    in_package = folder and f"{folder}/__init__.py" in contents.sizes
    for word in words:
        name = word.removeprefix("cimport ")
        if word.startswith(_CALLBACK) and not lenient:
            function = word.removeprefix(_CALLBACK)
            yield f"passes {function}() to C without noexcept, which Cython {version} refuses"
        if word in {"cimport cpython.int", "cimport cpython.string"} and version >= _WITHOUT_LONG:
            yield f"cimports {name}, which Cython {version} has no more"
        beside = f"{folder}/{name}.pxd" in contents.sizes and f"{name}.pxd" not in contents.sizes
        if word != name and in_package and beside and not leveled:
            yield f"cimports {name} from its own folder, where Cython {version} does not look"
