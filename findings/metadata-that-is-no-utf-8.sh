#!/usr/bin/env bash
# METADATA has an author's name in Latin-1, as old tools wrote it: who installs the wheel?
#
# Versions: pip 26.3, installer 1.1.0, uv 0.13.9.
# An expert would guess: pip does, which is lenient with old wheels; uv, written in Rust, where text is UTF-8, does not.
# Seen: the other way round. pip ends with an error of decoding, uv and installer install it.
. "$(dirname "$0")/common.sh"
environment venv pip==26.3 installer==1.1.0 uv==0.13.9
wheel wheels demo 1 py3-none-any
python3 - << 'PYTHON'
import zipfile
name = "demo-1-py3-none-any.whl"
with zipfile.ZipFile(f"wheels/{name}") as old, zipfile.ZipFile(name, "w") as new:
    for member in old.namelist():
        text = old.read(member)
        new.writestr(member, text + "Author: José\n".encode("latin-1") if member.endswith("METADATA") else text)
PYTHON
outcome() { if "$@" > said 2>&1; then echo installs; else echo refuses; fi; }
expect refuses "$(outcome venv/bin/pip install --no-index --target by-pip demo-1-py3-none-any.whl)"
expect 1 "$(grep -c 'Error decoding metadata' said)"
expect installs "$(outcome venv/bin/uv pip install --no-cache --no-index --target by-uv demo-1-py3-none-any.whl)"
expect installs "$(outcome venv/bin/python -m installer --prefix by-installer demo-1-py3-none-any.whl)"
