#!/usr/bin/env bash
# `python_version in "2.6,2.7"`, or `not in` a list that has the Python that runs, versions parted by commas: does the
# requirement count?
#
# Versions: pip 26.3, uv 0.13.9.
# An expert would guess: both installers look for one text in the other, as PEP 508 has `in`, or both read a list; in any
# case nothing of the two is installed.
# Seen: in uv both hold, on every Python and without a word of warning: it reads a list parted by spaces, and where an entry
# is no version it passes over the comparison. pip leaves both out. Written with spaces they agree.
. "$(dirname "$0")/common.sh"
environment venv pip==26.3 uv==0.13.9
wheel w demo 1.0 py3-none-any
running=$(venv/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')
with() { # INSTALLER MARKER: whether it takes demo
    echo "demo ; $2" > requirements.txt
    case $1 in
        pip) venv/bin/pip install --dry-run --no-index --find-links w -r requirements.txt > said 2>&1 ;;
        uv) venv/bin/uv pip install --python venv --dry-run --no-index --find-links w -r requirements.txt > said 2>&1 ;;
    esac
    if grep -qE 'Would install demo|\+ demo' said; then echo "$1 takes it"; else echo "$1 leaves it out"; fi
}
for marker in 'in "2.6,2.7"' "not in \"2.7,$running\""; do
    expect "pip leaves it out, uv takes it" "$(with pip "python_version $marker"), $(with uv "python_version $marker")"
    expect 0 "$(grep -ci warning said || true)"
    marker=${marker//,/ }
    expect "pip leaves it out, uv leaves it out" "$(with pip "python_version $marker"), $(with uv "python_version $marker")"
done
