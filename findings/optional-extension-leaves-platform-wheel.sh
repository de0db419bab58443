#!/usr/bin/env bash
# What does setuptools call the wheel whose only extension module is optional and could not be compiled?
#
# Versions: setuptools 82.0.1, wheel-building by pip 26.3, CPython of this machine.
# An expert would guess: `py3-none-any`, since nothing compiled is in it; or the build fails.
# Seen: the build succeeds, the wheel holds one .py file, and its tag is the full one of this interpreter
# and platform. A platform tag is no proof that a wheel holds anything compiled, and a mirror that builds
# such wheels on a machine without the header serves them to everybody, silently slow.
. "$(dirname "$0")/common.sh"
environment tools pip==26.3 setuptools==82.0.1
mkdir demo
cat > demo/setup.py << 'PYTHON'
from setuptools import Extension, setup

setup(
    name="demo",
    version="1.0",
    py_modules=["demo"],
    ext_modules=[Extension("demo_speedups", ["demo_speedups.c"], optional=True)],
)
PYTHON
echo '#include "a_library_that_is_not_installed.h"' > demo/demo_speedups.c
touch demo/demo.py
tools/bin/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir built ./demo
tag=$(tools/bin/python -c 'import sys, sysconfig; v = "cp%d%d" % sys.version_info[:2]; print(f"{v}-{v}-" + sysconfig.get_platform().replace("-", "_").replace(".", "_"))')
expect "demo-1.0-$tag.whl" "$(ls built)"
expect "0" "$(python3 -m zipfile --list built/*.whl | grep -c '\.so ' || true)"
