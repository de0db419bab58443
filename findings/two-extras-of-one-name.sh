#!/usr/bin/env bash
# A project has the extras Foo_Bar and foo-bar, which are one name by PEP 685: which backends build, and what is installed?
#
# Versions: hatchling 1.33.0, flit_core 4.2.0, uv_build 0.13.6, setuptools 84.2.1, poetry-core 2.5.0, pdm-backend 2.5.0, pip 26.3.
# An expert would guess: all refuse; the specification of pyproject.toml demands an error for names that are the same.
# Seen: the first three refuse. setuptools and pdm-backend write the extra twice and the requirements of both, poetry-core
# those of both as well; pip installs the union.
. "$(dirname "$0")/common.sh"
environment venv pip==26.3 hatchling==1.33.0 flit_core==4.2.0 uv_build==0.13.6 setuptools==84.2.1 poetry-core==2.5.0 pdm-backend==2.5.0
mkdir -p project/demo
echo '"""A module."""' > project/demo/__init__.py
cat > project/pyproject.toml << 'TOML'
[project]
name = "demo"
version = "1"
description = "x"
optional-dependencies = {Foo_Bar = ["first"], "foo-bar" = ["second"]}
[build-system]
requires = []
build-backend = "given by hand"
[tool.uv.build-backend]
module-root = ""
TOML
wheel links first 1 py3-none-any
wheel links second 1 py3-none-any
outcome() { # BACKEND: what pip installs for the extra, if it builds
    rm -rf wheels
    mkdir wheels
    if (cd project && PATH="$work/venv/bin:$PATH" ../venv/bin/python -c "import $1; $1.build_wheel('../wheels')") > /dev/null 2>&1; then
        venv/bin/pip install --dry-run --no-index --find-links links --find-links wheels 'demo[foo-bar]' | tail -1
    else
        echo fails
    fi
}
for backend in hatchling.build flit_core.buildapi uv_build; do expect fails "$(outcome $backend)"; done
for backend in setuptools.build_meta poetry.core.masonry.api pdm.backend; do
    expect 'Would install demo-1 first-1 second-1' "$(outcome $backend)"
done
