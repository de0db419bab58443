#!/usr/bin/env bash
# `license = "MIT"` (PEP 639) beside the classifier "License :: OSI Approved :: MIT License": does it build?
#
# Versions: setuptools 80.9.0, flit_core 3.12.0, pdm-backend 2.4.5, hatchling 1.27.0, poetry-core 2.2.1.
# An expert would guess: yes, with a warning of setuptools: PEP 639 deprecates the classifiers, and tools may warn.
# Seen: setuptools, flit_core and pdm-backend end with an error; hatchling and poetry-core build it without a word.
# A project that changes its backend, or follows the PEP by halves, stops building at the `pip install`.
. "$(dirname "$0")/common.sh"
python3 -m venv venv
venv/bin/pip install --quiet pip==26.3
outcomes=
for pair in setuptools==80.9.0=setuptools.build_meta flit_core==3.12.0=flit_core.buildapi \
    pdm-backend==2.4.5=pdm.backend hatchling==1.27.0=hatchling.build poetry-core==2.2.1=poetry.core.masonry.api; do
    requirement=${pair%=*} backend=${pair##*=} name=${pair%%=*}
    mkdir -p "$name/demo"
    echo '"""A module."""' > "$name/demo/__init__.py"
    cat > "$name/pyproject.toml" <<EOF
[project]
name = "demo"
version = "1"
description = "x"
license = "MIT"
classifiers = ["License :: OSI Approved :: MIT License"]
[build-system]
requires = ["$requirement"]
build-backend = "$backend"
EOF
    if venv/bin/pip wheel --quiet --no-deps --wheel-dir wheels "./$name" > "$name.log" 2>&1; then
        outcomes+="$name builds; "
    else
        grep -qi license "$name.log"
        outcomes+="$name fails; "
    fi
done
expect "setuptools fails; flit_core fails; pdm-backend fails; hatchling builds; poetry-core builds; " "$outcomes"
