#!/usr/bin/env bash
# On Debian gcc does not depend on the C library's headers: --no-install-recommends leaves them out.
#
# An expert would guess: apt-get install --no-install-recommends gcc brings what compiles a C
#   extension, as build-essential does, but smaller.
# Seen (Debian 11 to 13, gcc 10.2 to 14.2): libc6-dev is only recommended by gcc and gcc-N, and
#   libgcc-N-dev does not bring it either; stdio.h is missing, and every build of a C extension fails.
#   g++ brings it, by libstdc++-N-dev.
# Needs a Debian system with package lists. Ends with 1 if that is otherwise, with 77 elsewhere.
set -euo pipefail
command -v apt-get > /dev/null || exit 77
empty=$(mktemp)
trap 'rm -f "$empty"' EXIT
brings() {
    apt-get -s -o Dir::State::status="$empty" --no-install-recommends install "$1" 2> /dev/null \
        | grep -c "^Inst libc6-dev " || true
}
apt-get -s install gcc > /dev/null 2>&1 || exit 77
[ "$(brings gcc)" = 0 ] || { echo "changed: gcc brings libc6-dev"; exit 1; }
[ "$(brings g++)" = 1 ] || { echo "changed: g++ does not bring libc6-dev"; exit 1; }
echo "as seen: gcc alone has no stdio.h, g++ has"
