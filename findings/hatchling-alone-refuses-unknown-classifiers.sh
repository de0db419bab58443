#!/usr/bin/env bash
# A classifier that the index does not know ("Topic :: Nonsense"): who refuses it?
#
# Versions: setuptools 80.9.0, flit_core 3.12.0, hatchling 1.27.0, trove-classifiers 2025.5.9.12.
# An expert would guess: the index does, at the upload; backends copy classifiers into the metadata as they are.
# Seen: setuptools and flit_core build it, hatchling ends with "Unknown classifier". It compares with the package
# trove-classifiers of the build environment, so that an sdist whose classifier is newer than a pinned or constrained
# trove-classifiers does not build either.
. "$(dirname "$0")/common.sh"
python3 -m venv venv
venv/bin/pip install --quiet pip==26.3
outcomes=
for pair in setuptools==80.9.0=setuptools.build_meta flit_core==3.12.0=flit_core.buildapi \
    hatchling==1.27.0=hatchling.build; do
    requirement=${pair%=*} backend=${pair##*=} name=${pair%%=*}
    mkdir -p "$name/demo"
    echo '"""A module."""' > "$name/demo/__init__.py"
    cat > "$name/pyproject.toml" <<EOF
[project]
name = "demo"
version = "1"
description = "x"
classifiers = ["Topic :: Nonsense"]
[build-system]
requires = ["$requirement"]
build-backend = "$backend"
EOF
    echo "trove-classifiers==2025.5.9.12" > constraints.txt
    if venv/bin/pip wheel --quiet --no-deps --build-constraint constraints.txt --wheel-dir wheels "./$name" \
        > "$name.log" 2>&1; then
        outcomes+="$name builds; "
    else
        grep -q "Unknown classifier" "$name.log"
        outcomes+="$name fails; "
    fi
done
expect "setuptools builds; flit_core builds; hatchling fails; " "$outcomes"
