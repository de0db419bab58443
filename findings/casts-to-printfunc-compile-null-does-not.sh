#!/usr/bin/env bash
# CPython 3.8 to 3.13: a type object may still have "(printfunc)f" in the place of tp_print, but not NULL.
#
# Versions: CPython 3.13 (the same with the headers of 3.8 to 3.12), setuptools 82.0.1, gcc 12 with
#   -Werror=int-conversion, which GCC 14 has switched on by itself (gcc.gnu.org/gcc-14/porting_to.html).
# An expert would guess: tp_print became tp_vectorcall_offset, a number, in CPython 3.8; so every
#   pointer in its place is an error since GCC 14, a cast to a function type as much as NULL.
# Seen: "(printfunc)print_it" and "(printfunc)0" compile, as cpython/object.h has "typedef Py_ssize_t
#   printfunc" for just that place; NULL and a function without the cast are refused. So of two old
#   extension modules that look alike one builds and one does not.
#
# Needs: pip, gcc, and the headers of the Python that is run. Exits 1 if the behaviour changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check setuptools==82.0.1

builds() {
    mkdir -p "$folder/x" && cd "$folder/x" && rm -rf build
    cat > setup.py <<'SETUP'
from setuptools import Extension, setup
setup(name="x", ext_modules=[Extension("x", ["x.c"])])
SETUP
    cat > x.c <<SOURCE
#include <Python.h>
static int print_it(PyObject *o, FILE *f, int flags) { return 0; }
PyTypeObject T = { PyVarObject_HEAD_INIT(NULL, 0) "x.T", sizeof(PyObject), 0, 0, $1, 0 };
SOURCE
    CFLAGS=-Werror=int-conversion "$folder/env/bin/python" setup.py --quiet build > log 2>&1 \
        && echo yes || { grep -q 'makes integer from pointer' log && echo no; }
}

seen="$(builds '(printfunc)print_it') $(builds '(printfunc)0') $(builds NULL) $(builds print_it)"
echo "builds with (printfunc)print_it, (printfunc)0, NULL, print_it: $seen"
[ "$seen" = "yes yes no no" ]
