#!/usr/bin/env bash
# The core metadata beside a wheel (PEP 658) lack a dependency that the wheel's own METADATA states.
#
# Versions: pip 26.1, pip 26.3, uv 0.13.9.
# An expert would guess: the sidecar is an optimisation, so the dependency is installed in the end, or
# every installer believes the sidecar alike.
# Seen: pip 26.1 and uv believe the sidecar and leave the dependency out without a word; pip 26.3 refuses
# the installation as inconsistent. A mirror that rewrites wheels but not their sidecars (or the reverse)
# works until pip is upgraded.
. "$(dirname "$0")/common.sh"
environment pip-26.1 pip==26.1
environment pip-26.3 pip==26.3
environment uv uv==0.13.9
wheel site/files needed 1.0 py3-none-any
wheel site/files demo 1.0 py3-none-any needed
printf 'Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n' > site/files/demo-1.0-py3-none-any.whl.metadata
digest=$(sha256sum site/files/demo-1.0-py3-none-any.whl.metadata | cut -d' ' -f1)
page needed '|needed-1.0-py3-none-any.whl'
page demo "data-core-metadata=\"sha256=$digest\"|demo-1.0-py3-none-any.whl"
serve
installed() { (cd "$1" && ls -d ./*.dist-info | cut -c3- | tr '\n' ' '); }
pip-26.1/bin/pip install --quiet --index-url "$index" --target from-pip demo
expect 'demo-1.0.dist-info ' "$(installed from-pip)"
uv/bin/uv pip install --quiet --index-url "$index" --target from-uv --python pip-26.3/bin/python demo
expect 'demo-1.0.dist-info ' "$(installed from-uv)"
if pip-26.3/bin/pip install --quiet --index-url "$index" --target refused demo 2> said; then
    expect refused installed
fi
expect 1 "$(grep -c 'inconsistent Requires-Dist' said)"
