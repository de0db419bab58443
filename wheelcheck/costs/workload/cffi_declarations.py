"""How much cffi has to write C for: the scripts that declare functions, and the files they read."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from wheelcheck.builds.sdist.source_files import is_aside

__all__ = ["declared_bytes"]

_SCRIPT = re.compile(r"['\"]([\w./-]+\.py):\w+['\"]")
"""``cffi_modules=["spam/build.py:ffi"]``, in a setup script or in settings."""
_BY_NAME = re.compile(r"(?:^|/)_?(?:build_?\w*ffi|\w*ffi_?build|build_\w+|\w+_build)\w*\.py$")
_READ = re.compile(r"['\"](?:[\w.-]+/)*([\w.-]+\.(?:c?defs?|cffi|txt|h))['\"]")
_DECLARES = re.compile(r"c?def|ffi|decl")
"""Headers that a script reads as declarations, by their path: most others it has C include."""


def declared_bytes(sizes: Mapping[str, int], texts: Mapping[str, str]) -> int:
    """Bytes of the scripts that declare C for cffi and of the files of declarations they name.

    0 where no script is found.
    """
    named = {path for text in texts.values() for path in _SCRIPT.findall(text)}
    scripts = {posixpath.normpath(path) for path in named} & sizes.keys()
    if not scripts:
        scripts = {
            path
            for path in sizes
            if _BY_NAME.search(path) and not is_aside(path) and "cdef" in texts.get(path, "")
        }
    read = {name for path in scripts for name in _READ.findall(texts.get(path, ""))}
    files = {
        path
        for path in sizes
        if posixpath.basename(path) in read
        and (not path.endswith((".h", ".txt")) or _DECLARES.search(path.lower()))
    }
    return sum(sizes[path] for path in scripts | files)
