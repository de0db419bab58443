#!/usr/bin/env bash
# A wheel of one name lies in a folder of --find-links and on the index, with different contents: which is installed?
#
# Versions: pip 26.3, uv 0.13.9.
# An expert would guess: the one in the folder, which is why the folder is named; and both the same.
# Seen: pip installs that of the index, uv that of the folder. To pip both are equal and the later of its list counts, and that
# of the folder comes first; uv puts the folder before the index.
. "$(dirname "$0")/common.sh"
environment venv pip==26.3 uv==0.13.9
wheel links demo 1 py3-none-any
wheel site/files demo 1 py3-none-any
for place in links site/files; do # each says where it comes from
    python3 - "$place" << 'PYTHON'
import sys, zipfile
zipfile.ZipFile(f"{sys.argv[1]}/demo-1-py3-none-any.whl", "a").writestr("place.py", f"print({sys.argv[1]!r})\n")
PYTHON
done
page demo '|demo-1-py3-none-any.whl'
serve
options=(--index-url "$index" --find-links links demo)
venv/bin/pip install --quiet --target by-pip "${options[@]}"
venv/bin/uv pip install --quiet --no-cache --target by-uv "${options[@]}"
expect site/files "$(python3 by-pip/place.py)"
expect links "$(python3 by-uv/place.py)"
