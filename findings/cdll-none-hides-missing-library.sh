#!/usr/bin/env bash
# ctypes of CPython 3.8 to 3.13 on Linux: a wheel that opens what find_library gives.
#
# An expert would guess: CDLL(find_library("vlc")) raises OSError where libvlc is not installed, so that
# an import of python-vlc 3.0.21203 fails without it, as its code (`except OSError`) expects.
# Seen: find_library gives None, and CDLL(None) opens the program itself without an error: `import vlc`
# succeeds without libvlc, the fallback to libvlc.so.5 is never tried, and the first call fails with
# NameError for a function.
set -euo pipefail
python=${PYTHON:-python3}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
PIP_CONFIG_FILE=/dev/null PIP_FIND_LINKS='' "$python" -m pip install -q --no-deps --target "$folder" \
    python-vlc==3.0.21203
PYTHONPATH=$folder "$python" - <<'PY'
import ctypes.util

if ctypes.util.find_library("vlc"):
    raise SystemExit("libvlc is installed here: nothing can be seen")

import vlc

print("import vlc: no error; opened:", vlc.dll)
assert vlc.dll._name is None
try:
    vlc.libvlc_get_version()
except NameError as error:
    print("its first call:", type(error).__name__, error)
else:
    raise SystemExit("the first call of vlc succeeds")
PY
