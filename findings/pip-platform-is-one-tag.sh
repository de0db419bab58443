#!/usr/bin/env bash
# pip's --platform names tags, not a machine: manylinux_2_28_x86_64 leaves manylinux2014 wheels out.
#
# Versions: pip 26.3, uv 0.13.9, markupsafe 2.1.5 (whose wheel for CPython 3.12 is tagged
#   manylinux_2_17_x86_64.manylinux2014_x86_64).
# An expert would guess: --platform manylinux_2_28_x86_64 means "a machine with glibc 2.28", which
#   runs everything made for older glibc, as PEP 600 says, so pip takes the wheel; uv's
#   --python-platform x86_64-manylinux_2_28 means the same.
# Seen: pip finds no matching distribution. It takes that very tag alone (of the old names
#   manylinux2014 it does take manylinux2010 and manylinux1 along). With --platform
#   manylinux2014_x86_64 it takes the wheel; uv takes it in either case.
# So who fetches wheels for a Lambda function must give --platform once for each tag that occurs.
#
# Exits 1 if the behaviour changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet pip==26.3 uv==0.13.9

fetch() {
    "$folder/venv/bin/pip" download --quiet --no-deps --only-binary=:all: --dest "$folder/$1" \
        --platform "$1" --python-version 3.12 markupsafe==2.1.5 >/dev/null 2>&1 && echo yes || echo no
}

newer=$(fetch manylinux_2_28_x86_64)
older=$(fetch manylinux2014_x86_64)
UV_PYTHON_DOWNLOADS=never "$folder/venv/bin/uv" pip install --quiet --no-deps --only-binary :all: \
    --target "$folder/uv" --python-platform x86_64-manylinux_2_28 --python-version 3.12 \
    markupsafe==2.1.5 2>/dev/null && uv=yes || uv=no
echo "pip for manylinux_2_28: $newer, pip for manylinux2014: $older, uv for manylinux_2_28: $uv"
[ "$newer $older $uv" = "no yes yes" ]
