#!/usr/bin/env bash
# Install wheelcheck in an environment of its own: the job's Python and its packages stay as they are.
# Reads SOURCE (what pip installs) and RUNNER_TEMP; writes `command=` to GITHUB_OUTPUT.
set -euo pipefail

unset PYTHONPATH PYTHONHOME PIP_TARGET PIP_PREFIX PIP_CONSTRAINT PIP_REQUIRE_VIRTUALENV PIP_ONLY_BINARY PIP_NO_BINARY
home="$RUNNER_TEMP/wheelcheck-env"

command_of() {  # the environment's script, on Windows as well
  for path in "$home/bin/wheelcheck" "$home/Scripts/wheelcheck.exe"; do
    if [ -x "$path" ]; then echo "$path"; return 0; fi
  done
  return 1
}

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

by_python() {  # with a Python that is there already, if one is new enough
  local python
  for python in python3.14 python3.13 python3.12 python3.11 python3 python /usr/bin/python3; do
    if command -v "$python" >/dev/null && new_enough "$python"; then
      "$python" -m venv "$home" >/dev/null 2>&1 || continue
      "$(dirname "$(ls "$home"/bin/python "$home"/Scripts/python.exe 2>/dev/null | head -1)")/python" \
        -m pip install --quiet --disable-pip-version-check "$SOURCE" && return 0
    fi
  done
  return 1
}

by_uv() {  # uv brings a Python along; pip gets uv, where it is not there, into a folder of its own
  local uv=uv
  if ! command -v uv >/dev/null; then
    python3 -m venv "$RUNNER_TEMP/wheelcheck-uv" && "$RUNNER_TEMP/wheelcheck-uv/bin/pip" install --quiet uv
    uv="$RUNNER_TEMP/wheelcheck-uv/bin/uv"
  fi
  "$uv" venv --quiet --clear --no-project --python '>=3.11' "$home" &&
    VIRTUAL_ENV="$home" "$uv" pip install --quiet "$SOURCE"
}

if ! command_of >/dev/null; then  # a second use in the same job finds it there
  by_python || { rm -rf "$home"; by_uv; } || {
    echo "::error title=wheelcheck::needs Python 3.11 or newer, or uv; set one up before this step"
    exit 2
  }
fi
echo "command=$(command_of)" >> "$GITHUB_OUTPUT"
