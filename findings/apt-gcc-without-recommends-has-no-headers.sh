#!/usr/bin/env bash
# Debian: gcc alone, without recommended packages, cannot compile "#include <stdlib.h>"; g++ can.
#
# Versions: gcc 4:12.2.0-3 and g++ 4:12.2.0-3 of Debian 12 (the same holds on 11 and 13), apt 2.6.1.
# An expert would guess: both compilers depend on the C library's headers, so that
#   `apt-get install --no-install-recommends gcc` is enough for an extension module in C.
# Seen: gcc only recommends libc6-dev, g++ depends on it (by way of libstdc++-12-dev). So the line
#   that every guide to small images shows builds C++ extensions and fails on C extensions.
#
# Needs: an apt of Debian with lists (apt-get update). Exits 1 if the behaviour changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
touch "$folder/status"

headers() {
    apt-get --simulate -o Dir::State::status="$folder/status" "$1" install "$2" 2>/dev/null \
        | grep -c '^Inst libc6-dev ' || true
}

bare=$(headers --no-install-recommends gcc)
plus=$(headers --no-install-recommends g++)
full=$(headers --install-recommends gcc)
echo "libc6-dev comes with gcc: $bare, with g++: $plus, with gcc and what it recommends: $full"
[ "$bare $plus $full" = "0 1 1" ]
