"""What a source file shows of itself while an archive streams by: how much of it is code.

Bytes alone do not tell a table of a megabyte, which a compiler reads in a second, from code, which
takes it ten; nor a file of one line that includes ninety others. An archive is read once, so its
reader looks for this too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import blake2b
from sys import intern

from wheelcheck.index.archives.sources.c_code.c_api import api_breaks, python_flags
from wheelcheck.index.archives.sources.c_code.c_callbacks import callback_breaks
from wheelcheck.index.archives.sources.c_code.c_errors import (
    error_marks,
    foreign_marks,
    limited_marks,
)
from wheelcheck.index.archives.sources.c_code.c_functions import function_marks
from wheelcheck.index.archives.sources.c_code.c_includes import certain_includes, is_for_python
from wheelcheck.index.archives.sources.c_code.c_new_names import new_names
from wheelcheck.index.archives.sources.c_code.c_pointers import own_structures, pointer_breaks
from wheelcheck.index.archives.sources.c_code.c_returns import return_breaks
from wheelcheck.index.archives.sources.c_code.c_slots import slot_breaks, throw_breaks
from wheelcheck.index.archives.sources.c_code.compiler_breaks import compiler_breaks
from wheelcheck.index.archives.sources.c_code.cxx_members import read_only_members
from wheelcheck.index.archives.sources.cpp_parts import cpp_parts
from wheelcheck.index.archives.sources.cxx_names import standard_names, uint_types
from wheelcheck.index.archives.sources.cython_parts import code_lines, cython_parts, is_cython
from wheelcheck.index.archives.sources.cython_words import cython_words
from wheelcheck.index.archives.sources.library_names import library_marks
from wheelcheck.index.archives.sources.mark_kinds import MODULE
from wheelcheck.index.archives.sources.numpy_api import cython_numpy_marks, numpy_marks
from wheelcheck.index.archives.sources.source_marks import ApiBreak, SourceMarks

__all__ = ["marks_of", "read_marks"]

_INCLUDE = re.compile(rb'include[ \t]*([<"][^">\n]{1,200})[">]')
_CYTHON_INCLUDE = re.compile(rb"^[ \t]*include[ \t]+'([^'\n]{1,200})'", re.MULTILINE)
_BY_CYTHON: tuple[ApiBreak, ...] = (("_PyGen_Send()", (10,)),)
"""What Cython before 0.29.22 wrote for generators; CPython 3.11 lacks more of its code."""
_MAX_INCLUDES = 1000
_HEAD = 2000
_PYBIND11 = re.compile(
    rb"define PYBIND11_VERSION_MAJOR[ \t]+(\d+)\s+#[ \t]*define PYBIND11_VERSION_MINOR[ \t]+(\d+)"
)
_INIT = re.compile(rb"\bPyInit_(\w+)\s*\(\s*(?:void)?\s*\)(?!\s*;)")
_GENERATORS = re.compile(
    rb"[Gg]enerated by (Cython|SWIG|CFFI|cffi)\b[ (]*(?:[Vv]ersion )?([\d.]*(?:(?:a|b|rc)\d+)?)"
)


_DIRECTIVE = re.compile(rb"#[ \t]*(?:distutils|cython):[ \t]*(\w+)[ \t]*=[ \t]*([^\n]*)")
_BUILD_OPTIONS = {
    b"language", b"libraries", b"sources", b"extra_compile_args", b"extra_link_args",
}  # fmt: skip
"""Options that ``# distutils:`` lines at the head of a Cython source set for its extension module
(cython.readthedocs.io, "Configuring the C-Build"); ``# cython:`` lines may name them too."""


_known_marks: dict[tuple[bytes, str], SourceMarks] = {}
_MOST_KNOWN = 40_000


def marks_of(content: bytes, path: str) -> SourceMarks:
    """As `read_marks`, of equal files once: releases of a project share nearly all their sources.

    Of the 16,000 that scipy 1.8.1 has, 400 are not as in scipy 1.10.1.
    """
    below = path[path.find("/") :]  # the archive's own folder has its release in its name
    key = blake2b(content, digest_size=16).digest(), below
    found = _known_marks.get(key)
    if found is None:
        if len(_known_marks) >= _MOST_KNOWN:
            _known_marks.clear()
        found = _known_marks[key] = read_marks(content, path)
    return found


def read_marks(content: bytes, path: str = "") -> SourceMarks:
    """Count in the content of one source; its `path` says which language it is of."""
    names = _INCLUDE.findall(content)[:_MAX_INCLUDES]
    if is_cython(path):
        names += [b'"' + name for name in _CYTHON_INCLUDE.findall(content)]
    includes = tuple(intern(name.decode("utf-8", "replace")) for name in names)
    beginning = content[:_HEAD]
    head = _GENERATORS.search(beginning) if b"enerated by " in beginning else None
    generator = b" ".join(filter(None, head.groups())).decode().lower() if head else ""
    by_cython = generator.startswith("cython")
    for_python = not by_cython and is_for_python(content)
    return SourceMarks(
        statements=code_lines(content) if is_cython(path) else content.count(b";"),
        includes=includes,
        returns=content.count(b"return"),
        generator=generator,
        api_breaks=_of_generators(content)
        if by_cython
        else _api(content, path, for_python=for_python),
        certain_includes=() if by_cython else certain_includes(content),
        **_more(content, path, includes, generator, for_python=for_python),
    )


def _more(
    content: bytes, path: str, includes: tuple[str, ...], generator: str, *, for_python: bool
) -> dict[str, tuple[str, ...]]:
    """The other marks: of what a generator wrote, and Cython's version does not say."""
    if not generator:
        return _written_by_hand(content, path, includes, for_python=for_python)
    return {"refused": cython_numpy_marks(content)} if generator.startswith("cython") else {}


def _written_by_hand(
    content: bytes, path: str, includes: tuple[str, ...], *, for_python: bool
) -> dict[str, tuple[str, ...]]:
    """The marks that are looked for in what no generator wrote."""
    return {
        "old_cython": cython_words(content, path),
        "needs": (
            *uint_types(content, path),
            *standard_names(content, path),
            *cython_parts(content, path),
            *cpp_parts(content, path),
            *function_marks(content, path, includes),
            *(_pybind11(content) if path.endswith("/common.h") else ()),
            *((*_modules(content), *own_structures(content, path)) if for_python else ()),
        ),
        "refused": (
            *compiler_breaks(content, path),
            *(return_breaks(content, path) if for_python else ()),
            *(slot_breaks(content, path) if for_python else ()),
            *(pointer_breaks(content, path) if for_python else ()),
            *throw_breaks(content, path),
            *read_only_members(content, path),
            *callback_breaks(content, path),
            *((*error_marks(content), *foreign_marks(content)) if b"#error" in content else ()),
            *(limited_marks(content) if for_python and b"LIMITED_API" in content else ()),
            *library_marks(content, path, includes),
            *numpy_marks(content, path),
        ),
        "build_options": _build_options(content[:_HEAD]),
    }


def _api(content: bytes, path: str, *, for_python: bool) -> tuple[ApiBreak, ...]:
    """What a source uses of the C API that is gone, or a header says of the version of Python."""
    if for_python:
        return (*api_breaks(content), *new_names(content, path))
    return python_flags(content) if path.endswith(".h") else ()


def _of_generators(content: bytes) -> tuple[ApiBreak, ...]:
    """What of the C API the code uses that Cython wrote for generators."""
    return _BY_CYTHON if b"_PyGen_Send(" in content else ()


def _pybind11(content: bytes) -> tuple[str, ...]:
    """The release that a copy of pybind11's ``common.h`` states, without its third part."""
    found = _PYBIND11.search(content)
    return () if found is None else (f"pybind11 {b'.'.join(found.groups()).decode()}",)


def _modules(content: bytes) -> Iterator[str]:
    """The extension modules that a source makes, by the name of their first function."""
    if b"PyInit_" in content:
        yield from (f"{MODULE}{name.decode()}" for name in dict.fromkeys(_INIT.findall(content)))


def _build_options(head: bytes) -> tuple[str, ...]:
    """What the comments before the first line of code set for the extension module."""
    if b"distutils" not in head and b"cython" not in head:
        return ()
    found = []
    for line in head.splitlines():
        text = line.strip()
        if text and not text.startswith(b"#"):
            break
        match = _DIRECTIVE.match(text)
        if match is not None and match[1] in _BUILD_OPTIONS:
            found.append(f"{match[1].decode()}={match[2].decode('utf-8', 'replace').strip()}")
    return tuple(found)
