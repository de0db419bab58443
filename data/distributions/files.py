"""Which package holds which header, ``.pc`` file, CMake configuration, program, shared object.

Source: the release's Contents tables (wiki.debian.org/DebianRepository/Format, "Contents").
"""

from __future__ import annotations

import gzip
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

__all__ = ["KINDS", "files_of", "rows_of"]

_TRIPLET = "(?:x86_64-linux-gnu/)?"
# Files that update-alternatives links into the loader's own folder.
_ALTERNATIVE = "(?:atlas/|blas/|lapack/|blis-[a-z]+/|openblas-[a-z]+/)?"
PATTERNS: Mapping[str, re.Pattern[str]] = {
    "soname": re.compile(
        rf"(?:usr/)?lib(?:64)?/{_TRIPLET}{_ALTERNATIVE}((?:lib[^/]+|ld-[^/]+)\.so\.[^/]+"
        r"|lib[^/]+-\d[\d.]*\.so)$"
    ),
    "lib": re.compile(rf"(?:usr/)?lib/{_TRIPLET}lib([^/]+)\.(?:so|a)$"),
    "pc": re.compile(rf"usr/(?:lib|share)/{_TRIPLET}pkgconfig/([^/]+)\.pc$"),
    "cmake": re.compile(r"usr/(?:lib|share)/(?:.*/)?([^/]+?)(?:Config|-config)\.cmake$"),
    "executable": re.compile(r"(?:usr/)?s?bin/([^/]+)$"),
    "header": re.compile(rf"usr/include/{_TRIPLET}((?:[^/]+/)?[^/]+)$"),
}
KINDS = tuple(PATTERNS)
_RELEVANT = re.compile(
    r"(?:usr/)?(?:s?bin/|lib[^ ]*(?:\.so|\.a|\.pc|onfig\.cmake)|include/"
    r"|share/[^ ]*(?:\.pc|onfig\.cmake))"
)
_VERSIONED = re.compile(r"(.+\.so\.\d+)\.[\d.]+$")
FOLDER_LIMIT = 40
"""Headers below a folder of a package's are named up to so many; beyond, the folder alone is."""


def files_of(tables: list[Path], chosen: frozenset[str]) -> dict[str, dict[str, set[str]]]:
    """Package → kind → names, for the chosen packages.

    Parameters:
        tables: Compressed Contents tables of a release.
        chosen: The packages to read.
    """
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for table in tables:
        for path, packages in _lines(table):
            kind, name = _classified(path)
            for package in packages if kind else ():
                if package in chosen:
                    found[package][kind].add(name)
    return {package: _trimmed(kinds) for package, kinds in found.items()}


def _lines(table: Path) -> Iterator[tuple[str, list[str]]]:
    with gzip.open(table, "rt", encoding="utf-8", errors="replace") as file:
        for line in file:
            if _RELEVANT.match(line):
                path, _, places = line.rstrip().rpartition(" ")
                yield path.rstrip(), [place.rpartition("/")[2] for place in places.split(",")]


def _classified(path: str) -> tuple[str, str]:
    for kind, pattern in PATTERNS.items():
        match = pattern.match(path)
        if match:
            return kind, match[1]
    return "", ""


def _trimmed(kinds: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Without the files that sonames point to, and without long lists of headers."""
    found = {kind: {name for name in names if " " not in name} for kind, names in kinds.items()}
    sonames = found.get("soname", set())
    for name in list(sonames):
        match = _VERSIONED.match(name)
        if match and match[1] in sonames:
            sonames.discard(name)
    folders: dict[str, set[str]] = defaultdict(set)
    for name in found.get("header", set()):
        folders[name.rpartition("/")[0]].add(name)
    found["header"] = set()
    for folder, names in folders.items():
        short = not folder or len(names) <= FOLDER_LIMIT
        found["header"] |= names if short else {f"{folder}/"}
    return {kind: names for kind, names in found.items() if names}


def rows_of(held: Mapping[str, Mapping[str, set[str]]]) -> list[tuple[str, ...]]:
    """Rows of a release: package, and one column a kind."""
    return [
        (name, *(" ".join(sorted(held[name].get(kind, ()))) for kind in KINDS))
        for name in sorted(held)
    ]
