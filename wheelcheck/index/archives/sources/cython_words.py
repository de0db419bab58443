"""Words of Cython sources that a later Cython or NumPy lacks, and the headers that they name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache

from wheelcheck.index.archives.sources.cython_callbacks import (
    callback_takers,
    passed_elsewhere,
    raising_callback,
)
from wheelcheck.index.archives.sources.cython_division import integer_quotient
from wheelcheck.index.archives.sources.mark_kinds import (
    CALLBACK,
    CIMPORT,
    DIVISION,
    EXTERN,
    LOST_DECLARATIONS,
    NAME,
    NUMPY,
    OF_PACKAGE,
    PART,
    TAKES,
)
from wheelcheck.tables import read_table

__all__ = ["cython_words"]

_TRACED = re.compile(
    rb"\A(?:[ \t\r]*(?:#[^\n]*)?\n)*?#[ \t]*cython[ \t]*:[^\n]*"
    rb"\b(?:linetrace|profile)[ \t]*=[ \t]*True\b"
)
"""A line before all code by which Cython writes calls of tracers into a module."""
_CYTHON_SIGNS = (
    (
        "long",
        re.compile(
            rb"^(?!\s*#)(?:[^#\"'\n]*[=(,\s])?(?<!def )(?:long\((?!\*)|\(int, ?long\))",
            re.MULTILINE,
        ),
    ),
    ("print", re.compile(rb"^[ \t]+print[ \t]+[\"'\w]", re.MULTILINE)),
    ("exec", re.compile(rb"^[ \t]+exec[ \t]+[\"'\w]", re.MULTILINE)),
    ("linetrace", _TRACED),
    ("profile", _TRACED),
    ("language_level", re.compile(rb"^#.*cython:.*language_level", re.MULTILINE)),
)
_CIMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+cimport|cimport[ \t]+([\w.]+))", re.MULTILINE
)
_FROM_CPYTHON = re.compile(
    rb"^[ \t]*from[ \t]+cpython(?:\.object|\.number)?[ \t]+cimport[ \t]+(\([^)]*\)|[^\n#]*)",
    re.MULTILINE,
)
_GONE_BY_NAME = {
    "PyInt": "int", "PyString": "string", "PyCObject": "cobject",
    "PyObject_Unicode": "PyObject_Unicode", "PyNumber_Int": "PyNumber_Int",
}  # fmt: skip
"""Names of the package `cpython` of Cython 0.29.37 that are not in that of 3.3.1."""
_EXTERN = re.compile(rb"^[ \t]*cdef[ \t]+extern[ \t]+from[ \t]+([\"'])([^\"'\n*]+)\1", re.MULTILINE)
_PYTHON2 = re.compile(
    rb"(?:[=(,\[:+\-*/%<>!&|^{]|\b(?:return|and|or|not|in|if|raise|lambda))[ \t]*"
    rb"(?:(apply|buffer|cmp|coerce|execfile|file|reduce)[ \t]*\(|(StandardError)\b[ \t]*[(,):\n])"
)
"""Calls of functions of Python 2, and its exception.

Cython, run by Python 3, calls them undeclared (tried: 0.29.37 to 3.3.1). A name alone may be that
of a parameter.
"""
_PYTHON2_WORDS = (b"apply(", b"buffer(", b"cmp(", b"coerce(", b"execfile(", b"file(", b"reduce(",
                  b"StandardError")  # fmt: skip
_TEXT = re.compile(rb"\"\"\".*?\"\"\"|'''.*?'''|#[^\n]*|\"[^\"\n]*\"|'[^'\n]*'", re.DOTALL)
_NO_CODE = re.compile(rb"\"\"\".*?\"\"\"|'''.*?'''|#[^\n]*", re.DOTALL)
_INCLUDED = re.compile(rb"^include[ \t]+[\"']([\x21-\x7e]+)[\"']", re.MULTILINE)
_OF_PACKAGE = re.compile(
    rb"^from[ \t]+(\.*)([\w.]*)[ \t]+cimport[ \t]+(\([^)]*\)|[^\n#]*)", re.MULTILINE
)
"""At the beginning of a line: in a branch, a build may do without."""
_STANDARD = frozenset({b"cpython", b"cython", b"libc", b"libcpp", b"numpy", b"posix"})
_NUMPY_ALIAS = re.compile(rb"^[ \t]*cimport[ \t]+numpy(?:[ \t]+as[ \t]+(\w+))?", re.MULTILINE)
_FROM_NUMPY = re.compile(
    rb"^[ \t]*from[ \t]+numpy[ \t]+cimport[ \t]+(\([^)]*\)|[^\n#]*)", re.MULTILINE
)


def cython_words(content: bytes, path: str) -> tuple[str, ...]:
    """What a file of Cython has of old words, and which headers its C code includes."""
    old = _old_cython(content) if _is_pyx(path) else ()
    if b"\ninclude" in content or content.startswith(b"include"):  # C has hundreds behind a #
        parts = (f"{PART}{name.decode()}" for name in _INCLUDED.findall(content))
        old = (*old, *dict.fromkeys(parts))
    if not path.endswith((".pyx", ".pxd")):
        return old
    if path.endswith(".pyx") and b"cimport" in content:
        old = (*old, *dict.fromkeys(_of_package(content)))
    if b"numpy" in content:
        old = (*old, *_of_numpy(content))
    if b"extern" not in content:
        return old
    takers = callback_takers(content) if path.endswith(".pxd") and b"(*" in content else ()
    return (
        *old,
        *dict.fromkeys(f"{TAKES}{name}" for name in takers),
        *dict.fromkeys(f"{EXTERN}{n.decode('utf-8', 'replace')}" for n in _extern(content)),
    )


def _of_package(content: bytes) -> Iterator[str]:
    """The modules that a source takes declarations from: as parts of a package, or relatively.

    What ``from package cimport name`` names may be something in the package's own declarations.
    """
    code = _NO_CODE.sub(b"", content)
    for dots, module, names in _OF_PACKAGE.findall(code):
        if dots and module:
            yield f"{OF_PACKAGE}{(dots + module).decode()}"
            continue
        if module.partition(b".")[0] in _STANDARD:
            continue
        before = dots or module + b"."
        for name in re.findall(rb"(\w+)(?:[ \t]+as[ \t]+\w+)?[ \t]*(?:,|\)|$|\\|\n)", names):
            yield f"{OF_PACKAGE}{(before + name).decode()}"


def _extern(content: bytes) -> Iterator[bytes]:
    """The headers that a file of Cython names, with the sign before the name."""
    for match in _EXTERN.finditer(content):
        name = match[2]
        yield name.rstrip(b">") if name.startswith(b"<") else b'"' + name


def _is_pyx(path: str) -> bool:
    """Whether a source is Cython's, or part of one, or its path is not known."""
    return not path or path.endswith((".pyx", ".pxi"))


def _old_cython(content: bytes) -> tuple[str, ...]:
    """Words of a Cython source that later releases lack."""
    defines = b"cdef" in content or b"cpdef" in content
    if not defines and (b"cimport" not in content or _CIMPORT.search(content) is None):
        return ()
    found = [
        word for word, sign in _CYTHON_SIGNS if word.encode() in content and sign.search(content)
    ]
    callback = raising_callback(content)
    callbacks = [callback] if callback else passed_elsewhere(content)
    found += [f"{CALLBACK}{passed}" for passed in callbacks]
    quotient = integer_quotient(content) if b"/" in content else ""
    found += [f"{DIVISION}{quotient}"] if quotient else []
    return (*found, *_python2_names(content), *_lost_cimports(content))


def _python2_names(content: bytes) -> Iterator[str]:
    """Builtin names of Python 2 that a source uses and binds nowhere."""
    if not any(word in content for word in _PYTHON2_WORDS) or not _PYTHON2.search(content):
        return
    code = _TEXT.sub(b'""', content)
    if b"import *" in code:
        return
    names = (match[1] or match[2] for match in _PYTHON2.finditer(code))
    for name, uses in sorted(Counter(names).items()):
        # nothing else, which may bind it
        if uses == len(re.findall(rb"(?<![\w.])" + name + rb"\b", code)):
            yield f"{NAME}{name.decode()}"


def _of_numpy(content: bytes) -> Iterator[str]:
    """Names of NumPy's declarations that are gone since one of its releases."""
    gone = _gone_declarations()
    found: set[bytes] = set()
    for match in _NUMPY_ALIAS.finditer(content):
        alias = match[1] or b"numpy"
        for name in re.findall(rb"(?<![\w.])" + alias + rb"\.(\w+)", content):
            if name in gone and gone[name][1]:
                found.add(name)
    for match in _FROM_NUMPY.finditer(content):
        found.update(name for name in re.findall(rb"\w+", match[1]) if name in gone)
    for name in sorted(found):
        yield f"{NUMPY}{gone[name][0]} {name.decode()}"


@cache
def _gone_declarations() -> Mapping[bytes, tuple[str, bool]]:
    """Names, the NumPy from which on they are gone, and whether they are types."""
    rows = read_table("index/archives/sources/numpy_declarations.csv")
    return {row["name"].encode(): (row["gone"], row["type"] == "yes") for row in rows}


def _lost_cimports(content: bytes) -> Iterator[str]:
    """What is cimported that later releases lack, or that has one part and is a neighbour."""
    names = {(first or second).decode() for first, second in _CIMPORT.findall(content)}
    for match in _FROM_CPYTHON.finditer(content) if b"cpython" in content else ():
        for name in re.findall(r"\w+", match[1].decode("utf-8", "replace")):
            gone = _GONE_BY_NAME.get(name) or _GONE_BY_NAME.get(name.partition("_")[0])
            names |= {f"cpython.{gone}"} if gone else set()
    for name in sorted(names):
        if name in LOST_DECLARATIONS or "." not in name.strip("."):
            yield f"{CIMPORT}{name}"
