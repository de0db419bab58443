"""What a source file shows of itself, as a value: `source_reading` makes it."""

from __future__ import annotations

from msgspec import Struct

from wheelcheck.index.archives.sources.languages import language_of

__all__ = ["MAX_MARKED_BYTES", "RULES", "ApiBreak", "SourceMarks", "is_marked"]

RULES = 62
"""To be raised with every change of what is looked for, tables included: cached marks are made
again."""
MAX_MARKED_BYTES = 16 << 20
"""Longer files are not looked into: the longest amalgamations that people ship are shorter."""
_HEADERS = (".h", ".hh", ".hpp", ".hxx", ".h++", ".ipp", ".tcc", ".tpp", ".inl", ".inc", ".ixx",
    ".pxd", ".pxi", ".pxi.in", ".pyx.in", ".pyx.tp", ".c.in", ".c.src",
)  # fmt: skip

ApiBreak = tuple[str, tuple[int, ...]]
"""A name that a source uses, ``()`` behind it where it is called, and the CPython 3.x whose
headers lack it; no versions where the source defines the name itself."""


class SourceMarks(Struct, frozen=True):
    """What was counted in one source or header.

    `statements` are its semicolons: code has one every thirty bytes, tables have none; of Cython
    sources, its lines of code. `includes`
    are the names it includes, those in quotes with a leading ``"``, those in angle brackets with a
    leading ``<``, as often as it includes them. `returns` counts the word: headers of declarations
    have none, those that hold code do. `generator` is the program that wrote it, with its
    version if it says so: ``cython 3.0.11``. `api_breaks` are names of the C API that some CPython
    lacks (`c_api.api_breaks`), or does not have yet (`c_new_names`); of what Cython wrote, its
    version says more. `old_cython` are words
    of a `.pyx` that later releases of Cython lack: ``long``, ``print``, ``cimport cpython.int``,
    any ``cimport`` of a name of one part; ``name cmp`` of a builtin of Python 2;
    ``numpy 2.0.0 int_t`` of a name that NumPy no longer declares; ``linetrace`` or
    ``profile``, where its head says so; ``language_level``, where the
    file states one; and ``callback f`` of a function that is passed to C (`cython_callbacks`). Of
    declaration files they have ``extern <x.h``, as of a `.pyx` too: a header that ``cdef extern
    from`` names; and names of NumPy. A `.pyx` has ``of package .event`` of declarations that it
    takes from a package.
    `certain_includes` are those of its includes that depend on no condition; of long files that
    are not for Python, and of what Cython wrote, none are known. `needs` has ``uint64`` where a
    type of ``<stdint.h>`` is used, and ``declares uint64`` where the file declares it; functions
    of the C library too (`c_functions`); ``pybind11 2.4`` where it is a header of that release;
    ``module x`` where it has ``PyInit_x``; ``std sort algorithm algo`` where C++ uses
    ``std::sort``; ``structure Foo`` where a header defines an object; what of a Cython source
    brings C along (`cython_parts`).
    `refused` is what compilers of today refuse in it (`compiler_breaks`, `numpy_api`).
    `build_options` are those that the comments at the head of a Cython source
    set for its extension module: ``libraries=gmp mpfr``, ``language=c++``.
    """

    statements: int
    includes: tuple[str, ...] = ()
    returns: int = 0
    generator: str = ""
    api_breaks: tuple[ApiBreak, ...] = ()
    old_cython: tuple[str, ...] = ()
    certain_includes: tuple[str, ...] = ()
    build_options: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def is_marked(path: str) -> bool:
    """Whether a member is a source of a compiled language, a header, or a template for one."""
    return language_of(path) is not None or path.lower().endswith(_HEADERS)
