#!/usr/bin/env bash
# setup.py: "__builtins__.FLAG = True", the old way to tell a package that it is being built, runs as
#   a script and fails under the build backend of setuptools.
#
# Versions: setuptools 80.9.0, pip 25.1.1, CPython 3.11 or later.
# An expert would guess: setup.py is executed as __main__ in both cases, and there __builtins__ is the
#   module builtins, so that an attribute can be set (numpy, scipy and many of their time did so).
# Seen: `python setup.py --name` works; `pip wheel .` ends with "AttributeError: 'dict' object has no
#   attribute 'FLAG'". setuptools.build_meta runs the script by exec() in the namespace of a function,
#   for which CPython puts the dictionary of builtins, not the module, under that name.
#
# Exits 1 if the behaviour changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q pip==25.1.1 setuptools==80.9.0
mkdir "$folder/p"
cat > "$folder/p/setup.py" <<'SETUP'
__builtins__.FLAG = True
from setuptools import setup
setup(name="p", version="1")
SETUP
cd "$folder/p"
name=$("$folder/venv/bin/python" setup.py --name 2>/dev/null | tail -1)
log=$("$folder/venv/bin/pip" wheel --no-build-isolation --no-deps --use-pep517 -w "$folder" . 2>&1 || true)
echo "as a script: $name"
echo "$log" | grep -m1 AttributeError
[ "$name" = p ] && echo "$log" | grep -q "'dict' object has no attribute 'FLAG'"
