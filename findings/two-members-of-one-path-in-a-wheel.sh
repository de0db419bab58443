#!/usr/bin/env bash
# A wheel holds demo.py twice, with different contents: what is installed?
#
# Versions: pip 26.3, installer 1.1.0, uv 0.13.9.
# An expert would guess: uv, which checks archives strictly, refuses it; the others, on Python's zipfile, take the last.
# Seen: uv takes the last as pip does, without a word. installer ends with FileExistsError, and leaves the first behind.
. "$(dirname "$0")/common.sh"
environment venv pip==26.3 installer==1.1.0 uv==0.13.9
wheel . demo 1 py3-none-any
python3 -W ignore -c 'import zipfile; zipfile.ZipFile("demo-1-py3-none-any.whl", "a").writestr("demo.py", "last = True\n")'
outcome() { if "$@" > said 2>&1; then echo installs; else echo refuses; fi; }
expect installs "$(outcome venv/bin/pip install --no-index --target by-pip demo-1-py3-none-any.whl)"
expect installs "$(outcome venv/bin/uv pip install --no-cache --no-index --target by-uv demo-1-py3-none-any.whl)"
expect refuses "$(outcome venv/bin/python -m installer --prefix by-installer demo-1-py3-none-any.whl)"
grep -q FileExistsError said
first=$(find by-installer -name demo.py)
expect 'last = True, last = True, ' "$(cat by-pip/demo.py), $(cat by-uv/demo.py), $(cat "$first")"
