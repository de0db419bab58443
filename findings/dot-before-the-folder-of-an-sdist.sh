#!/usr/bin/env bash
# An sdist is packed by `tar czf demo-1.tar.gz ./demo-1`, so that its members begin with ./demo-1/: who builds it?
#
# Versions: pip 26.3, uv 0.13.9.
# An expert would guess: both; ./demo-1/setup.py and demo-1/setup.py are one path.
# Seen: uv does. pip takes "." for the folder that it strips, and ends with "does not appear to be a Python project".
. "$(dirname "$0")/common.sh"
environment venv pip==26.3 uv==0.13.9
project demo 3.12.0
mv demo demo-1
printf 'Metadata-Version: 2.1\nName: demo\nVersion: 1\n' > demo-1/PKG-INFO
outcome() { if "$@" > said 2>&1; then echo -n 'builds '; else echo -n 'refuses '; fi; }
outcomes() {
    outcome venv/bin/pip install --target by-pip --upgrade demo-1.tar.gz
    outcome venv/bin/uv pip install --no-cache --target by-uv --reinstall demo-1.tar.gz
}
tar czf demo-1.tar.gz demo-1
expect 'builds builds ' "$(outcomes)"
tar czf demo-1.tar.gz ./demo-1
expect 'refuses builds ' "$(outcomes)"
