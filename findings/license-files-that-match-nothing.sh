#!/usr/bin/env bash
# `license-files` has a pattern that matches no file, or climbs out of the project: which backends build?
#
# Versions: hatchling 1.33.0, setuptools 84.2.1, flit_core 4.2.0, poetry-core 2.5.0, pdm-backend 2.5.0, uv_build 0.13.6.
# An expert would guess: none; PEP 639 says that tools must raise an error for a pattern without a match, and forbids `..`.
# Seen: hatchling and setuptools build a wheel without the file for both; the other four refuse both. A project that moved
# its licence, or whose sdist lacks it, fails only when it changes its backend.
. "$(dirname "$0")/common.sh"
environment venv hatchling==1.33.0 setuptools==84.2.1 flit_core==4.2.0 poetry-core==2.5.0 pdm-backend==2.5.0 uv_build==0.13.6
mkdir -p project/demo wheels
echo '"""A module."""' > project/demo/__init__.py
built() { # PATTERN: which backends build a wheel, and how many licence files are in it
    cat > project/pyproject.toml << TOML
[project]
name = "demo"
version = "1"
description = "x"
license = "MIT"
license-files = ["$1"]
[build-system]
requires = []
build-backend = "given by hand"
[tool.uv.build-backend]
module-root = ""
TOML
    for backend in hatchling.build setuptools.build_meta flit_core.buildapi poetry.core.masonry.api pdm.backend uv_build; do
        rm -rf wheels/*
        if (cd project && PATH="$work/venv/bin:$PATH" ../venv/bin/python -c "import $backend; $backend.build_wheel('../wheels')") > /dev/null 2>&1; then
            echo -n "$backend: $(python3 -m zipfile --list wheels/*.whl | grep -c '/LICENCE ' || true) "
        fi
    done
}
expect 'hatchling.build: 0 setuptools.build_meta: 0 ' "$(built 'LICENCE*')"
expect 'hatchling.build: 0 setuptools.build_meta: 0 ' "$(built '../LICENSE')"
touch project/LICENCE
every=
for backend in hatchling.build setuptools.build_meta flit_core.buildapi poetry.core.masonry.api pdm.backend uv_build; do every+="$backend: 1 "; done
expect "$every" "$(built 'LICENCE*')"
