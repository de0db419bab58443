#!/usr/bin/env bash
# A wheel is called demo-1.0-PY3-none-any.whl, or ends in manylinux_2_17_X86_64: do the capital letters matter?
#
# Versions: pip 26.3, packaging 26.4, uv 0.13.9 (Linux x86_64 for the second).
# An expert would guess: no; project names and versions are compared without regard to case, and tags are parsed to lower case.
# Seen: pip and packaging take both wheels as if written small. uv has "no wheels with valid tags", and where there is an
# sdist as well it compiles that. A build that calls its wheel by platform.machine() of a system that says "ARM64" or
# "AMD64" serves one of the two installers.
. "$(dirname "$0")/common.sh"
environment venv pip==26.3 packaging==26.4 uv==0.13.9
wheel small demo 1.0 py3-none-any
wheel capital demo 1.0 PY3-none-any
wheel machine demo 1.0 py3-none-manylinux_2_17_X86_64
pip() { venv/bin/pip install --dry-run --no-index --find-links "$1" demo 2> /dev/null | tail -1; }
uv() {
    venv/bin/uv pip install --python venv --dry-run --no-index --find-links "$1" demo 2>&1 |
        grep -oE '\+ demo==1.0|no wheels with valid tags' | head -1
}
expect "+ demo==1.0" "$(uv small)"
folders=capital
[ "$(uname -m)" != x86_64 ] || folders+=" machine"
for folder in $folders; do
    expect "Would install demo-1.0" "$(pip "$folder")"
    expect "no wheels with valid tags" "$(uv "$folder")"
done
expect py3-none-any "$(venv/bin/python -c 'from packaging.utils import parse_wheel_filename as parse
print(*parse("demo-1.0-PY3-none-any.whl")[3])')"
