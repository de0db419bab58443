#!/usr/bin/env bash
# METADATA says `Requires-Dist: tool ; extra == "dev"` and has no `Provides-Extra: dev`, as some hand-made and old wheels: what
# does `demo[dev]` install? And what `extra != "dev"`?
#
# Versions: pip 26.3, uv 0.13.9.
# An expert would guess: one answer of all installers, for markers are PEP 508's; `extra != "dev"` is false for demo[dev].
# Seen: pip warns and leaves `tool` out, uv warns and installs it. What is required where `extra != "dev"` comes with demo[dev]
#   too, in both: the package without extras is always installed beside the one with them.
. "$(dirname "$0")/common.sh"
environment venv pip==26.3 uv==0.13.9
wheel links demo 1 py3-none-any 'tool ; extra == "dev"' 'other ; extra != "dev"'
wheel links tool 1 py3-none-any
wheel links other 1 py3-none-any
wheel links named 1 py3-none-any 'other ; extra != "dev"'
python3 - << 'PYTHON'
import zipfile

with zipfile.ZipFile("links/named-1-py3-none-any.whl") as archive:
    members = {name: archive.read(name) for name in archive.namelist()}
members["named-1.dist-info/METADATA"] += b"Provides-Extra: dev\n"
with zipfile.ZipFile("links/named-1-py3-none-any.whl", "w") as archive:
    for name, data in members.items():
        archive.writestr(name, data)
PYTHON
pip() { rm -rf there && venv/bin/pip install --quiet --no-index --find-links links --target there "$1" 2> /dev/null && (cd there && ls ./*.py | paste -sd ' '); }
uv() { rm -rf there && venv/bin/uv pip install --quiet --no-cache --no-index --find-links links --python venv --target there "$1" 2> /dev/null && (cd there && ls ./*.py | paste -sd ' '); }
expect './demo.py ./other.py' "$(pip 'demo[dev]')"
expect './demo.py ./other.py ./tool.py' "$(uv 'demo[dev]')"
expect './named.py ./other.py, ./named.py ./other.py' "$(pip 'named[dev]'), $(uv 'named[dev]')"
