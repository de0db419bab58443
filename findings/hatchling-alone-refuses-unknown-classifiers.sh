#!/usr/bin/env bash
# A classifier that the index does not know ("Topic :: Nonsense"): who refuses it?
#
# Versions: setuptools 80.9.0, flit_core 3.12.0, hatchling 1.27.0, trove-classifiers 2025.5.9.12.
# An expert would guess: the index does, at the upload; backends copy classifiers into the metadata as they are.
# Seen: setuptools and flit_core build it, hatchling ends with "Unknown classifier". It compares with the package
# trove-classifiers of the build environment, so that an sdist whose classifier is newer than a pinned or constrained
# trove-classifiers does not build either.
. "$(dirname "$0")/common.sh"
environment venv pip==26.3
echo "trove-classifiers==2025.5.9.12" > constraints.txt
export PIP_BUILD_CONSTRAINT=$PWD/constraints.txt
backends 'classifiers = ["Topic :: Nonsense"]' setuptools==80.9.0=setuptools.build_meta \
    flit_core==3.12.0=flit_core.buildapi hatchling==1.27.0=hatchling.build
expect "setuptools builds; flit_core builds; hatchling fails; " "$outcomes"
expect "Unknown classifier" "$(grep -o "Unknown classifier" hatchling.log | head -1)"
