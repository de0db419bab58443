#!/usr/bin/env bash
# The wheel of a release is yanked, its sdist is not (an index that yanks single files, PEP 592): what comes of a pin?
#
# Versions: pip 26.3, uv 0.13.9.
# An expert would guess: the wheel; a pin allows yanked files, and wheels come before sdists.
# Seen: without a pin both build the sdist. With `demo==1` pip still builds it, since a file that is not yanked comes before
# every yanked one; for uv a pin makes yanked files as good as others: it installs the yanked wheel, with a warning.
. "$(dirname "$0")/common.sh"
environment venv pip==26.3 uv==0.13.9 flit_core==4.2.0
project demo 4.2.0
mv demo demo-1
printf 'Metadata-Version: 2.1\nName: demo\nVersion: 1\n' > demo-1/PKG-INFO
wheel site/files demo 1 py3-none-any
tar -czf site/files/demo-1.tar.gz demo-1
page demo 'data-yanked="broken"|demo-1-py3-none-any.whl' '|demo-1.tar.gz'
serve
pip() { venv/bin/pip download --no-deps --no-build-isolation --index-url "$index" --dest "$(mktemp -d)" "$1" | grep -o 'Saved.*' | sed 's|.*/||'; }
uv() {
    venv/bin/uv pip install --verbose --dry-run --no-cache --no-build-isolation --python venv --index-url "$index" "$1" 2>&1 |
        sed -n 's/.*Selecting: .*(\(demo.*\)).*/\1/p'
}
expect 'demo-1.tar.gz, demo-1.tar.gz' "$(pip demo), $(uv demo)"
expect 'demo-1.tar.gz, demo-1-py3-none-any.whl' "$(pip demo==1), $(uv demo==1)"
