#!/usr/bin/env bash
# An installation stops in the middle of a wheel, here at an entry point for which no script can be written (no function is
# named): what does the same command say if it is run again?
#
# Versions: pip 26.3, uv 0.13.9.
# An expert would guess: the same error; a package that could not be installed is not there.
# Seen: the first run ends with an error, the second with success: the metadata's folder was written by the first and stays,
# so for pip the requirement is already satisfied, for uv there is nothing to do; `pip check` and `uv pip check` see no fault.
# A step that is tried again after a failure (a retry in CI, a second RUN after `|| true`) passes with half a package, whose
# scripts are missing.
. "$(dirname "$0")/common.sh"
wheel links demo 1 py3-none-any
printf '[console_scripts]\ndemo = demo\n' > entry_points.txt
python3 - << 'PYTHON'
import zipfile
with zipfile.ZipFile("links/demo-1-py3-none-any.whl", "a") as archive:
    archive.write("entry_points.txt", "demo-1.dist-info/entry_points.txt")
PYTHON
outcome() { if "$@" > said 2>&1; then echo success; else echo failure; fi; }
environment with-pip pip==26.3
environment with-uv pip==26.3 uv==0.13.9
pip=(with-pip/bin/pip install --no-index --find-links links demo)
uv=(with-uv/bin/uv pip install --no-cache --python with-uv --no-index --find-links links demo)
expect 'failure failure' "$(outcome "${pip[@]}") $(outcome "${uv[@]}")"
expect 'success success' "$(outcome "${pip[@]}") $(outcome "${uv[@]}")"
expect 'success success' "$(outcome with-pip/bin/pip check) $(outcome with-uv/bin/uv pip check --python with-uv)"
for folder in with-pip with-uv; do
    if [ -e "$folder/bin/demo" ]; then exit 1; fi
    "$folder/bin/python" -c 'import demo'
done
