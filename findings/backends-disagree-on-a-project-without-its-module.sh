#!/usr/bin/env bash
# A project "my-app" with one file, in six places where its module might be: which backends build a wheel of it?
#
# Versions: hatchling 1.27.0, flit_core 3.12.0, poetry-core 2.2.1, uv_build 0.9.7, pdm-backend 2.4.5, setuptools 80.9.0.
# An expert would guess: all find my_app/ and src/my_app/, none builds a wheel without any module.
# Seen: pdm-backend and setuptools pack whatever there is, be it nothing. uv_build finds src/my_app alone. A folder without
# __init__.py is a package to Flit and Poetry, and none to hatchling; in a namespace (ns/my_app) hatchling alone looks. And
# with a second folder beside it, whatever it holds, setuptools refuses what all others build: app/ beside migrations/.
. "$(dirname "$0")/common.sh"
environment venv pip==26.3 hatchling==1.27.0 flit_core==3.12.0 poetry-core==2.2.1 uv_build==0.9.7 pdm-backend==2.4.5 setuptools==80.9.0

builds() { # FILE...: the backends that build a project with these files
    local each made=
    for each in hatchling.build flit_core.buildapi poetry.core.masonry.api uv_build pdm.backend setuptools.build_meta; do
        rm -rf project && mkdir project
        printf '[project]\nname = "my-app"\nversion = "1"\ndescription = "x"\n[build-system]\nrequires = []\nbuild-backend = "%s"\n' \
            "$each" > project/pyproject.toml
        for file in "$@"; do mkdir -p "project/$(dirname "$file")" && echo '"""Some words."""' > "project/$file"; done
        if (cd project && PATH="$PWD/../venv/bin:$PATH" ../venv/bin/python -c "import $each as b; b.build_wheel('..')") > log 2>&1
        then made+="${each%%.*} "; fi
    done
    echo "$made"
}

expect "pdm setuptools " "$(builds)"
expect "hatchling flit_core poetry pdm setuptools " "$(builds my_app/__init__.py)"
expect "hatchling flit_core poetry uv_build pdm setuptools " "$(builds src/my_app/__init__.py)"
expect "flit_core poetry pdm setuptools " "$(builds my_app/module.py)"
expect "hatchling pdm setuptools " "$(builds ns/my_app/__init__.py)"
expect "hatchling flit_core poetry pdm " "$(builds my_app/__init__.py migrations/first.sql)"
