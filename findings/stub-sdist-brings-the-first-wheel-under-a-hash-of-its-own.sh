#!/usr/bin/env bash
# A release on the public index is a stub: its sdist says in pyproject.toml that wheel_stub shall fetch the wheel from another index
# (CUDA libraries are published so). There two wheels fit. Which of them is installed, and what does --require-hashes check?
#
# Versions: pip 26.3, wheel-stub 0.5.0.
# An expert would guess: the wheel with the best tag, as pip takes from that index; and in hash-checking mode pip installs nothing
#   whose hash the requirement file does not have.
# Seen: the first wheel of the index's page that fits at all, whatever fits better. pip checks the hash of the stub, a kilobyte of
#   settings; the backend compares the wheel with the hash that the other index itself gives for it, where it gives one. So a file
#   of hashes pins nothing of what is installed: the wheel may be another tomorrow.
# Exits 1 if the behaviour changes.
. "$(dirname "$0")/common.sh"
environment venv pip==26.3
venv/bin/pip download --quiet --no-deps --dest links wheel-stub==0.5.0
python=cp$(venv/bin/python -c 'import sys; print("%d%d" % sys.version_info[:2])')
better="$python-$python-linux_$(uname -m)"
worse="py3-none-linux_$(uname -m)"
wheel site/files demo 1 "$better"
wheel site/files demo 1 "$worse"
page demo "|demo-1-$worse.whl" "|demo-1-$better.whl"
serve
mkdir demo-1
printf 'Metadata-Version: 2.1\nName: demo\nVersion: 1\n' > demo-1/PKG-INFO
printf '[build-system]\nrequires = ["wheel-stub==0.5.0"]\nbuild-backend = "wheel_stub.buildapi"\n' > demo-1/pyproject.toml
printf '[tool.wheel_stub]\nindex_url = "%s"\n' "$index" >> demo-1/pyproject.toml
tar -czf links/demo-1.tar.gz demo-1
echo "demo==1 --hash=sha256:$(sha256sum links/demo-1.tar.gz | cut -d' ' -f1)" > requirements.txt
tag() { sed -n 's/^Tag: //p' "$1/demo-1.dist-info/WHEEL"; }
venv/bin/pip install --quiet --index-url "$index" --target by-pip demo
expect "$better" "$(tag by-pip)"
stub() { venv/bin/pip install --quiet --no-index --find-links links --require-hashes --target "$1" -r requirements.txt; }
stub by-stub
expect "$worse" "$(tag by-stub)"
# the same index serves another wheel under the same name, and the file of hashes is as it was
python3 - "site/files/demo-1-$worse.whl" << 'PYTHON'
import sys, zipfile

with zipfile.ZipFile(sys.argv[1], "a") as archive:
    archive.writestr("other.py", "")
PYTHON
stub again
expect other.py "$(basename again/other.py)$([ -e again/other.py ] || echo ' is missing')"
