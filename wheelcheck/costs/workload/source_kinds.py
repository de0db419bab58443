"""Sources by what they cost a compiler, and which of an sdist's sources a build may compile at all.

Where no build description lists sources, every source counts that is not among tests, for another
system or another processor, and is there once.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from enum import StrEnum

from wheelcheck.builds.sdist.named_sources import untemplated
from wheelcheck.builds.sdist.source_files import is_aside
from wheelcheck.index.archives.sources.languages import Language, language_of

__all__ = [
    "SourceKind",
    "candidate_sources",
    "is_foreign",
    "source_kind",
    "without_doubles",
    "without_older_copies",
]


class SourceKind(StrEnum):
    """What a compiler is given, in the classes that differ in cost."""

    C = "c"
    GENERATED_C = "generated_c"
    """C or C++ that Cython wrote before the sdist was made, or C that SWIG did."""
    CYTHON = "cython"
    """Translated to C during the build, and compiled."""
    CPP = "c++"
    BINDING = "binding"
    """C++ of a project that binds with pybind11 or nanobind: templates through and through."""
    FORTRAN = "fortran"
    ASSEMBLY = "assembly"
    RUST = "rust"
    SWIG = "swig"
    """An interface file for which SWIG writes C or C++ during the build."""
    MYPYC = "mypyc"
    """Python that mypyc checks, and writes C for, during the build."""
    SIP = "sip"
    """A specification from which SIP writes a C++ file for each class during the build."""


_KINDS: Mapping[Language, SourceKind] = {
    Language.ASSEMBLY: SourceKind.ASSEMBLY,
    Language.C: SourceKind.C,
    Language.CPP: SourceKind.CPP,
    Language.CYTHON: SourceKind.CYTHON,
    Language.FORTRAN: SourceKind.FORTRAN,
    Language.RUST: SourceKind.RUST,
    Language.SWIG: SourceKind.SWIG,
}
_FOREIGN = {
    "aarch64", "aix", "alpha", "altivec", "amiga", "android", "arm", "arm64", "armv7", "armv8",
    "beos", "bsd", "csharp", "cuda", "cudss", "cygwin", "darwin", "dragonfly", "emscripten",
    "freebsd", "go", "gpu", "haiku", "hip", "hpux", "hurd",
    "ibmi", "ios", "irix", "java", "jni", "julia", "kqueue", "lasx", "loongarch", "loongarch64",
    "lsx", "mac", "macos", "macosx", "matlab", "meson", "metal", "mingw", "mips", "mips64",
    "mkl", "msa", "msvc", "neon", "netbsd", "node", "objc", "openbsd", "opencl", "openvms",
    "os2", "os390", "osx", "perl", "php", "plan9", "powerpc", "ppc", "ppc64", "ppc64le", "pypy",
    "qnx", "riscv", "riscv64", "rocm", "ruby", "rvv", "s390", "s390x", "solaris", "sparc",
    "sunos", "sve", "swift", "tru64", "uclinux", "vms", "vsx", "vsx2", "vsx3", "vsx4", "wasi",
    "wasm", "wasm32", "win", "win32", "win64", "wince", "windows", "zos",
}  # fmt: skip
"""Words in a path that say: not on CPython on Linux on the common processors, not by default."""
_FUZZING = {"fuzz", "fuzzers", "fuzzing"}
"""Folders of programs that test a library; a file may well have that name."""
_FOR_TESTS = re.compile(r"(?:^|/)(?:google[_-]?(?:benchmark|mock|test)|gmock|gtest)\b[^/]*/")
"""Folders of the libraries that tests of C++ are written with."""
_TEST_FILE = re.compile(
    r"(?:^|/)(?:tests?_[^/]*|[^/]*_(?:unit)?tests?|(?:[^/]*[_-])?(?:bench(?:mark)?|demo|examples?"
    r"|fuzz(?:er)?|perf_?test|tests?)|[^/]*[a-z0-9](?:Unit)?(?:Benchmark|Tests?))\.[a-zA-Z+]+$"
)
"""Programs that libraries bring beside their sources."""
_VERSIONED = re.compile(r"(?<!sse)(?<!avx)[-_.]v?\d+[-_.]\d[\d._-]*$")
"""A folder that is named after a version; levels of SIMD instructions are none."""
_DIGITS = re.compile(r"[-_.]?\d+")
_NUMBER = re.compile(r"\d+")


def candidate_sources(sizes: Mapping[str, int]) -> set[str]:
    """Every source that could be compiled on Linux."""
    return {
        path
        for path in sizes
        if source_kind(path) not in {None, SourceKind.SIP, SourceKind.SWIG}
        and not is_aside(path)
        and not is_foreign(path)
        and not _TEST_FILE.search(path)
        and not _FOR_TESTS.search(path)
        and not _is_lexer_input(path, sizes)
    }


def _is_lexer_input(path: str, sizes: Mapping[str, int]) -> bool:
    """Whether ``lexer.in.cc`` lies beside the ``lexer.cc`` that was made from it."""
    stem, suffix = posixpath.splitext(path)
    return stem.endswith(".in") and stem.removesuffix(".in") + suffix in sizes


def source_kind(path: str) -> SourceKind | None:
    """The kind of a source or of a template for one; None for any other file."""
    if path.endswith(".sip"):
        return SourceKind.SIP
    language = language_of(untemplated(path))
    return None if language is None else _KINDS.get(language)


def is_foreign(path: str) -> bool:
    """Whether a word in a path says: for another system or another processor, or for fuzzing."""
    words = re.split(r"[^a-z0-9]+", path.lower())
    return not _FOREIGN.isdisjoint(words) or not _FUZZING.isdisjoint(path.lower().split("/")[:-1])


def without_doubles(candidates: set[str]) -> set[str]:
    """Leave out each `.pyx` beside which the C that was written from it is shipped."""
    written = {posixpath.splitext(p)[0] for p in candidates if p.endswith((".c", ".cpp"))}
    return {
        path
        for path in candidates
        if source_kind(path) is not SourceKind.CYTHON or posixpath.splitext(path)[0] not in written
    }


def without_older_copies(candidates: set[str]) -> set[str]:
    """Leave out older copies: of ``src/swig-0_27/a.cxx`` and ``src/swig-0_28/a.cxx`` the latter.

    A project that ships what was written for several versions of a library compiles one of them.
    """
    folders: dict[tuple[str, str], set[str]] = {}
    for path in candidates:
        folder, _, name = path.rpartition("/")
        if _VERSIONED.search(folder):
            folders.setdefault((_DIGITS.sub("", folder), name), set()).add(folder)
    older = {
        f"{folder}/{name}"
        for (_, name), places in folders.items()
        for folder in places - {max(places, key=_numbers)}
    }
    return candidates - older


def _numbers(folder: str) -> tuple[int, ...]:
    return tuple(map(int, _NUMBER.findall(folder)))
