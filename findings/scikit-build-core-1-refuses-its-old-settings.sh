#!/usr/bin/env bash
# scikit-build-core 1.0 ends builds of projects with cmake.minimum-version and no minimum-version.
#
# Versions: scikit-build-core 0.12.2 and 1.1.2, cmake 4.1.2, ninja 1.13.0.
# An expert would guess: a setting whose name changed in 0.8 (March 2024) is at worst warned of, as
#   minimum-version is what promises that old projects build as before.
# Seen: 0.12.2 takes it; since 1.0 the build exits, and with it that of each sdist which has the old
#   name, no minimum-version and no upper bound in its build requirements. With minimum-version = "0.5"
#   the same release builds the same project. So it is with ninja.minimum-version, cmake.verbose and
#   cmake.targets.
source "$(dirname "$0")/common.sh"

# project_with FOLDER SETTINGS…: a project whose CMake has nothing to do
project_with() {
    mkdir "$1"
    printf 'cmake_minimum_required(VERSION 3.15...4.0)\nproject(x LANGUAGES NONE)\n' > "$1/CMakeLists.txt"
    {
        printf '[build-system]\nrequires = ["scikit-build-core"]\nbuild-backend = "scikit_build_core.build"\n'
        printf '[project]\nname = "x"\nversion = "1"\n[tool.scikit-build]\n'
        printf '%s\n' "${@:2}"
    } > "$1/pyproject.toml"
}

# build ENVIRONMENT FOLDER: taken or refused
build() {
    (cd "$2" && "../$1/bin/python" - << 'PYTHON' 2> ../errors > ../said && echo taken || echo "refused: $(grep -m 1 -o 'Use .*' ../said ../errors | cut -d: -f2-)"
import sys
from scikit_build_core.build import build_wheel
try:
    build_wheel(".")
except SystemExit as end:
    sys.exit(end.code)
PYTHON
    )
}

project_with plain 'cmake.minimum-version = "3.15"'
project_with pinned 'minimum-version = "0.5"' 'cmake.minimum-version = "3.15"'
environment before scikit-build-core==0.12.2 cmake==4.1.2 ninja==1.13.0
environment since scikit-build-core==1.1.2 cmake==4.1.2 ninja==1.13.0
{
    echo "0.12.2, no minimum-version: $(build before plain)"
    echo "1.1.2, no minimum-version: $(build since plain)"
    echo "1.1.2, minimum-version 0.5: $(build since pinned)"
} | tee seen

diff seen - << 'SEEN'
0.12.2, no minimum-version: taken
1.1.2, no minimum-version: refused: Use cmake.version instead of cmake.minimum-version with scikit-build-core >= 0.8
1.1.2, minimum-version 0.5: taken
SEEN
