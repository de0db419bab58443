"""Which sources an sdist holds, by language, and where they stand."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from msgspec import Struct

from wheelcheck.index.archives.sources.languages import Language, language_of

__all__ = [
    "HEADER_ENDINGS",
    "SourceCount",
    "count_sources",
    "folders_of",
    "generated_c",
    "is_aside",
    "is_vendored",
    "missing_subprojects",
]


HEADER_ENDINGS = (".h", ".hh", ".hpp", ".hxx")
"""Of headers of C and C++, as most projects call them."""
_ASIDE = {
    "__pycache__", "bench", "benchmark", "benchmarks", "demo", "demos", "doc", "docs", "example",
    "examples", "fixture", "fixtures", "node_modules", "sample", "samples", "site-packages",
    "templates", "test", "testdata", "testing", "tests", "tutorial", "tutorials",
}  # fmt: skip

_COPIES = {"vendor", "vendored", "subprojects", "third_party", "thirdparty", "3rdparty", "extern",
    "external", "external_libs"}  # fmt: skip


class SourceCount(Struct, frozen=True):
    """Sources in one language: number of files and their bytes, headers not counted.

    `aside_files` and `aside_bytes` are those among tests, docs and examples, which a build leaves
    alone; they are not part of `files` and `bytes`. `lines` are those of `files`, empty lines and
    comments included; None where they were not counted, as in a zip archive.
    """

    language: Language
    files: int = 0
    bytes: int = 0
    aside_files: int = 0
    aside_bytes: int = 0
    lines: int | None = None


def folders_of(paths: Iterable[str]) -> frozenset[str]:
    """The folders that hold these files, and those that hold these."""
    found: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return frozenset(found)


def is_aside(path: str) -> bool:
    """Whether a path (from the sdist's root) lies among tests, docs, examples or node modules."""
    return _is_aside(path.rpartition("/")[0])


@lru_cache(maxsize=10_000)  # an sdist has far fewer folders than files, and each is looked up often
def _is_aside(folder: str) -> bool:
    return any(
        part.startswith("test_") or not _ASIDE.isdisjoint((part, *part.split()))
        for part in folder.lower().split("/")
    )  # Meson's own tests lie in "test cases"


def missing_subprojects(paths: Iterable[str]) -> list[str]:
    """Meson's subprojects that have a ``.wrap`` file and no folder, so that Meson downloads them.

    mesonbuild.com/Wrap-dependency-system; a folder may have the version behind its name.
    """
    inside = [path.split("/", 2) for path in paths if path.startswith("subprojects/")]
    shipped = {parts[1] for parts in inside if len(parts) == 3}  # noqa: PLR2004 (files in a folder)
    wraps = [parts[1].removesuffix(".wrap") for parts in inside if parts[-1].endswith(".wrap")]
    return [
        wrap
        for wrap in sorted(wraps)
        if not any(folder.startswith(wrap.rstrip("0123456789")) for folder in shipped)
    ]


def is_vendored(path: str) -> bool:
    """Whether a path lies in a copy of somebody else's project."""
    return any(
        folder in _COPIES or folder.startswith(("vendor-", "vendored-"))
        for folder in path.lower().split("/")[:-1]
    )


def count_sources(sizes: Mapping[str, int], lines: Mapping[str, int]) -> tuple[SourceCount, ...]:
    """Sources by language, most bytes first; paths count from the root of the sdist.

    `lines` are those of the files in which they were counted.
    """
    inside: dict[Language, list[str]] = {}
    aside: dict[Language, list[str]] = {}
    for path in sizes:
        language = language_of(path)
        if language is not None:
            (aside if is_aside(path) else inside).setdefault(language, []).append(path)
    found = [
        SourceCount(
            language,
            len(own := inside.get(language, [])),
            sum(sizes[path] for path in own),
            len(other := aside.get(language, [])),
            sum(sizes[path] for path in other),
            sum(lines[path] for path in own) if lines.keys() >= set(own) else None,
        )
        for language in inside.keys() | aside.keys()
    ]
    return tuple(sorted(found, key=lambda count: (-count.bytes, count.language)))


def generated_c(paths: Collection[str]) -> tuple[str, ...]:
    """C and C++ files that stand beside the `.pyx` (or `.py`) they were generated from."""
    stems = {path.removesuffix(".pyx") for path in paths if path.endswith(".pyx")}
    return tuple(
        sorted(path for path in paths if path.endswith((".c", ".cpp")) and _stem(path) in stems)
    )


def _stem(path: str) -> str:
    return posixpath.splitext(path)[0]
