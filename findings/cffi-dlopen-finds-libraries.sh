#!/usr/bin/env bash
# `ffi.dlopen("m")`: does cffi open a file called `m`, as `ctypes.CDLL("m")` does?
#
# Versions: cffi 2.0.0, CPython 3.11 (Linux, glibc).
# An expert would guess: yes, both hand the name to dlopen(3), which finds no such file.
# Seen: ctypes raises OSError, cffi opens libm.so.6: where dlopen fails and the name has no slash, it asks
# ctypes.util.find_library. So a stem in code is a need of a library for the one and a mistake for the other, and
# what find_library itself needs (ldconfig or a compiler) decides whether a cffi module loads.
. "$(dirname "$0")/common.sh"
environment venv cffi==2.0.0
cat > open.py <<'EOF'
import ctypes, sys
import cffi

for name, opens in (("ctypes", ctypes.CDLL), ("cffi", cffi.FFI().dlopen)):
    try:
        opens(sys.argv[1])
    except OSError:
        print(name, "OSError")
    else:
        print(name, "opened")
EOF
expect "ctypes OSError cffi opened" "$(venv/bin/python open.py m | tr '\n' ' ' | sed 's/ $//')"
expect "ctypes OSError cffi OSError" "$(venv/bin/python open.py no-such-library | tr '\n' ' ' | sed 's/ $//')"
