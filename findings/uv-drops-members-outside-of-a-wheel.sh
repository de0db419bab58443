#!/usr/bin/env bash
# A wheel has a member ../outside.py: who installs it?
#
# Versions: pip 26.3, installer 1.1.0, uv 0.13.9.
# An expert would guess: nobody; a path out of the archive is an attack, and the wheel is refused.
# Seen: pip and installer refuse the wheel, after they have written the rest of it. uv installs it without a word, and without
# that member: a file that RECORD lists is not there. A path with a drive letter or a backslash is no such path to them.
. "$(dirname "$0")/common.sh"
environment venv pip==26.3 installer==1.1.0 uv==0.13.9
wheel . demo 1 py3-none-any
python3 -c 'import zipfile; zipfile.ZipFile("demo-1-py3-none-any.whl", "a").writestr("../outside.py", "")'
outcome() { if "$@" > said 2>&1; then echo "installs, says '$(cat said)'"; else echo refuses; fi; }
for tool in pip uv; do python3 -m venv --without-pip "by-$tool"; done
expect refuses "$(outcome venv/bin/pip --python by-pip/bin/python install --quiet --no-index demo-1-py3-none-any.whl)"
expect "installs, says ''" "$(outcome venv/bin/uv pip install --quiet --no-cache --no-index --python by-uv/bin/python demo-1-py3-none-any.whl)"
expect refuses "$(outcome venv/bin/python -m installer --prefix by-installer demo-1-py3-none-any.whl)"
by-uv/bin/python -c 'import demo'
expect '' "$(find . -name outside.py)"
