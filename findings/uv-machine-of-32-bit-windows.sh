#!/usr/bin/env bash
# For 32-bit Windows uv evaluates platform_machine as x86, where a 32-bit Python on 64-bit Windows says AMD64.
#
# uv 0.13.9; CPython 3.8 to 3.15 (Lib/platform.py, _get_machine_win32).
# An expert would guess: `uv pip compile --python-platform i686-pc-windows-msvc` decides markers as pip does in a
# 32-bit Python on Windows.
# Seen: uv takes what is behind platform_machine == "x86". Python answers PROCESSOR_ARCHITEW6432, the machine behind
# the 32-bit process, which is AMD64 on every 64-bit Windows; a lock made so may lack or add a package.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check 'uv==0.13.9'
cat > "$folder/requirements.in" <<'TXT'
six==1.17.0 ; platform_machine == "x86"
idna==3.10 ; platform_machine == "AMD64"
TXT
pins() { "$folder/venv/bin/uv" pip compile --no-config --quiet --no-header --no-annotate --python-version 3.12 \
    --python-platform "$1" "$folder/requirements.in"; }
[ "$(pins i686-pc-windows-msvc)" = "six==1.17.0" ] || { echo "uv says another machine for i686"; exit 1; }
[ "$(pins x86_64-pc-windows-msvc)" = "idna==3.10" ] || { echo "uv says another machine for x86_64"; exit 1; }
machine=$(PROCESSOR_ARCHITECTURE=x86 PROCESSOR_ARCHITEW6432=AMD64 "$folder/venv/bin/python" -c \
    "import platform; print(platform._get_machine_win32())")
[ "$machine" = AMD64 ] || { echo "Python says $machine"; exit 1; }
echo "uv: x86; a 32-bit Python on 64-bit Windows: $machine"
