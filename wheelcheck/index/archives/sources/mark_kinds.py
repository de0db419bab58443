"""The kinds of marks in `SourceMarks`: what is before a name, or says all by itself.

Those who read the marks need no more than this: the patterns of those who make them take time to
compile.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

__all__ = [
    "BINDS",
    "CALLBACK",
    "CIMPORT",
    "CIMPORTS",
    "CIMPORTS_NUMPY",
    "DIVISION",
    "ERROR",
    "EXTERN",
    "FOREIGN",
    "FUSED",
    "IMAGINARY",
    "INSTANCES",
    "KEYWORD",
    "LIBRARY",
    "LIMITED",
    "LOST_DECLARATIONS",
    "METHOD",
    "MODULE",
    "NAME",
    "NARROWING",
    "NEW",
    "NUMPY",
    "OF_PACKAGE",
    "OWN",
    "PART",
    "PASSES",
    "PERHAPS",
    "POINTER",
    "PRINT",
    "READS_ARRAY",
    "READ_ONLY",
    "RETURNS",
    "SLOT",
    "STANDARD",
    "STRUCTURE",
    "TAKES",
    "THROWS",
    "UFUNC",
    "UNTYPED",
    "VIEWS",
    "marked",
]

PERHAPS = "?"
"""Behind a name: whether it is compiled depends on what is defined elsewhere; on the macro whose
name follows, if one does. Such macros of headers are marked themselves, ``#`` before the name."""

OWN = "#="
"""Before a name that a source defines for the CPython that follow, and for no other."""

NEW = "+"
"""Before a name that the CPython that follow do not have yet."""

# SourceMarks.needs
STANDARD = "std "
"""Before a name of the C++ library, the header that it is of, and its kind in `cxx_headers.csv`:
``std sort algorithm algo``."""
MODULE = "module "
"""Before the name of an extension module whose first function (``PyInit_NAME``) it defines."""
STRUCTURE = "structure "
"""Before an object that a header defines as a structure of its own."""

# SourceMarks.refused
METHOD = "method "
NARROWING = "narrowing "
KEYWORD = "keyword "
PRINT = "print "
UFUNC = "ufunc"
RETURNS = "returns "
UNTYPED = "untyped "
SLOT = "slot "
THROWS = "throws"
ERROR = "error "
"""Before a condition on versions of libraries that ends in an error."""
FOREIGN = "foreign "
"""Before a macro of another compiler or system without which it ends in an error."""
LIBRARY = "library "
"""Before a library, the release without a name, the header of it that is included, and the name."""
LIMITED = "limited API"
"""Of a source that defines ``Py_LIMITED_API`` whatever else is defined."""
PASSES = "passes "
"""Before a function of another type, and what it is passed to."""
POINTER = "pointer "
"""Before the type that an object is stored in without a cast; `PERHAPS` behind it where a header
may define it."""
READ_ONLY = "read-only "
"""Before a constant member of a class that C++ assigns to."""
IMAGINARY = "variable I"
"""Of C that includes NumPy's headers, and has a variable with the name of a macro of
``<complex.h>``."""
READS_ARRAY = "reads "
"""Before the release and the name of a macro that gets a ``PyObject *``, and is a function since
then: ``reads 2.0 PyArray_DATA``."""
NUMPY = "numpy "
"""Before the release and the name: ``numpy 2.0.2 PyArray_FromDims``; ``numpy - NAME`` where the
source defines the name. Of Cython sources it is one of NumPy's declarations."""

# SourceMarks.needs, of Cython sources
VIEWS = "memoryviews"
CIMPORTS = "cimports "
"""Before the name of a module of declarations."""
CIMPORTS_NUMPY = "cimports numpy"
FUSED = "fused "
"""Before the lines of code in copies of functions for further types."""
INSTANCES = "instances "
"""Before the number of instances of C++ templates."""

# SourceMarks.needs, of C++
BINDS = "binds "
"""Before the number of functions that it binds."""

# SourceMarks.old_cython
DIVISION = "division "
"""Before the variable of an integer type that gets a quotient of integers."""
CALLBACK = "callback "
"""Before a function that C is given; `PERHAPS` and what takes it behind the name, where a
declaration file may say that this is a function of C."""
TAKES = "takes "
"""Before a function of C, in a declaration file, that is given a pointer to a function."""
CIMPORT = "cimport "
EXTERN = "extern "
OF_PACKAGE = "of package "
"""Before a module whose declarations a source takes in any case from a package, dots first where
that is its own: ``.event`` of ``from . cimport event``."""
NAME = "name "
PART = "part "
"""Before the path of a file that a source takes as a part of itself in any case."""
LOST_DECLARATIONS = frozenset({
    "cpython.int", "cpython.string", "cpython.oldbuffer", "cpython.cobject",
    "cpython.PyObject_Unicode", "cpython.PyNumber_Int",
})  # fmt: skip
"""Declarations that Cython 3.1 has no more."""


def marked(marks: Iterable[str], kind: str) -> Iterator[str]:
    """The names that marks of a kind have."""
    return (mark.removeprefix(kind) for mark in marks if mark.startswith(kind))
