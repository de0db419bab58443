"""Which sources an sdist holds, by language, and where they stand."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass

from wheelcheck.index.languages import Language, language_of
from wheelcheck.index.model import ArchiveMember

__all__ = ["SourceCount", "count_sources", "generated_c", "is_aside"]


_ASIDE = {
    "bench", "benchmark", "benchmarks", "demo", "demos", "doc", "docs", "example", "examples",
    "fixture", "fixtures", "node_modules", "sample", "samples", "site-packages", "templates",
    "test", "testdata", "testing", "tests", "tutorial", "tutorials",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SourceCount:
    """Sources in one language: number of files and their bytes, headers not counted.

    `aside_files` and `aside_bytes` are those among tests, docs and examples, which a build leaves
    alone; they are not part of `files` and `bytes`. `lines` are those of `files`, empty ones and
    comments included; None where they were not counted, as in a zip archive.
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


def count_sources(members: Iterable[ArchiveMember]) -> tuple[SourceCount, ...]:
    """Sources by language, most bytes first; paths count from the root of the sdist."""
    inside: dict[Language, list[ArchiveMember]] = {}
    aside: dict[Language, list[ArchiveMember]] = {}
    for member in members:
        language = language_of(member.path)
        if language is not None:
            (aside if is_aside(member.path) else inside).setdefault(language, []).append(member)
    found = [
        SourceCount(
            language,
            len(own := inside.get(language, [])),
            _bytes(own),
            len(other := aside.get(language, [])),
            _bytes(other),
            _lines(own),
        )
        for language in inside.keys() | aside.keys()
    ]
    return tuple(sorted(found, key=lambda count: (-count.bytes, count.language)))


def _bytes(members: Iterable[ArchiveMember]) -> int:
    return sum(member.size for member in members)


def _lines(members: Iterable[ArchiveMember]) -> int | None:
    total = 0
    for member in members:
        if member.lines is None:
            return None
        total += member.lines
    return total


def generated_c(members: Iterable[ArchiveMember]) -> tuple[str, ...]:
    """C and C++ files that stand beside the `.pyx` (or `.py`) they were generated from."""
    paths = {member.path for member in members}
    stems = {path.removesuffix(".pyx") for path in paths if path.endswith(".pyx")}
    return tuple(
        sorted(path for path in paths if path.endswith((".c", ".cpp")) and _stem(path) in stems)
    )


def _stem(path: str) -> str:
    return posixpath.splitext(path)[0]
