"""The table of libraries, and what build systems and wheels call each of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from wheelcheck.tables import read_table

__all__ = [
    "brought_along",
    "library_called",
    "library_table",
    "library_vendored",
    "names_of",
    "programs",
]

_HASH = re.compile(r"[-.][0-9a-f]{8}(?=\.so|$)")
_GNU_RUNTIME = re.compile(r"lib(gcc_s|stdc\+\+|gfortran|quadmath|gomp|atomic)$")
_OF_BOOST = re.compile(r"boost_(?:python|numpy)(?=-?(?:py)?\d|-mt|$)")


@cache
def library_table() -> Mapping[str, Mapping[str, str]]:
    """`libraries.csv` by library."""
    return {row["library"]: row for row in read_table("builds/needs/libraries.csv")}


@cache
def _index() -> Mapping[str, str]:
    """``kind:name`` → library; only CMake packages, whose case varies by taste, in lower case."""
    found: dict[str, str] = {}
    for library, row in library_table().items():
        for name in row["names"].split():
            found.setdefault(name.lower() if name.startswith("cmake:") else name, library)
    return found


def library_called(kind: str, name: str) -> str | None:
    """The library that a build system calls so.

    `kind` is ``pc`` (pkg-config), ``cmake`` (find_package), ``lib`` (what follows -l), ``so``
    (stem of a shared object), ``crate`` (a -sys crate), ``exe`` (``pg_config`` and its like) or
    ``header`` (of a folder that is the library's alone).
    """
    index = _index()
    if kind == "header":
        folder, slash, _ = name.partition("/")
        return index.get(f"header:{folder}{slash}")
    found = index.get(f"cmake:{name}".lower() if kind == "cmake" else f"{kind}:{name}")
    if found is None and kind == "lib":
        # Boost's are called after the Python: boost_python3, boost_python-py36, boost_python313
        boost = _OF_BOOST.match(name)
        return index.get(f"so:lib{boost[0] if boost else name}")
    return found


@cache
def programs() -> tuple[str, ...]:
    """The programs by which build systems ask for a library: ``pg_config`` and its like."""
    return tuple(key.removeprefix("exe:") for key in _index() if key.startswith("exe:"))


def library_vendored(path: str) -> str | None:
    """The library behind a shared object that a wheel carries; None for compilers' run-times.

    ``numpy.libs/libopenblas64_p-r0-0cf96a72.3.23.dev.so`` is openblas; auditwheel puts a digest
    into the name, others their own suffix.
    """
    stem = _HASH.sub("", path.rpartition("/")[2]).split(".so")[0]
    if _GNU_RUNTIME.match(stem):
        return None
    if "openblas" in stem:
        return "openblas"
    while stem:
        found = _index().get(f"so:{stem}")
        if found is not None:
            return found
        stem = re.sub(r"[-_.]?[^-_.]*$", "", stem)
        if stem in {"lib", ""}:
            return None
    return None


@cache
def brought_along(library: str) -> frozenset[str]:
    """Libraries that a library may itself link with (Debian's dependencies, transitively)."""
    return frozenset(library_table()[library]["pulls"].split())


def names_of(library: str) -> set[str]:
    """What a folder or a source file with the library's own code is called."""
    names = {name.partition(":")[2].lower() for name in library_table()[library]["names"].split()}
    return {library, f"lib{library}"} | names | {name.removeprefix("lib") for name in names}
