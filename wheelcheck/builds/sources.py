"""Which sources an sdist holds, by language, and where they stand."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from wheelcheck.index.model import ArchiveMember

__all__ = ["Language", "SourceCount", "count_sources", "generated_c", "is_aside"]


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
_ASIDE = {
    "bench", "benchmark", "benchmarks", "demo", "demos", "doc", "docs", "example", "examples",
    "fixture", "fixtures", "node_modules", "sample", "samples", "site-packages", "templates",
    "test", "testdata", "testing", "tests", "tutorial", "tutorials",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SourceCount:
    """Sources in one language: number of files and their bytes, headers not counted.

    `aside_files` and `aside_bytes` are those among tests, docs and examples, which a build leaves
    alone; they are not part of `files` and `bytes`. `lines` counts the files whose text was read
    and is None where no text of the language was.
    """

    language: Language
    files: int = 0
    bytes: int = 0
    aside_files: int = 0
    aside_bytes: int = 0
    lines: int | None = None


def is_aside(path: str) -> bool:
    """Whether a path (from the sdist's root) lies among tests, docs, examples or node modules."""
    parts = path.lower().split("/")
    return any(part in _ASIDE or part.startswith("test_") for part in parts[:-1])


def language_of(path: str) -> Language | None:
    """The compiled language of a source file by its suffix; None for any other file."""
    stem, suffix = posixpath.splitext(path)
    if suffix == ".C":
        return Language.CPP
    return _SUFFIXES.get(suffix.lower()) if stem else None


def count_sources(
    members: Iterable[ArchiveMember], texts: Mapping[str, str]
) -> tuple[SourceCount, ...]:
    """Sources by language, most bytes first; paths count from the root of the sdist."""
    tally: dict[Language, list[int]] = {}  # files, bytes, and the same aside
    lines: dict[Language, int] = {}
    for member in members:
        language = language_of(member.path)
        if language is None:
            continue
        counts = tally.setdefault(language, [0, 0, 0, 0])
        place = 2 if is_aside(member.path) else 0
        counts[place] += 1
        counts[place + 1] += member.size
        if member.path in texts and not place:
            lines[language] = lines.get(language, 0) + texts[member.path].count("\n")
    found = [
        SourceCount(one, files, size, aside, aside_size, lines.get(one))
        for one, (files, size, aside, aside_size) in tally.items()
    ]
    return tuple(sorted(found, key=lambda count: (-count.bytes, count.language)))


def generated_c(members: Iterable[ArchiveMember]) -> tuple[str, ...]:
    """C and C++ files that stand beside the `.pyx` (or `.py`) they were generated from."""
    paths = {member.path for member in members}
    stems = {path.removesuffix(".pyx") for path in paths if path.endswith(".pyx")}
    return tuple(
        sorted(path for path in paths if path.endswith((".c", ".cpp")) and _stem(path) in stems)
    )


def _stem(path: str) -> str:
    return posixpath.splitext(path)[0]
