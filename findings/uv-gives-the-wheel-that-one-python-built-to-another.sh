#!/usr/bin/env bash
# A setup.py asks for one package on Python before 3.12 and for another since; uv installs its sdist on 3.11 and then on 3.12.
#
# Versions: uv 0.13.9, pip 26.3, setuptools 82.0.1.
# An expert would guess: each Python gets what setup.py says for it, since the wheel of a setup.py is a matter of the Python
#   that built it, and pip keeps its wheels apart by Python.
# Seen: so with pip. uv keeps the py3-none-any wheel of 3.11, which fits 3.12 by its tags, builds nothing again and installs
#   the requirements of 3.11. One cache for several Pythons (a CI cache, a cache mount) gives other packages than an empty one.
# Needs: python3.11 and python3.12.
. "$(dirname "$0")/common.sh"
unset PIP_NO_CACHE_DIR
environment venv pip==26.3 uv==0.13.9
python3.11 -m venv --without-pip python3.11
python3.12 -m venv --without-pip python3.12
mkdir -p demo-1 site/files
cat > demo-1/setup.py << 'PYTHON'
import sys
from setuptools import setup

setup(name="demo", version="1", py_modules=["demo"], install_requires=["old" if sys.version_info < (3, 12) else "new"])
PYTHON
touch demo-1/demo.py
printf 'Metadata-Version: 2.1\nName: demo\nVersion: 1\n' > demo-1/PKG-INFO
tar -czf site/files/demo-1.tar.gz demo-1
wheel site/files old 1 py3-none-any
wheel site/files new 1 py3-none-any
venv/bin/pip download --quiet --dest site/files setuptools==82.0.1
page demo '|demo-1.tar.gz'
page old '|old-1-py3-none-any.whl'
page new '|new-1-py3-none-any.whl'
page setuptools '|setuptools-82.0.1-py3-none-any.whl'
serve
pip() { venv/bin/pip --python "$1" install --quiet --cache-dir "$work/pip-cache" --index-url "$index" --target "pip-$1" demo; }
uv() { venv/bin/uv pip install --quiet --cache-dir uv-cache --index-url "$index" --python "$1" --target "uv-$1" demo; }
for python in python3.11 python3.12; do
    pip "$python"
    uv "$python"
done
required() { sed -n 's/^Requires-Dist: //p' "$1"/demo-1.dist-info/METADATA; }
expect 'old, new' "$(required pip-python3.11), $(required pip-python3.12)"
expect 'old, old' "$(required uv-python3.11), $(required uv-python3.12)"
expect 'old.py' "$(cd uv-python3.12 && ls old.py new.py 2> /dev/null)"
