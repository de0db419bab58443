"""Functions that GCC 14 refuses for what they return; each case was tried with gcc 14.2."""

from __future__ import annotations

import pytest

from wheelcheck.index.archives.sources.c_code.c_returns import return_breaks

HEAD = "#include <Python.h>\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("static int\nsize(PyObject *o)\n{\n    return NULL;\n}\n", ["returns size"]),
        ("PyObject *make(void) {\n    return -1;\n}\n", ["returns make"]),
        ("PyMODINIT_FUNC PyInit_x(void)\n{\n    if (a) return;\n}\n", ["returns PyInit_x"]),
        ("void done(int a)\n{\n    return 1;\n}\n", ["returns done"]),
        ("static answer(void)\n{\n    return 42;\n}\n", ["untyped answer"]),
        ("PyObject *it(Foo *self)\n{\n    Py_INCREF(self);\n    return self;\n}\n", ["returns it"]),
        ("main()\n{\n}\n", ["untyped main"]),
        ("int first(void)\n{\n    return 0;\n}\nint f(void)\n{\n    return;\n}\n", ["returns f"]),
    ],
)
def test_functions_that_gcc_14_refuses(text: str, found: list[str]):
    assert list(return_breaks((HEAD + text).encode(), "x.c")) == found


@pytest.mark.parametrize(
    "text",
    [
        "PyObject *make(void)\n{\n    return 0;\n}\n",
        "int size(void)\n{\n    /* return NULL; */\n    return -1;\n}\n",
        "void done(void)\n{\n    return;\n}\n",
        "void done(void)\n{\n    return other();\n}\n",
        "int size(void)\n{\n#define FAIL return NULL;\n    return 1;\n}\n",
        "int size(void)\n{\n#define TWO a; \\\n    return NULL;\n    return 1;\n}\n",
        "#if PY_MAJOR_VERSION < 3\nPyObject *f(void)\n{\n    return -1;\n}\n#endif\n",
        "#ifdef SOMETHING\nint f(void)\n{\n    return NULL;\n}\n#endif\n",
        "handle_t open_it(void)\n{\n    return NULL;\n}\n",
        "int f(void)\n{\n    return 1;\n }\nPyObject *g(void)\n{\n    return NULL;\n}\n",
        "static int\n/* what it does */\nf(int a)\n{\n    return 1;\n}\n",
        "MOD_INIT(x)\n{\n    return;\n}\n",
        "static void\n#if PY_VERSION_HEX > 0\nf(PyObject *o) {\n#else\nf(int o) {\n#endif\n}\n",
        "#define OF(OP) \\\n  int OP(int o) { \\\n    return NULL; \\\n  }\nint f(void)\n{\n}\n",
        "#define make_type(x) static int x(void)\nmake_type(a)\n{\n    return 1;\n}\n",
        "static int numbers[] = {\n    1,\n}\n;\n",
        "PyObject *it(Foo *self)\n{\n    return (PyObject *)self;\n}\n",
        "PyObject *it(PyObject *self)\n{\n    return self;\n}\n",
        "Foo *it(Foo *self)\n{\n    return self;\n}\n",
        "PyObject *\nmake(void)\n{\n    return NULL;\n}\n",
    ],
)
def test_functions_that_compile(text: str):
    assert list(return_breaks((HEAD + text).encode(), "x.c")) == []


def test_sources_of_cxx_are_not_looked_into():
    assert list(return_breaks(b"int size()\n{\n    return NULL;\n}\n", "x.cpp")) == []
