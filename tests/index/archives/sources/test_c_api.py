"""Names of CPython's C API that a source uses although some CPython lacks them."""

from __future__ import annotations

import pytest

from wheelcheck.index.archives.sources.c_code.c_api import api_breaks

HEAD = b"#include <Python.h>\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"PyEval_CallObject(f, a);", {"PyEval_CallObject()": (13, 14, 15)}),
        (b"Py_UNICODE_COPY(a, b);", {"Py_UNICODE_COPY()": (11, 12, 13, 14, 15)}),
        (b'#include "longintrepr.h"\n', {"longintrepr.h": (11, 12, 13, 14, 15)}),
        (b"Py_TYPE(&t) = &PyType_Type;", {"Py_TYPE(…) =": (11, 12, 13, 14, 15)}),
        (b"if (Py_TYPE(a) == b) {}", {}),
        (b"  assert(PyInt_CheckExact(a));\n", {}),
        (
            b"  PyAPI_FUNC(int) _PyUnicode_Equal(PyObject *a);\n  return _PyUnicode_Equal(a);",
            {"_PyUnicode_Equal": ()},
        ),
        (b"/* PyEval_CallObject(f) */ // PyEval_CallObject(f)\n", {}),
        (b'printf("PyEval_CallObject");', {}),
        (b"#if PY_VERSION_HEX < 0x030D0000\nPyEval_CallObject(f, a);\n#endif\n", {}),
        (
            b"#if PY_VERSION_HEX >= 0x030E0000\nPyEval_CallObject(f, a);\n#endif\n",
            {"PyEval_CallObject()": (14, 15)},
        ),
        (b"#if PY_MAJOR_VERSION < 3\nPyEval_CallObject(f);\n#endif\n", {}),
        (
            b"#if PY_MAJOR_VERSION < 3\n#else\nPyEval_CallObject(f);\n#endif\n",
            {"PyEval_CallObject()": (13, 14, 15)},
        ),
        (
            b"#ifdef SOMETHING\nPyEval_CallObject(f);\n#endif\n",
            {"PyEval_CallObject()?": (13, 14, 15), "PyEval_CallObject()?SOMETHING": (13, 14, 15)},
        ),
        (
            b"#if defined(IS_PY3)\n#define CALL PyEval_CallObject\n#endif\nCALL(f, a);",
            {"PyEval_CallObject()?IS_PY3": (13, 14, 15)},
        ),
        (
            b"#ifndef X_H\n#define X_H\nstatic int f() { PyEval_CallObject(f, a); }\n#endif\n",
            {"PyEval_CallObject()": (13, 14, 15)},
        ),
        (
            b"#ifndef X_H\n#define X_H\n#if PY_VERSION_HEX >= 0x030E0000\n#define NEW\n#endif\n",
            {"#NEW": (14, 15)},
        ),
        (b"#ifdef _WIN32\nPyEval_CallObject(f);\n#endif\n", {}),
        (b"#define PyEval_CallObject(f, a) PyObject_Call(f, a, 0)\n", {"PyEval_CallObject": ()}),
        (
            b"PyThreadState *tstate = PyThreadState_Get(); x = tstate->frame;",
            {"PyThreadState.frame": (11, 12, 13, 14, 15)},
        ),
        (b"MyPyEval_CallObject(f); __Pyx_PyEval_CallObject(f);", {}),
        (b"struct mine *tstate; x = tstate->frame;", {}),
    ],
)
def test_uses_with_the_versions_that_lack_the_name(text: bytes, found: dict[str, tuple[int, ...]]):
    assert dict(api_breaks(HEAD + text)) == found


def test_a_source_without_python_is_not_looked_into():
    assert api_breaks(b"int main() { return twice(3); }") == ()
