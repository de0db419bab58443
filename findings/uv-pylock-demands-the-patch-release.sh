#!/usr/bin/env bash
# `uv pip compile` and `pip lock` write a pylock.toml on one patch release of Python: does it install on an earlier one?
#
# Versions: pip 26.3, uv 0.13.9.
# An expert would guess: yes; the wheels of a minor version fit all its patch releases, and uv says ">=3.11" elsewhere.
# Seen: pip's lock says nothing of Python. uv's has `requires-python` with the full version of the interpreter it ran on, and
# both installers heed it: a lock that is written on 3.11.14 is refused in an image with 3.11.13. With --universal uv writes
# the minor version alone.
. "$(dirname "$0")/common.sh"
environment venv pip==26.3 uv==0.13.9
wheel links demo 1 py3-none-any
echo demo > requirements.in
export UV_FIND_LINKS=links UV_NO_INDEX=1 UV_NO_CACHE=1
locked() { # OPTION…: the Python that uv's lock asks for
    venv/bin/uv pip compile --quiet --python venv --output-file pylock.toml "$@" requirements.in
    sed -n 's/^requires-python = "\(.*\)"/\1/p' pylock.toml
    rm pylock.toml
}
full=$(venv/bin/python -c 'import platform; print(platform.python_version())')
expect ">=${full%.*}" "$(locked --universal)"
expect ">=$full" "$(locked)"
venv/bin/pip lock --quiet --no-index --find-links links --output pylock.toml demo 2> /dev/null
expect 0 "$(grep -c requires-python pylock.toml || true)"
rm pylock.toml
venv/bin/uv pip compile --quiet --python venv --output-file pylock.toml requirements.in
next="${full%.*}.$((${full##*.} + 1))" # as the lock would be, had it been written one patch release later
sed -i "s/^requires-python.*/requires-python = \">=$next\"/" pylock.toml
outcome() { if "$@" > said 2>&1; then echo installs; else grep -c "$next" said > /dev/null && echo refuses; fi; }
expect 'refuses refuses' "$(outcome venv/bin/pip install --dry-run -r pylock.toml) $(outcome venv/bin/uv pip sync --dry-run --python venv pylock.toml)"
