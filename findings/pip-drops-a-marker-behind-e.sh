#!/usr/bin/env bash
# `-e ./proj ; python_version < "3"` in a requirement file: is the project left out on Python 3?
#
# Versions: pip 26.3, uv 0.13.9, flit_core 3.12.0.
# An expert would guess: yes, as a marker behind any other requirement, and alike in both.
# Seen: uv leaves it out; pip installs it. To pip the line is the option -e with its value, and whatever else stands
# in a line of options is dropped without a word, so that the marker never counts.
. "$(dirname "$0")/common.sh"
environment venv pip==26.3 uv==0.13.9 flit_core==3.12.0
project proj 3.12.0
echo '-e ./proj ; python_version < "3"' > requirements.txt
expect "Would install proj-1" \
    "$(venv/bin/pip install --dry-run --no-build-isolation -r requirements.txt 2>&1 | tail -1)"
expect "Would make no changes" \
    "$(venv/bin/uv pip install --python venv --dry-run -r requirements.txt 2>&1 | tail -1)"
