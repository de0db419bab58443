"""Tables of CPython and exception specifications; each case was tried with gcc 14.2."""

from __future__ import annotations

import pytest

from wheelcheck.index.archives.sources.c_code.c_slots import slot_breaks, throw_breaks

FOO = """#include <Python.h>
typedef struct { PyObject_HEAD int a; } Foo;
static void Foo_dealloc(Foo *self) { }
static PyObject *Foo_get(Foo *self, void *closure) { return 0; }
static PyObject *Foo_new(PyTypeObject *type, PyObject *a, PyObject *k) { return 0; }
"""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            'PyTypeObject T = {\n  HEAD "a", sizeof(Foo), 0,\n  Foo_dealloc,\n};\n',
            ["slot Foo_dealloc"],
        ),
        ('PyGetSetDef g[] = {\n  {"a", Foo_get, NULL},\n  {NULL}\n};\n', ["slot Foo_get"]),
        ("PyTypeObject T = {\n  .tp_dealloc = Foo_dealloc,\n};\n", ["slot Foo_dealloc"]),
        ("PyTypeObject T = {\n  .tp_dealloc = (destructor)Foo_dealloc,\n};\n", []),
        ("PyGetSetDef g[] = { {NULL}};\nS s[] = {\n  {1, Foo_dealloc},\n};\n", []),
        ("PyTypeObject T = {\n  .tp_new = Foo_new,\n};\n", []),
        ("PyTypeObject T = {\n  0, /* Foo_dealloc, */\n};\n", []),
        ("PyTypeObject T = {\n#ifdef OLD\n  Foo_dealloc,\n#endif\n};\n", []),
    ],
)
def test_functions_of_an_own_type_in_tables(text: str, found: list[str]):
    assert list(slot_breaks((FOO + text).encode(), "x.c")) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("void f() throw(int) { }\n", ["throws"]),
        ("struct A {\n  virtual int f() const throw(std::bad_alloc, B) = 0;\n};\n", ["throws"]),
        ("void f() throw() { }\n", []),
        ("void f() {\n  if (a) throw(Error);\n  if (b()) throw (x);\n}\n", []),
        ("#if __cplusplus < 201703L\nvoid f() throw(int);\n#endif\n", []),
    ],
)
def test_exception_specifications(text: str, found: list[str]):
    assert list(throw_breaks(text.encode(), "x.cpp")) == found
