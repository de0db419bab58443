#!/usr/bin/env bash
# An old setup.py takes the project's name from its folder: the part of demo-1 before the hyphen. Who builds its sdist?
#
# Versions: pip 26.3, uv 0.13.6, setuptools 84.2.1 (the sdist is valid: its top folder and its PKG-INFO say demo, 1).
# An expert would guess: all of them, since an sdist unpacks to the folder demo-1 that it holds; tar and setuptools do build it.
# Seen: pip and uv refuse it. pip unpacks what that folder holds to demo_<32 digits>, whose name is inconsistent with demo,
# and ends with "No matching distribution found", although it lists the version; uv unpacks it to a folder src.
. "$(dirname "$0")/common.sh"
environment venv pip==26.3 uv==0.13.6
environment build setuptools==84.2.1
mkdir demo-1 links
cat > demo-1/setup.py << 'PYTHON'
import os
from setuptools import setup

folder = os.path.basename(os.path.dirname(os.path.abspath(__file__)))
setup(name=folder.split("-")[0], version="1", py_modules=["demo"])
PYTHON
echo '"""A module."""' > demo-1/demo.py
(cd demo-1 && ../build/bin/python setup.py --quiet sdist --dist-dir ../links 2> /dev/null)
expect 'Name: demo' "$(tar -xOf links/demo-1.tar.gz demo-1/PKG-INFO | grep ^Name)"
mkdir unpacked wheels
tar -xf links/demo-1.tar.gz -C unpacked
(cd unpacked/demo-1 && ../../build/bin/python -c 'from setuptools import build_meta; build_meta.build_wheel("../../wheels")' > /dev/null 2>&1)
expect demo-1-py3-none-any.whl "$(ls wheels)"
echo 'setuptools==84.2.1' > constraints.txt
export PIP_BUILD_CONSTRAINT=constraints.txt UV_BUILD_CONSTRAINT=constraints.txt
venv/bin/pip wheel --no-deps --find-links links --wheel-dir by-pip demo==1 > pip.log 2>&1 || true
expect "inconsistent name: expected 'demo', but metadata has 'demo-DIGITS'" \
    "$(grep -o -m1 'inconsistent name.*' pip.log | sed 's/[0-9a-f]\{32\}/DIGITS/')"
expect 'No matching distribution found for demo==1' "$(grep -o 'No matching distribution.*' pip.log)"
venv/bin/uv pip install --quiet --no-cache --python build/bin/python --find-links links demo==1 > uv.log 2>&1 || true
expect 'name `src` does not match given name `demo`' "$(grep -o 'name `src`.*' uv.log)"
