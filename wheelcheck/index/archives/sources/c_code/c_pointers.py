"""Pointers of one type where C has another: errors since GCC 14, and with NumPy 2.

An object that a function of the C API gives is a ``PyObject *``, and needs a cast where an own type
is wanted (gcc.gnu.org/gcc-14/porting_to.html). What reads an array was a macro that took any
pointer; it is a function since NumPy 2, and takes a ``PyArrayObject *``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wheelcheck.index.archives.sources.c_code.c_comments import COMMENT_OR_STRING, as_spaces
from wheelcheck.index.archives.sources.c_code.c_scopes import declared_type, scope_of
from wheelcheck.index.archives.sources.c_code.conditions.places import is_certain_at
from wheelcheck.index.archives.sources.mark_kinds import PERHAPS, POINTER, READS_ARRAY, STRUCTURE

__all__ = ["own_structures", "pointer_breaks"]

_SOURCES = (".c", ".cc", ".cpp", ".cxx", ".c++")
_READ = re.compile(
    rb"PyArray_(?:(?<!\wPyArray_)(?:DATA|BYTES|DIMS|DIM|STRIDES|STRIDE|NDIM|DESCR|BASE|FLAGS|TYPE"
    rb"|CHKFLAGS|SHAPE|DTYPE|SIZE|ISCONTIGUOUS|IS_C_CONTIGUOUS|GETPTR[1-4]|ISWRITEABLE))"
    rb"\s*\(\s*(\w+)\s*[,)]"
)
_ALLOCATED = re.compile(
    rb"=\s*(?:\w+\s*->\s*tp_alloc\s*\(|"
    rb"(?:PyArray_(?:SimpleNew|SimpleNewFromData|FromDims|ContiguousFromAny|ContiguousFromObject"
    rb"|FROM_OTF|FROM_OT|FROMANY|FromAny|ZEROS|EMPTY|NewFromDescr|New|NewLikeArray|Return|Zeros)"
    rb"|PyType_GenericNew|PyType_GenericAlloc|PyObject_Call(?:Object|Function|Method)?"
    rb"|PyDict_New|PyList_New|PyTuple_New|PyList_GetItem|PyTuple_GetItem|PyDict_GetItem"
    rb"|PyDict_GetItemString|PyObject_GetAttrString|PyObject_GetAttr|PyImport_ImportModule"
    rb"|PyUnicode_From\w+|PyBytes_From\w+|Py_BuildValue|PyIter_Next|PySequence_GetItem"
    rb"|PySequence_Fast)\s*\()"
)
_GIVES_OBJECT = re.compile(
    rb"^(?:[A-Za-z_]\w*[ \t]+)*PyObject[ \t]*\*\s*(\w+)[ \t]*\([^;{}()]*\)\s*\{", re.MULTILINE
)
"""A function of the source that gives an object."""
_INITIAL = re.compile(rb"\b(\w+)[ \t]*\*[ \t]*\w+[ \t]*=[ \t]*(\w+)[ \t]*\(")
_STRUCTURE = re.compile(
    rb"typedef\s+struct\s*\w*\s*\{\s*(?:PyObject_(?:VAR_)?HEAD|Py\w+Object[ \t]+\w+[ \t]*;)[^{}]*\}"
    rb"\s*(\w+)\s*;"
)
_NO_STRUCTURES = frozenset({b"PyObject", b"void", b"char", b"int", b"double", b"FILE"})
_NO_MACROS = b"define NPY_NO_DEPRECATED_API"
_STORED = re.compile(rb"(?<![\w.>\]])(\w+)\s*$")
_OF_PYTHON = frozenset({
    b"PyTypeObject", b"PyArrayObject", b"PyArray_Descr", b"PyUnicodeObject", b"PyListObject",
    b"PyTupleObject", b"PyDictObject", b"PyLongObject", b"PyFloatObject", b"PyBytesObject",
    b"PyFunctionObject", b"PyCodeObject", b"PyFrameObject", b"PyCFunctionObject",
})  # fmt: skip


def own_structures(content: bytes, path: str) -> Iterator[str]:
    """The objects that a header for Python defines as structures: no ``PyObject *`` is one."""
    if path.endswith(".h") and b"typedef" in content:
        found = _STRUCTURE.findall(COMMENT_OR_STRING.sub(b"", content))
        yield from (f"{STRUCTURE}{name.decode()}" for name in dict.fromkeys(found))


def pointer_breaks(content: bytes, path: str) -> Iterator[str]:
    """The first of each kind, in a source that is for Python."""
    if not path.endswith(_SOURCES):
        return
    in_c = path.endswith(".c")
    allocates = in_c and _ALLOCATED.search(content) is not None
    reads = b"PyArray_" in content and _READ.search(content) is not None
    gives = in_c and b"PyObject" in content and _INITIAL.search(content) is not None
    if not allocates and not reads and not gives:
        return
    text = COMMENT_OR_STRING.sub(as_spaces, content)
    if reads:
        yield from _reads(text, "1.7" if _NO_MACROS in content else "2.0")
    if allocates:
        yield from _allocations(text)
    if gives:
        yield from _initial_values(text)


def _reads(text: bytes, since: str) -> Iterator[str]:
    """`since`: the NumPy that has no macros for this source."""
    types = _Types(text)
    for match in _READ.finditer(text):
        kind = types.of(match[1], match.start())
        if kind == b"PyObject" and is_certain_at(text, match.start()):
            name = match.group().partition(b"(")[0].strip().decode()
            yield f"{READS_ARRAY}{since} {name}"
            return


def _allocations(text: bytes) -> Iterator[str]:
    types = _Types(text)
    for match in _ALLOCATED.finditer(text):
        name = _STORED.search(text, max(0, match.start() - 80), match.start())
        if name is None:
            continue
        kind = types.of(name[1], match.start())
        sign = types.sign_of(kind)
        if kind and sign is not None and is_certain_at(text, match.start()):
            yield f"{POINTER}{kind.decode()}{sign}"
            return


def _initial_values(text: bytes) -> Iterator[str]:
    """A variable of an own type that begins as what a function of the source gives."""
    values = [
        match
        for match in _INITIAL.finditer(text)
        if match[1] != b"PyObject" and not match[1].startswith(b"void")
    ]
    functions = set(_GIVES_OBJECT.findall(text)) if values else set()
    types = _Types(text)
    for match in values:
        kind, function = match.groups()
        if function not in functions:
            continue
        sign = "" if _has_members(kind, text) else types.sign_of(kind)
        if sign is not None and is_certain_at(text, match.start()):
            yield f"{POINTER}{kind.decode()}{sign}"
            return


def _has_members(kind: bytes, text: bytes) -> bool:
    """Whether a parameter of a type has members of its own, which a `PyObject` has not."""
    for match in re.finditer(rb"\b" + kind + rb"[ \t]*\*[ \t]*(\w+)[ \t]*[,)]", text):
        end = text.find(b"\n}", match.end())
        member = rb"\b" + match[1] + rb"[ \t]*->[ \t]*(?!ob_)\w"
        if end > 0 and re.search(member, text[match.end() : end]):
            return True
    return False


class _Types:
    """The types of variables, looked up once for each function: arrays are read again and again."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._known: dict[tuple[bytes, tuple[int, int]], bytes] = {}
        self._structures: dict[bytes, bool] = {}

    def of(self, name: bytes, place: int) -> bytes:
        """As `declared_type`, of the function around a place."""
        key = name, scope_of(self._text, place)
        if key not in self._known:
            self._known[key] = declared_type(name, self._text, key[1])
        return self._known[key]

    def sign_of(self, kind: bytes) -> str | None:
        """What is behind a type that is no `PyObject`: a header says whether it is a structure.

        None where it is one, or nothing says so.
        """
        if kind in _OF_PYTHON or self._is_structure(kind):
            return ""
        elsewhere = kind in _NO_STRUCTURES or re.search(
            rb"typedef[^;{}]*\b" + kind + rb"\s*;", self._text
        )
        return None if elsewhere else PERHAPS

    def _is_structure(self, kind: bytes) -> bool:
        """Whether the source defines a type as a structure of its own."""
        if kind not in self._structures:
            name = re.escape(kind)
            found = re.search(rb"\}\s*" + name + rb"\s*;|struct\s+" + name + rb"\s*\{", self._text)
            self._structures[kind] = found is not None
        return self._structures[kind]
