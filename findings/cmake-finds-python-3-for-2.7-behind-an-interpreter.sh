#!/usr/bin/env bash
# An old CMakeLists.txt asks for PythonInterp and PythonLibs 2.7, CMake 4 has removed both, and Python 3 is all there is.
#
# Versions: cmake 4.4.5 and 3.31.6.
# An expert would guess: Python 2.7 is not found; and with the policies of CMake 3.27, under which both modules are removed
# (CMP0148), CMake ends there.
# Seen: PythonLibs 2.7 alone is not found, but behind PythonInterp, which takes any later `python`, it is, as Python 3. Under
# the newer policies a module that is not REQUIRED is passed over without a word: nothing is found, and CMake goes on.
. "$(dirname "$0")/common.sh"
version=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
mkdir -p "python/include/python$version" python/lib project # a Python 3 as CMake sees it: its headers and its library
printf '#define PY_VERSION "%s.0"\n' "$version" > "python/include/python$version/patchlevel.h"
touch "python/include/python$version/Python.h" "python/lib/libpython$version.so"
mkdir bin # where CMake looks for interpreters
ln -s "$(python3 -c 'import sys; print(sys.executable)')" bin/python
seen() { # POLICIES LINES: what is found
    printf 'cmake_minimum_required(VERSION %s)\nproject(x NONE)\nset(CMAKE_PREFIX_PATH %s/python)\n%b\n' "$1" "$work" "$2" > project/CMakeLists.txt
    echo 'message(STATUS "libraries ${PYTHONLIBS_VERSION_STRING}")' >> project/CMakeLists.txt
    rm -rf built
    PATH="$work/bin:/usr/bin:/bin" "venv-$release/bin/cmake" -S project -B built -D CMAKE_FIND_USE_CMAKE_SYSTEM_PATH=OFF > said 2>&1 || echo 'ends; '
    sed -n 's/^-- libraries/libraries/p' said
}
for release in 4.4.5 3.31.6; do
    environment "venv-$release" "cmake==$release"
    expect 'libraries ' "$(seen 3.10 'find_package(PythonLibs 2.7)')"
    expect "libraries $version.0" "$(seen 3.10 'find_package(PythonInterp 2.7 REQUIRED)\nfind_package(PythonLibs 2.7 REQUIRED)')"
    expect 'libraries ' "$(seen 3.27 'find_package(PythonInterp)\nfind_package(PythonLibs)')"
    expect 0 "$(grep -c 'CMP0148' said || true)"
    expect 'ends; ' "$(seen 3.27 'find_package(PythonInterp REQUIRED)')"
done
