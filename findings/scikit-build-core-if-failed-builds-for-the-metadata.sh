#!/usr/bin/env bash
# A project of scikit-build-core with an override for builds that fail (`if.failed = true`), and `pip install --dry-run` of it:
# does the resolver's question for its metadata run CMake?
#
# Versions: scikit-build-core 1.1.2; cmake 4.1.2; ninja 1.13.0; pip 25.3.
# An expert would guess: no, metadata only: scikit-build-core has prepare_metadata_for_build_wheel, and an override changes settings.
# Seen: with the override it configures, builds and installs: scikit-build-core then does without that hook, since metadata may
# depend on whether the build fails, and pip builds the whole wheel to read its metadata. Without the override CMake is not run.
. "$(dirname "$0")/common.sh"
environment venv pip==25.3 scikit-build-core==1.1.2 cmake==4.1.2 ninja==1.13.0
export PATH="$PWD/venv/bin:$PATH"
mkdir sdist && cd sdist
printf 'cmake_minimum_required(VERSION 3.15)\nproject(demo LANGUAGES NONE)\nfile(TOUCH "%s/ran")\n' "$work" > CMakeLists.txt
for override in without with; do
    printf '[project]\nname = "demo"\nversion = "1"\n' > pyproject.toml
    printf '[build-system]\nrequires = ["scikit-build-core"]\nbuild-backend = "scikit_build_core.build"\n' >> pyproject.toml
    [ "$override" = with ] && printf '[[tool.scikit-build.overrides]]\nif.failed = true\nwheel.cmake = false\n' >> pyproject.toml
    rm -f ../ran
    python -m pip install -q --dry-run --no-build-isolation . > ../log 2>&1
    [ -e ../ran ] && outcome="runs CMake" || outcome="does not"
    outcomes="${outcomes:-}$override $outcome; "
done
expect "without does not; with runs CMake; " "$outcomes"
