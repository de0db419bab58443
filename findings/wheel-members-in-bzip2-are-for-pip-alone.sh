#!/usr/bin/env bash
# A wheel is a zip archive (binary distribution format), and zip knows several methods of compression: which install?
#
# Versions: pip 26.3, installer 1.1.0, uv 0.13.9.
# An expert would guess: bzip2 and LZMA everywhere, as the standard names none, and Python's zipfile reads both.
# Seen: pip and installer install wheels of both methods, uv refuses them: it reads stored, deflated and zstd members alone.
. "$(dirname "$0")/common.sh"
environment venv pip==26.3 installer==1.1.0 uv==0.13.9
repacked() { # METHOD: the wheel of wheels/ again, compressed by another method
    python3 - "$1" << 'PYTHON'
import sys, zipfile
name = "demo-1-py3-none-any.whl"
with zipfile.ZipFile(f"wheels/{name}") as old, zipfile.ZipFile(name, "w", getattr(zipfile, sys.argv[1])) as new:
    for member in old.namelist():
        new.writestr(member, old.read(member))
PYTHON
}
outcome() { if "$@" > said 2>&1; then echo -n 'installs '; else echo -n 'refuses '; fi; }
wheel wheels demo 1 py3-none-any
for method in ZIP_DEFLATED ZIP_BZIP2 ZIP_LZMA; do
    repacked "$method"
    seen=$(
        outcome venv/bin/pip install --no-index --target "pip-$method" demo-1-py3-none-any.whl
        outcome venv/bin/uv pip install --no-cache --no-index --target "uv-$method" demo-1-py3-none-any.whl
        outcome venv/bin/python -m installer --prefix "installer-$method" demo-1-py3-none-any.whl
    )
    if [ "$method" = ZIP_DEFLATED ]; then expect 'installs installs installs ' "$seen"; else expect 'installs refuses installs ' "$seen"; fi
done
