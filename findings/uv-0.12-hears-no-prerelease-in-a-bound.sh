#!/usr/bin/env bash
# `demo>=1.0a1` where the index has 1.1 and the pre-release 2.0a1: a bound that names a pre-release asks for pre-releases. Still?
#
# Versions: uv 0.11.33, uv 0.12.0, uv 0.13.9, pip 26.3.
# An expert would guess: 2.0a1 in all of them; that spelling is the documented way to opt in for one project, and uv names
# it in its default, `if-necessary-or-explicit`. And `demo==2.*` has no solution in uv, as a final release exists.
# Seen: since 0.12 uv takes 1.1, also with that strategy written out: the bound counts for nothing, while `demo==2.*`, and
# `demo>=2.0a1` of a dependency, give 2.0a1, as no final release fits them. pip and older uv take 2.0a1 for the bound. So an
# upgrade of uv moves who followed betas by `>=2.0a0` back to a final release, and gives betas to who never asked.
. "$(dirname "$0")/common.sh"
environment venv pip==26.3
wheel w demo 1.1 py3-none-any
wheel w demo 2.0a1 py3-none-any
wheel w lib 1.0 py3-none-any 'demo>=2.0a1'
chosen() {
    venv/bin/uv pip install --python venv --dry-run --no-index --find-links w "$@" 2>&1 |
        grep -oE 'demo==[0-9a.]+$|No solution found' | head -1
}
all() { echo "$(chosen 'demo>=1.0a1'), $(chosen 'demo==2.*'), $(chosen lib)"; }
venv/bin/pip install --quiet uv==0.11.33
expect 'demo==2.0a1, No solution found, No solution found' "$(all)"
for release in 0.12.0 0.13.9; do
    venv/bin/pip install --quiet "uv==$release"
    expect 'demo==1.1, demo==2.0a1, demo==2.0a1' "$(all)"
done
expect 'demo==1.1' "$(chosen --prerelease if-necessary-or-explicit 'demo>=1.0a1')"
expect 'Would install demo-2.0a1' "$(venv/bin/pip install --dry-run --no-index --find-links w 'demo>=1.0a1' | tail -1)"
