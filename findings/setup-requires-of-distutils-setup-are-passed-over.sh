#!/usr/bin/env bash
# A script that imports setuptools and calls `setup` of distutils.core with setup_requires and install_requires: do both count?
#
# Versions: setuptools 82.0.1.
# An expert would guess: yes, setuptools stands in for distutils and for its Distribution, which knows both.
# Seen: install_requires come into the metadata, setup_requires are passed over: setuptools' own `setup()` alone gathers them.
# What they would bring is not there: use_scm_version then does nothing, and the wheel is of version 0.0.0 (fugashi 1.0.5).
. "$(dirname "$0")/common.sh"
environment venv setuptools==82.0.1
for module in setuptools distutils.core; do
    mkdir "$module" && cd "$module"
    printf 'import setuptools\nfrom %s import setup\n' "$module" > setup.py
    printf 'setup(name="demo", setup_requires=["flit_core"], install_requires=["packaging"])\n' >> setup.py
    outcomes="${outcomes:-}$module: $(../venv/bin/python - 2> ../log << 'PYTHON'
import contextlib, os
from setuptools import build_meta

with contextlib.redirect_stdout(None):
    asked = build_meta.get_requires_for_build_wheel()
    folder = build_meta.prepare_metadata_for_build_wheel(".")
text = open(os.path.join(folder, "METADATA")).read()
print(*asked, *(line for line in text.splitlines() if line.startswith("Requires-Dist")), sep=", ")
PYTHON
    ); "
    cd ..
done
expect "setuptools: flit_core, Requires-Dist: packaging; distutils.core: Requires-Dist: packaging; " "$outcomes"
