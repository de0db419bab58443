#!/usr/bin/env bash
# `six==1.16.0;` in a requirement file: a semicolon with no marker behind it. Is it a requirement?
#
# Versions: pip 26.3, uv 0.13.9, packaging 26.4.
# An expert would guess: no, in any of them: PEP 508 wants a marker there, and all three read by its grammar.
# Seen: packaging and uv refuse it. pip takes it, though it reads by the packaging that it carries: it cuts the marker off
# by itself first, and drops an empty one. Files that pip has taken for years end uv with an error.
. "$(dirname "$0")/common.sh"
environment venv pip==26.3 uv==0.13.9 packaging==26.4
echo 'six==1.16.0;' > requirements.txt
expect "Would install six-1.16.0" "$(venv/bin/pip install --dry-run --ignore-installed -r requirements.txt 2>&1 | tail -1)"
expect refused "$(venv/bin/uv pip install --python venv --dry-run -r requirements.txt > /dev/null 2>&1 && echo taken || echo refused)"
expect InvalidRequirement "$(venv/bin/python -c 'import packaging.requirements as r
try: r.Requirement("six==1.16.0;")
except Exception as error: print(type(error).__name__)
else: print("taken")')"
