"""How much cffi has to write C for: the scripts that declare functions, and the files they read."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Mapping

from wheelcheck.builds.sdist.source_files import is_aside

__all__ = ["cffi_scripts", "declared_bytes", "named_by_cffi"]

_SCRIPT = re.compile(r"['\"]([\w./-]+\.py):\w+['\"]")
"""``cffi_modules=["spam/build.py:ffi"]``, in a setup script or in settings."""
_BY_NAME = re.compile(r"(?:^|/)_?(?:build_?\w*ffi|\w*ffi_?build|build_\w+|\w+_build)\w*\.py$")
_READ = re.compile(r"['\"](?:[\w.-]+/)*([\w.-]+\.(?:c?defs?|cffi|txt|h))['\"]")
_SOURCE = re.compile(r"['\"]((?:[\w.+-]+/)*[\w.+-]+\.(?:c|cc|cpp|cxx))['\"]")
_QUOTED = re.compile(r"['\"]([\w./+-]+)['\"]")
_DECLARES = re.compile(r"c?def|ffi|decl")
"""Headers that a script reads as declarations, by their path from the script's own folder: most
others it has C include, and ``_cffi_build`` holds both."""


def declared_bytes(sizes: Mapping[str, int], texts: Mapping[str, str]) -> int:
    """Bytes of the scripts that declare C for cffi and of the files of declarations they name.

    0 where no script is found.
    """
    scripts = _scripts(sizes, texts)
    read = {name for path in scripts for name in _READ.findall(texts.get(path, ""))}
    files = {
        path
        for path in sizes
        if posixpath.basename(path) in read
        and (not path.endswith((".h", ".txt")) or _DECLARES.search(_below(path, scripts).lower()))
    }
    return sum(sizes[path] for path in scripts | files)


def cffi_scripts(texts: Mapping[str, str]) -> list[str]:
    """The texts of the scripts that declare C for cffi."""
    return [texts[path] for path in sorted(_scripts(texts, texts))]


def _below(path: str, scripts: Collection[str]) -> str:
    """A path from the folder of a script that lies above it; as it is where none does."""
    folders = [posixpath.dirname(script) + "/" for script in scripts if "/" in script]
    nearest = max((folder for folder in folders if path.startswith(folder)), key=len, default="")
    return path.removeprefix(nearest)


def named_by_cffi(
    sizes: Mapping[str, int], texts: Mapping[str, str], candidates: Collection[str]
) -> set[str]:
    """Of the `candidates`, those that the scripts which declare C for cffi name, each once.

    Of several of one name, those in folders that are named, too; of copies the outermost.
    """
    scripts = [texts.get(path, "") for path in _scripts(sizes, texts)]
    names = {posixpath.basename(name) for text in scripts for name in _SOURCE.findall(text)}
    words = {part for text in scripts for each in _QUOTED.findall(text) for part in each.split("/")}
    named = {path for path in candidates if posixpath.basename(path) in names}
    inside = {path for path in named if words.issuperset(path.split("/")[:-1])} or named
    copies: dict[tuple[str, int], str] = {}
    for path in sorted(inside, key=lambda each: (each.count("/"), each)):
        copies.setdefault((posixpath.basename(path), sizes[path]), path)
    return set(copies.values())


def _scripts(paths: Collection[str], texts: Mapping[str, str]) -> set[str]:
    """The scripts that declare C for cffi, as settings name them, or else by their names."""
    named = {path for text in texts.values() for path in _SCRIPT.findall(text)}
    scripts = {path for path in map(posixpath.normpath, named) if path in paths}
    return scripts or {
        path
        for path in paths
        if _BY_NAME.search(path) and not is_aside(path) and "cdef" in texts.get(path, "")
    }
