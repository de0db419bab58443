#!/usr/bin/env bash
# An sdist ships the C that Cython wrote, younger than its .pyx and by the very Cython that the build environment has, and its
# setup script hands the .pyx to `cythonize`: does the build translate it again?
#
# Versions: Cython 3.1.2; setuptools 80.9.0.
# An expert would guess: no: `cythonize` compares times as make does, and leaves what is younger than its source.
# Seen: not a module without a `cimport`; but as soon as it says `from libc.math cimport sin`, the declarations that Cython
# itself installs count as sources, and these are as young as the environment that pip has just made.
# So an isolated build translates such files again, and needs a Cython that still understands the .pyx.
. "$(dirname "$0")/common.sh"
environment venv cython==3.1.2 setuptools==80.9.0
for name in plain cimports; do
    mkdir "$name"
    [ "$name" = plain ] || echo 'from libc.math cimport sin' > "$name/a.pyx"
    echo 'def f(): return 1' >> "$name/a.pyx"
    venv/bin/python -m cython -3 "$name/a.pyx"
    touch -d 2020-01-01 "$name/a.pyx"
    touch -d 2020-01-02 "$name/a.c"
    (cd "$name" && ../venv/bin/python -c "from Cython.Build import cythonize; cythonize(['a.pyx'], language_level=3)" > log)
    outcome=left
    grep -q Cythonizing "$name/log" && outcome=again
    outcomes="${outcomes:-}$name $outcome; "
done
expect "plain left; cimports again; " "$outcomes"
