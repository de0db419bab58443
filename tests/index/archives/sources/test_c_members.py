"""Members that CPython's structures have no more, and idioms of its older macros."""

from __future__ import annotations

import pytest

from wheelcheck.index.archives.sources.c_code.c_api import api_breaks

HEAD = b"#include <Python.h>\n"
OWN = b"typedef struct {\n  PyObject_HEAD\n  int x;\n} Foo;\n"
EVERY = (8, 9, 10, 11, 12, 13, 14, 15)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            OWN + b"static void d(Foo *self)\n{\n  self->ob_type->tp_free(self);\n}\n",
            {"Foo.ob_type": EVERY},
        ),
        (OWN + b"static void d(PyObject *self)\n{\n  self->ob_type->tp_free(self);\n}\n", {}),
        (
            b"int f(PyCodeObject *co)\n{\n  return PyObject_Size(co->co_code);\n}\n",
            {"PyCodeObject.co_code": (11, 12, 13, 14, 15)},
        ),
        (
            b"int f(PyObject *v)\n{\n  return ((PyLongObject *)v)->ob_digit[0];\n}\n",
            {"PyLongObject.ob_digit": (12, 13, 14, 15)},
        ),
        (
            b"#if PY_VERSION_HEX < 0x030c0000\nint f(PyLongObject *v)\n{\n v->ob_digit;\n}\n#endif",
            {},
        ),
        (
            b"int f(Own *fr)\n{\n  return fr->f_trace;\n}\nPyFrameObject *top;\n",
            {},
        ),
        (
            b"int f(PyGenObject *g)\n{\n  return g->gi_code->co_varnames != NULL;\n}\n",
            {"PyGenObject.gi_code": (12, 13, 14, 15)},
        ),
        (
            b"int f(PyObject *o)\n{\n  if PyObject_TypeCheck(o, &T) {\n    return 1;\n  }\n}\n",
            {"PyObject_TypeCheck without parentheses around it": (10, 11, 12, 13, 14, 15)},
        ),
        (b"int f(PyObject *o)\n{\n  if (PyLong_Check(o)) {\n    return 1;\n  }\n}\n", {}),
        (
            b"#define debug(...)\nint f(PyGenObject *g)\n{\n  debug(g->gi_code);\n  return 1;\n}\n",
            {},
        ),
    ],
)
def test_members_that_are_gone(text: bytes, found: dict[str, tuple[int, ...]]):
    assert dict(api_breaks(HEAD + text)) == found


def test_a_parser_of_arguments_as_an_older_clinic_wrote_it():
    text = b'static _PyArg_Parser _parser = {NULL, _keywords, "getall", 0};\n'
    (found,) = api_breaks(HEAD + text)
    assert found == ("_PyArg_Parser that begins with its format()", (12, 13, 14, 15))
    guarded = b"#if PY_VERSION_HEX < 0x030c0000\n" + text + b"#endif\n"
    assert api_breaks(HEAD + guarded) == ()
    named = b'static _PyArg_Parser _parser = {.keywords = _keywords, .fname = "getall"};\n'
    assert api_breaks(HEAD + named) == ()


def test_calls_with_the_arguments_of_an_older_function():
    call = b"int f(PyObject *v)\n{\n  return _PyLong_AsByteArray(v, g(1, 2), n, 1, 0);\n}\n"
    (found,) = api_breaks(HEAD + call)
    assert found == ("_PyLong_AsByteArray with 5 arguments", (13, 14, 15))
    assert api_breaks(HEAD + call.replace(b", 0)", b", 0, 1)")) == ()
    assert api_breaks(HEAD + b"#define AS(v) _PyLong_AsByteArray(v, a, n, 1, 0)\n") == ()
    own = b"#define _PyLong_AsByteArray(v, b, n, e, s) other(v, b, n, e, s, 1)\n"
    assert api_breaks(HEAD + own + call) == (("_PyLong_AsByteArray", ()),)
    members = b"#define WSTR(op) \\\n  (((PyASCIIObject *)(op))->wstr)\n"
    assert api_breaks(HEAD + members) == ()


def test_a_macro_that_only_some_headers_of_python_define():
    old = b"#ifndef _PyArg_UnpackKeywords\n#define OLD\n#endif\n#ifdef OLD\nint x;\n#else\n"
    use = b'static _PyArg_Parser _parser = {NULL, _keywords, "getall", 0};\n#endif\n'
    (found,) = api_breaks(HEAD + old + use)
    assert found == ("_PyArg_Parser that begins with its format()", (12,))
    with_if = old.replace(b"#ifndef _PyArg_UnpackKeywords", b"#if !defined(Py_UNREACHABLE)")
    (found,) = api_breaks(HEAD + with_if + use)
    assert found[1] == (12, 13, 14, 15)


def test_a_macro_that_only_an_older_python_sets():
    text = b"#if PY_VERSION_HEX < 0x03070000\n#define OLD\n#endif\n"
    use = b"#ifdef OLD\n  one = PyLong_FromLong(1);\n#else\n  one = _PyLong_One;\n#endif\n"
    later = (10, 11, 12, 13, 14, 15)
    assert dict(api_breaks(HEAD + text + use)) == {"_PyLong_One": later}
    by_others = b"#ifdef OTHER\n#define OLD\n#endif\n"
    assert "_PyLong_One" not in dict(api_breaks(HEAD + text + by_others + use))
    by_if = use.replace(b"#ifdef OLD", b"#if defined(OLD)")
    assert dict(api_breaks(HEAD + text + by_if)) == {"_PyLong_One": later}


def test_a_name_that_is_defined_for_an_older_python_alone():
    text = b"#if PY_VERSION_HEX < 0x30B00A6\n#define _PyCFrame CFrame\n#endif\n_PyCFrame *frame;\n"
    found = dict(api_breaks(HEAD + text))
    assert found == {"#=_PyCFrame": (8, 9, 10), "_PyCFrame": (13, 14, 15)}
    everywhere = b"#ifdef OLD\n#define _PyCFrame CFrame\n#endif\n_PyCFrame *frame;\n"
    assert dict(api_breaks(HEAD + everywhere)) == {"_PyCFrame": ()}
