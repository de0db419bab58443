#!/usr/bin/env bash
# `proj @ ./proj` in a requirement file (a name, an at sign, a relative path without file:): who installs it?
#
# Versions: pip 26.3, uv 0.13.9, flit_core 3.12.0.
# An expert would guess: both, as both install `./proj`, or neither, as PEP 508 wants a URL behind the at sign.
# Seen: uv installs the project; pip refuses it, not when it reads the line but when it is about to download: it takes the
# path for a URL without a scheme. pip's own spelling `./proj` works in both, so that a file written for uv fails elsewhere.
. "$(dirname "$0")/common.sh"
environment venv pip==26.3 uv==0.13.9 flit_core==3.12.0
project proj 3.12.0
pip() { venv/bin/pip install --dry-run --no-build-isolation "$@" 2>&1 | tail -1; }
uv() { venv/bin/uv pip install --python venv --dry-run "$@" 2>&1 | grep -o '+ proj @ file' | head -1; }
echo './proj' > path.txt
echo 'proj @ ./proj' > named.txt
expect "Would install proj-1" "$(pip -r path.txt)"
expect '+ proj @ file' "$(uv -r path.txt)"
expect '+ proj @ file' "$(uv -r named.txt)"
expect "No scheme supplied" "$(venv/bin/pip install --dry-run --no-build-isolation -r named.txt 2>&1 | grep -o "No scheme supplied")"
