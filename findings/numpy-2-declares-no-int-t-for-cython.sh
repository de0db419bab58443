#!/usr/bin/env bash
# The line of Cython's own NumPy tutorial of many years, `ctypedef np.int_t DTYPE_t`, in a .pyx whose build requires numpy:
# does Cython translate it with NumPy 2, which still has `np.int_`?
#
# Versions: Cython 3.0.12; numpy 1.26.4 and 2.0.2.
# An expert would guess: yes: NumPy 2.0 removed names of Python and of C, but int_ is there in both, and float_t compiles.
# Seen: not with NumPy 2: its declarations for Cython (numpy/__init__.cython-30.pxd) dropped int_t and uint_t in 2.0, and kept
# float_t, which is as little of a C type. So an sdist that requires `numpy` without a bound stopped building in June 2024.
. "$(dirname "$0")/common.sh"
cat > tutorial.pyx << 'CYTHON'
cimport numpy as np
ctypedef np.int_t DTYPE_t
CYTHON
sed 's/int_t/float_t/' tutorial.pyx > floats.pyx
for numpy in 1.26.4 2.0.2; do
    environment "venv-$numpy" cython==3.0.12 "numpy==$numpy"
    for file in tutorial floats; do
        outcome=refuses
        "venv-$numpy/bin/python" -m cython -3 "$file.pyx" > log 2>&1 && outcome=translates
        outcomes="${outcomes:-}$numpy $outcome $file; "
    done
done
expect "1.26.4 translates tutorial; 1.26.4 translates floats; 2.0.2 refuses tutorial; 2.0.2 translates floats; " "$outcomes"
