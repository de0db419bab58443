"""What the heads of Cython sources set for their extension modules: ``# distutils: libraries = x``.

`cythonize` reads these lines of each `.pyx` that it is given, and of the `.pxd` files that it
cimports (cython.readthedocs.io, "Configuring the C-Build"); a setup script need not name a library
or the language a second time.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from wheelcheck.builds.sdist.source_files import is_aside
from wheelcheck.index.archives.sources.source_marks import SourceMarks

__all__ = ["CythonOptions", "cython_options"]


class CythonOptions(Struct, frozen=True):
    """What the head of one Cython source says; `sources` count from the root of the sdist."""

    path: str
    cplus: bool
    libraries: tuple[str, ...]
    sources: tuple[str, ...]


def cython_options(marks: Mapping[str, SourceMarks]) -> Iterator[CythonOptions]:
    """The options of each Cython source that has some; tests and examples left out."""
    for path, mark in marks.items():
        if mark.build_options and not is_aside(path):
            yield _options(path, mark.build_options)


def _options(path: str, lines: tuple[str, ...]) -> CythonOptions:
    values: dict[str, list[str]] = {}
    for line in lines:
        name, _, value = line.partition("=")
        values.setdefault(name, []).extend(_words(value))
    arguments = values.get("extra_compile_args", [])
    linked = [word[2:] for word in values.get("extra_link_args", []) if word.startswith("-l")]
    folder = posixpath.dirname(path)
    language = values.get("language", [""])[0].lower()
    return CythonOptions(
        path,
        cplus=language in {"c++", "cpp"} or any("std=c++" in word for word in arguments),
        libraries=tuple(name for name in (*values.get("libraries", []), *linked) if _is_name(name)),
        sources=tuple(
            posixpath.normpath(posixpath.join(folder, name)) for name in values.get("sources", [])
        ),
    )


def _words(value: str) -> list[str]:
    """A list in brackets or of words: ``[gmp, mpfr]``, ``gmp mpfr``, ``'gmp'``."""
    return [word.strip("'\"") for word in re.split(r"[\s,\[\]]+", value) if word.strip("'\"")]


def _is_name(name: str) -> bool:
    """Whether it is a library's name, and nothing that a build or `aliases` of Cython fill in."""
    return re.fullmatch(r"(?![A-Z0-9_]+_LIBRARIES$)[A-Za-z_][\w.+-]*", name) is not None
