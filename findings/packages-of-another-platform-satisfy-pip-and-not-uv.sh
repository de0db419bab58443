#!/usr/bin/env bash
# site-packages hold a package for another libc (a build stage on Debian, copied to Alpine): who notices, who mends it?
#
# Versions: pip 26.3, uv 0.8.13, 0.8.14 and 0.13.9.
# An expert would guess: `pip check` and `uv pip check` look at versions alone, and an installation of that version finds it
#   satisfied.
# Seen: both checks report it (uv's since 0.8.14, with tags of the platform). `pip install` finds it satisfied and leaves it;
#   uv since 0.8.14 counts it as not installed, and puts a fitting wheel in its place.
. "$(dirname "$0")/common.sh"
machine=$(uname -m)
environment venv pip==26.3
site=$(venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
for version in 0.8.13 0.8.14 0.13.9; do environment "uv-$version" "uv==$version"; done
wheel wheels demo 1 "py3-none-musllinux_1_2_$machine"
wheel wheels demo 1 "py3-none-manylinux2014_$machine"
copied() { # the package for musl, as a copy of site-packages brings it
    rm -rf "$site"/demo*
    python3 -m zipfile -e "wheels/demo-1-py3-none-musllinux_1_2_$machine.whl" "$site"
}
outcome() { if "$@" > said 2>&1; then echo -n 'good '; else echo -n 'bad '; fi; }
tag() { grep -o 'musl\|many' "$site/demo-1.dist-info/WHEEL"; }
copied
seen="$(outcome venv/bin/pip check)"
venv/bin/pip install --quiet --no-index --find-links wheels demo
expect 'bad musl' "$seen$(tag)"
for version in 0.8.13 0.8.14 0.13.9; do
    copied
    uv="uv-$version/bin/uv"
    seen="$(outcome "$uv" pip check --python venv/bin/python)"
    "$uv" pip install --quiet --no-cache --python venv/bin/python --no-index --find-links wheels demo
    if [ "$version" = 0.8.13 ]; then expect 'good musl' "$seen$(tag)"; else expect 'bad many' "$seen$(tag)"; fi
done
