#!/usr/bin/env bash
# uv that is installed in a virtual environment does not install into it.
#
# An expert would guess: like pip, /venv/bin/uv pip install installs into /venv.
# Seen (uv 0.13.9): it looks at VIRTUAL_ENV, CONDA_PREFIX, a .venv in this folder or above, and at
#   the first Python on PATH where that is a virtual environment's; the environment that uv itself
#   lies in does not count, and without any of them it ends with 2: "No virtual environment found".
#   With /venv/bin first on PATH it works, and so does /venv/bin/python -m uv.
# Ends with 1 if any of that is otherwise.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/python -m pip install --quiet uv==0.13.9
mkdir work && cd work
bare=(env -u VIRTUAL_ENV -u CONDA_PREFIX -u UV_SYSTEM_PYTHON PATH=/usr/bin:/bin)
if "${bare[@]}" ../venv/bin/uv pip install --dry-run six 2> said; then
    echo "changed: it installs into its own environment"; exit 1
fi
grep -q "No virtual environment found" said || { echo "changed: $(cat said)"; exit 1; }
"${bare[@]}" ../venv/bin/python -m uv pip install --dry-run six 2> said \
    || { echo "changed: python -m uv: $(cat said)"; exit 1; }
env -u VIRTUAL_ENV -u CONDA_PREFIX PATH="$folder/venv/bin:/usr/bin:/bin" \
    uv pip install --dry-run six 2> said || { echo "changed: on PATH: $(cat said)"; exit 1; }
echo "as seen: uv does not take the environment that it lies in"
