"""Pointers and functions of one type where C, or NumPy 2, has another."""

from __future__ import annotations

import pytest

from wheelcheck.index.archives.sources.c_code.c_callbacks import callback_breaks
from wheelcheck.index.archives.sources.c_code.c_pointers import pointer_breaks

OWN = b"typedef struct {\n  PyObject_HEAD\n  int x;\n} Foo;\n"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"  Foo *self;\n  self = type->tp_alloc(type, 0);\n", ["pointer Foo"]),
        (b"  Foo *self = type->tp_alloc(type, 0);\n", ["pointer Foo"]),
        (b"  Foo *self = (Foo *)type->tp_alloc(type, 0);\n", []),
        (b"  PyObject *self = type->tp_alloc(type, 0);\n", []),
        (b"  Unknown *self = type->tp_alloc(type, 0);\n", ["pointer Unknown?"]),
        (b"  Foo *self = get();\n  self->name = PyDict_New();\n", []),
        (b"#ifdef X\n  Foo *self = type->tp_alloc(type, 0);\n#endif\n", []),
        (b"  PyArrayObject *a;\n  a = PyArray_SimpleNew(1, d, t);\n", ["pointer PyArrayObject"]),
        (b"  PyObject *a, *b;\n  p = PyArray_DATA(b);\n", ["reads 2.0 PyArray_DATA"]),
        (b"  PyArrayObject *a, *b;\n  p = PyArray_DATA(b);\n", []),
        (b"  PyObject *b;\n  p = PyArray_DATA((PyArrayObject *)b);\n", []),
    ],
)
def test_pointers_of_another_type(body: bytes, found: list[str]):
    text = OWN + b"static PyObject *f(PyTypeObject *type)\n{\n" + body + b"  return NULL;\n}\n"
    assert list(pointer_breaks(text, "x.c")) == found


GIVES = b"PyObject *\nmake(void)\n{\n  return NULL;\n}\n"


@pytest.mark.parametrize(
    ("more", "body", "found"),
    [
        (b"", b"  Foo *self = make();\n", ["pointer Foo"]),
        (b"", b"  Foo *self = (Foo *)make();\n", []),
        (b"", b"  PyObject *self = make();\n", []),
        (b"", b"  Unknown *self = make();\n", ["pointer Unknown?"]),
        (b"typedef PyObject Known;\n", b"  Known *self = make();\n", []),
        (
            b"int g(Other *o) {\n  return o->size;\n}\n",
            b"  Other *p = make();\n",
            ["pointer Other"],
        ),
        (
            b"int g(Same *o) {\n  return o->ob_type;\n}\n",
            b"  Same *p = make();\n",
            ["pointer Same?"],
        ),
    ],
)
def test_what_a_function_of_the_source_gives(more: bytes, body: bytes, found: list[str]):
    text = OWN + GIVES + more + b"int f(void)\n{\n" + body + b"  return 0;\n}\n"
    assert list(pointer_breaks(text, "x.c")) == found


@pytest.mark.parametrize(
    ("order", "passed", "found"),
    [
        (b"int *a, int *b", b"order", ["passes order() to qsort"]),
        (b"const char **a, const char **b", b"&order", ["passes order() to qsort"]),
        (b"const void *a, void const *b", b"order", []),
        (b"int *a, int *b", b"(compare) order", []),
        (b"PTR a, PTR b", b"order", []),
    ],
)
def test_functions_of_another_type_for_qsort(order: bytes, passed: bytes, found: list[str]):
    text = b"static int order(" + order + b") {\n  return 1;\n}\n"
    text += b"void f(void) { qsort(x, n(1, 2), sizeof(int), " + passed + b"); }\n"
    assert list(callback_breaks(text, "x.c")) == found
    assert list(callback_breaks(text, "x.cpp")) == []
