"""Which members of an archive are source code in a language that is compiled, by their suffixes.

Here because an archive is read once: its reader counts the lines of these, too.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from enum import StrEnum

__all__ = ["Language", "language_of"]


class Language(StrEnum):
    """A language that needs a compiler, or a generator and a compiler."""

    ASSEMBLY = "assembly"
    C = "c"
    CPP = "c++"
    CUDA = "cuda"
    CYTHON = "cython"
    FORTRAN = "fortran"
    GO = "go"
    OBJECTIVE_C = "objective-c"
    RUST = "rust"
    SWIG = "swig"
    ZIG = "zig"


_SUFFIXES: Mapping[str, Language] = {
    ".asm": Language.ASSEMBLY,
    ".s": Language.ASSEMBLY,
    ".c": Language.C,
    ".c++": Language.CPP,
    ".cc": Language.CPP,
    ".cpp": Language.CPP,
    ".cxx": Language.CPP,
    ".cu": Language.CUDA,
    ".pyx": Language.CYTHON,
    ".f": Language.FORTRAN,
    ".f03": Language.FORTRAN,
    ".f08": Language.FORTRAN,
    ".f77": Language.FORTRAN,
    ".f90": Language.FORTRAN,
    ".f95": Language.FORTRAN,
    ".for": Language.FORTRAN,
    ".go": Language.GO,
    ".mm": Language.OBJECTIVE_C,
    ".rs": Language.RUST,
    ".i": Language.SWIG,
    ".zig": Language.ZIG,
}


def language_of(path: str) -> Language | None:
    """The compiled language of a source file by its suffix; None for any other file."""
    if path[path.rfind(".") :].lower() not in _SUFFIXES:  # most files, and this runs for each
        return None
    stem, suffix = posixpath.splitext(path)
    if suffix == ".C":
        return Language.CPP
    return _SUFFIXES.get(suffix.lower()) if stem else None
