#!/usr/bin/env bash
# A release says `Requires-Python: >=99.*`, which PEP 440 does not allow. Who takes it?
#
# Versions: pip 23.3.2, pip 26.3, uv 0.13.9.
# An expert would guess: all three pass it over, one way or another, since no Python is at 99.
# Seen: pip 26.3 takes it and warns of nothing (a data-requires-python that cannot be read counts as
# none), while pip 23.3.2 and uv read it as `>=99` and take the older release. From the same page three
# installers install two versions, and an upgrade of pip past 24.1 changes the answer to the wrong side.
. "$(dirname "$0")/common.sh"
environment pip-23.3.2 pip==23.3.2
environment pip-26.3 pip==26.3
environment uv uv==0.13.9
wheel site/files demo 1.0 py3-none-any
wheel site/files demo 2.0 py3-none-any
page demo '|demo-1.0-py3-none-any.whl' 'data-requires-python="&gt;=99.*"|demo-2.0-py3-none-any.whl'
serve
for pip in pip-23.3.2 pip-26.3; do
    "$pip/bin/pip" download --quiet --index-url "$index" --dest "from-$pip" demo
done
expect demo-1.0-py3-none-any.whl "$(ls from-pip-23.3.2)"
expect demo-2.0-py3-none-any.whl "$(ls from-pip-26.3)"
uv/bin/uv pip install --quiet --index-url "$index" --target from-uv --python pip-26.3/bin/python demo
expect demo-1.0.dist-info "$(cd from-uv && ls -d ./*.dist-info | cut -c3-)"
