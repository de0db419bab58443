#!/usr/bin/env bash
# A page says that a wheel's metadata lie beside it (PEP 658), and the index answers 404 for them; the wheel is there.
#
# Versions: pip 26.3, uv 0.13.9.
# An expert would guess: the metadata are read from the wheel, as of every index that has no such files; uv certainly does.
# Seen: both end with the 404. A mirror that copies pages and wheels and leaves the .metadata files out installs nothing.
. "$(dirname "$0")/common.sh"
environment venv pip==26.3 uv==0.13.9
wheel site/files demo 1 py3-none-any
outcome() { if "$@" > said 2>&1; then echo installs; else grep -qE '404' said && echo 'ends with 404'; fi; }
outcomes() {
    outcome venv/bin/pip install --target "pip-$1" --index-url "$index" demo
    outcome venv/bin/uv pip install --no-cache --target "uv-$1" --index-url "$index" demo
}
page demo '|demo-1-py3-none-any.whl'
serve
expect 'installs installs' "$(echo $(outcomes plain))"
page demo 'data-core-metadata="true"|demo-1-py3-none-any.whl'
expect 'ends with 404 ends with 404' "$(echo $(outcomes announced))"
