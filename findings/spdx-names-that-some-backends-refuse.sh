#!/usr/bin/env bash
# License expressions that are valid but not canonical, or use an identifier that SPDX calls deprecated: which backends build?
#
# Versions: hatchling 1.33.0, setuptools 84.2.1, poetry-core 2.5.0, pdm-backend 2.5.0, flit_core 4.2.0, uv_build 0.13.6,
# 0.9.8 and 0.9.7.
# An expert would guess: all; identifiers match in any case, PEP 639 lets tools put them right, and a deprecated GPL-3.0 stays
# an identifier of the list.
# Seen: uv_build refuses "mit"; "mit or apache-2.0" is refused by flit_core as well, for the "or"; "GPL-3.0" by flit_core and
# uv_build, while the other four write it. pdm-backend writes "mit" as it stands, which hatchling, setuptools, poetry-core and
# flit_core turn into "MIT". All take "GPL-3.0-only". uv_build 0.9.7 takes "GPL-3.0", and 0.9.8, a patch release, does not: an
# sdist that asks for a uv_build below 0.10 was built in its day, and is no more.
. "$(dirname "$0")/common.sh"
environment venv hatchling==1.33.0 setuptools==84.2.1 flit_core==4.2.0 poetry-core==2.5.0 pdm-backend==2.5.0 uv_build==0.13.6
mkdir -p project/demo
echo '"""A module."""' > project/demo/__init__.py
expressions() { # EXPRESSION: what the wheel of each backend says, - where none is built
    cat > project/pyproject.toml << TOML
[project]
name = "demo"
version = "1"
description = "x"
license = "$1"
[build-system]
requires = []
build-backend = "given by hand"
[tool.uv.build-backend]
module-root = ""
TOML
    for backend in hatchling.build setuptools.build_meta poetry.core.masonry.api pdm.backend flit_core.buildapi uv_build; do
        rm -rf wheels
        mkdir wheels
        if (cd project && PATH="$work/venv/bin:$PATH" ../venv/bin/python -c "import $backend; $backend.build_wheel('../wheels')") > /dev/null 2>&1; then
            python3 -c 'import glob, zipfile
metadata = zipfile.ZipFile(glob.glob("wheels/*")[0]).read("demo-1.dist-info/METADATA").decode()
print(metadata.partition("License-Expression: ")[2].splitlines()[0], end=", ")'
        else
            echo -n '-, '
        fi
    done
}
expect 'MIT, MIT, MIT, mit, MIT, -, ' "$(expressions mit)"
expect 'MIT OR Apache-2.0, MIT OR Apache-2.0, MIT OR Apache-2.0, mit or apache-2.0, -, -, ' "$(expressions 'mit or apache-2.0')"
expect 'GPL-3.0, GPL-3.0, GPL-3.0, GPL-3.0, -, -, ' "$(expressions GPL-3.0)"
expect 'GPL-3.0-only, GPL-3.0-only, GPL-3.0-only, GPL-3.0-only, GPL-3.0-only, GPL-3.0-only, ' "$(expressions GPL-3.0-only)"
for release in 0.9.7 0.9.8; do environment "uv_build-$release" "uv_build==$release"; done
outcomes=
sed -i 's/^license = .*/license = "GPL-3.0"/' project/pyproject.toml
for release in 0.9.7 0.9.8; do
    bin="$work/uv_build-$release/bin"
    if (cd project && PATH="$bin:$PATH" "$bin/python" -c 'import uv_build; uv_build.build_wheel("../wheels")') > /dev/null 2>&1; then
        outcomes+="$release builds; "
    else
        outcomes+="$release fails; "
    fi
done
expect '0.9.7 builds; 0.9.8 fails; ' "$outcomes"
