#!/usr/bin/env bash
# entry_points.txt of a wheel has a bracket too few, one script twice, or a script with a slash in its name: who installs it?
#
# Versions: pip 26.3, installer 1.1.0, uv 0.13.9.
# An expert would guess: nobody the first two, which configparser refuses, and nobody a script below a folder of bin.
# Seen: pip installs all three. Of the first it makes no script and says nothing; of two it takes the last; "a/b" becomes
# bin/a/b, as in installer. uv refuses each after it has written the package: the module can be imported all the same.
. "$(dirname "$0")/common.sh"
environment venv pip==26.3 installer==1.1.0 uv==0.13.9
with_entry_points() { # TEXT: a wheel with that file
    rm -rf wheels by-* && wheel wheels demo 1 py3-none-any
    python3 - "$1" << 'PYTHON'
import sys, zipfile
zipfile.ZipFile("wheels/demo-1-py3-none-any.whl", "a").writestr("demo-1.dist-info/entry_points.txt", sys.argv[1])
PYTHON
}
outcome() { if "$@" > said 2>&1; then echo -n 'installs '; else echo -n 'refuses '; fi; }
outcomes() {
    for tool in pip uv; do python3 -m venv --without-pip "by-$tool"; done
    outcome venv/bin/pip --python by-pip/bin/python install --no-index wheels/*
    outcome venv/bin/uv pip install --no-cache --no-index --python by-uv/bin/python wheels/*
    outcome venv/bin/python -m installer --prefix by-installer wheels/*
    by-uv/bin/python -c 'import demo'
}
with_entry_points $'[console_scripts\nx = demo:x\n'
expect 'installs refuses refuses ' "$(outcomes)"
expect 0 "$(find by-pip/bin -name x | wc -l)"
with_entry_points $'[console_scripts]\nx = demo:x\nx = demo:last\n'
expect 'installs refuses refuses ' "$(outcomes)"
expect 1 "$(grep -c 'import last' by-pip/bin/x)"
with_entry_points $'[console_scripts]\na/b = demo:x\n'
expect 'installs refuses installs ' "$(outcomes)"
test -x by-pip/bin/a/b
