#!/usr/bin/env bash
# A build that patches its sources with `git apply` makes an unpatched wheel inside a git checkout, without a word.
#
# Versions: git 2.39.5, pip 24.3.1, scikit-build-core 0.11.6, cmake 3.31.6, Python 3.11.7.
# An expert would guess: the folder that the command runs in decides, so that the same tree gives the same wheel
#   wherever it lies; or git stops, as `patch` does, where there is no file to patch.
# Seen: outside a repository the patch is applied. Unpacked within any checkout (a `COPY . .` with .git, a CI
#   workspace, an sdist beside a project) git takes the names of a patch that `git diff` wrote from the top of that
#   repository, finds that they lie outside the current folder, skips them and exits 0, `--check` included.
#   CMake's COMMAND_ERROR_IS_FATAL sees nothing either: the wheel holds what the patch was to mend. (Of a
#   patch without its `diff --git` line git guesses the folder, and applies it in both.)
#
# Needs: python3 with venv, git, a C compiler, the network. Exits 1 if the behaviour changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export PIP_CONFIG_FILE=/dev/null PIP_DISABLE_PIP_VERSION_CHECK=1 GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_CEILING_DIRECTORIES=$folder
unset PIP_FIND_LINKS PIP_CONSTRAINT
python3 -m venv "$folder/tools"
"$folder/tools/bin/python" -m pip install -q pip==24.3.1
"$folder/tools/bin/pip" install -q scikit-build-core==0.11.6 cmake==3.31.6 ninja==1.11.1.4

project=$folder/outside/project
mkdir -p "$project/library" "$folder/checkout"
cat >"$project/pyproject.toml" <<'END'
[build-system]
requires = ["scikit-build-core==0.11.6"]
build-backend = "scikit_build_core.build"
[project]
name = "patched"
version = "1.0"
[tool.scikit-build]
build-dir = "build"
END
cat >"$project/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.20)
project(patched LANGUAGES NONE)
find_package(Git REQUIRED)
execute_process(
  COMMAND ${GIT_EXECUTABLE} apply ${CMAKE_SOURCE_DIR}/fix.patch
  WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}/library
  COMMAND_ERROR_IS_FATAL ANY)
install(FILES library/answer.txt DESTINATION patched)
END
echo wrong >"$project/library/answer.txt"
cat >"$project/fix.patch" <<'END'
diff --git a/answer.txt b/answer.txt
--- a/answer.txt
+++ b/answer.txt
@@ -1 +1 @@
-wrong
+right
END
cp -r "$project" "$folder/checkout/project"
git -C "$folder/checkout" init -q

built() {
    (cd "$1" && "$folder/tools/bin/pip" wheel -q --no-deps --no-build-isolation -w "$1/wheels" . >"$folder/log" 2>&1)
    python3 -m zipfile -e "$1"/wheels/patched-*.whl "$1/unpacked"
    cat "$1/unpacked/patched/answer.txt"
}
found="$(built "$project") $(built "$folder/checkout/project")"
echo "outside a repository, inside one: $found"
[ "$found" = "right wrong" ]
