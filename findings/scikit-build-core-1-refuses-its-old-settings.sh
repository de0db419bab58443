#!/usr/bin/env bash
# A project of 2023 sets cmake.minimum-version, whose name scikit-build-core changed in 0.8, and no minimum-version: does it build?
#
# Versions: scikit-build-core 0.12.2 and 1.1.2, cmake 4.1.2, ninja 1.13.0.
# An expert would guess: yes, with a warning at worst: minimum-version is what promises that old projects build as before.
# Seen: 0.12.2 takes it; since 1.0 the build exits, and with it that of each sdist which has the old name, no minimum-version and
# no upper bound in its build requirements. With minimum-version = "0.5" the same release builds the same project. So it is with
# ninja.minimum-version, cmake.verbose and cmake.targets.
. "$(dirname "$0")/common.sh"
project_with() { # FOLDER SETTINGS…: a project whose CMake has nothing to do
    mkdir "$1"
    printf 'cmake_minimum_required(VERSION 3.15...4.0)\nproject(x LANGUAGES NONE)\n' > "$1/CMakeLists.txt"
    printf '[build-system]\nrequires = ["scikit-build-core"]\nbuild-backend = "scikit_build_core.build"\n' > "$1/pyproject.toml"
    printf '[project]\nname = "x"\nversion = "1"\n[tool.scikit-build]\n' >> "$1/pyproject.toml"
    printf '%s\n' "${@:2}" >> "$1/pyproject.toml"
}
outcome() { # ENVIRONMENT FOLDER: taken or refused
    local build='from scikit_build_core.build import build_wheel; build_wheel(".")'
    if (cd "$2" && "../$1/bin/python" -c "$build" > ../said 2>&1); then
        echo taken
    else
        echo "refused: $(grep -m 1 -o 'Use .*' said)"
    fi
}
project_with plain 'cmake.minimum-version = "3.15"'
project_with pinned 'minimum-version = "0.5"' 'cmake.minimum-version = "3.15"'
environment before scikit-build-core==0.12.2 cmake==4.1.2 ninja==1.13.0
environment since scikit-build-core==1.1.2 cmake==4.1.2 ninja==1.13.0
expect taken "$(outcome before plain)"
expect 'refused: Use cmake.version instead of cmake.minimum-version with scikit-build-core >= 0.8' "$(outcome since plain)"
expect taken "$(outcome since pinned)"
