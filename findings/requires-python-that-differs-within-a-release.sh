#!/usr/bin/env bash
# A release has a wheel that needs a newer Python and an sdist that does not: what is installed on the older Python?
#
# Versions: pip 26.3, uv 0.13.9.
# An expert would guess: the sdist is built in both; Requires-Python is a property of the single file (PEP 503).
# Seen: pip builds the sdist. uv chooses the file by its tags alone, looks at the Requires-Python of that file, and then
# passes over the whole release: it takes the older one, and calls a pin unsatisfiable. The same if the other file is a
# pure wheel behind a compiled one. A wheel whose tags do not fit stands in nobody's way.
. "$(dirname "$0")/common.sh"
environment venv pip==26.3 uv==0.13.9 flit_core==4.2.0
project demo 4.2.0
sed -i 's/^version = .*/version = "2"/' demo/pyproject.toml
mv demo demo-2
printf 'Metadata-Version: 2.1\nName: demo\nVersion: 2\n' > demo-2/PKG-INFO
compiled=$(venv/bin/python -c 'import sys, sysconfig; v = "cp%d%d" % sys.version_info[:2]; print(f"{v}-{v}-" + sysconfig.get_platform().replace("-", "_").replace(".", "_"))')
wheel site/files demo 1 py3-none-any
for tag in py3-none-any "$compiled" cp27-cp27mu-linux_x86_64; do wheel site/files demo 2 "$tag"; done
tar -czf site/files/demo-2.tar.gz demo-2
serve
taken() { # ATTRIBUTES|FILE…: what pip and uv would install
    page demo '|demo-1-py3-none-any.whl' "$@"
    venv/bin/pip install --dry-run --no-build-isolation --index-url "$index" demo | tail -1
    venv/bin/uv pip install --dry-run --no-cache --no-build-isolation --python venv --index-url "$index" demo 2>&1 | tail -1
}
newer='data-requires-python="&gt;=4"'
expect 'Would install demo-2
 + demo==1' "$(taken "$newer|demo-2-py3-none-any.whl" '|demo-2.tar.gz')"
if venv/bin/uv pip install --dry-run --no-cache --python venv --index-url "$index" demo==2 > said 2>&1; then exit 1; fi
expect 'requirements are unsatisfiable' "$(grep -o 'requirements are unsatisfiable' said)"
expect 'Would install demo-2
 + demo==1' "$(taken "$newer|demo-2-$compiled.whl" '|demo-2-py3-none-any.whl')"
expect 'Would install demo-2
 + demo==2' "$(taken "$newer|demo-2-cp27-cp27mu-linux_x86_64.whl" '|demo-2.tar.gz')"
