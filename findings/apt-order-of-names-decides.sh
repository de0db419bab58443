#!/usr/bin/env bash
# apt-get: the order of names on the command line decides what else is installed.
#
# Versions: apt 2.6.1 with the package index of Debian 12 (main), nothing installed.
# An expert would guess: `apt-get install A B` and `apt-get install B A` install the same packages,
#   since the dependencies are the same set.
# Seen: libopenblas-dev liblapack-dev adds 11 packages, liblapack-dev libopenblas-dev adds 13: the
#   reference BLAS (libblas-dev, libblas3) comes only where liblapack-dev stands first, because its
#   "libblas-dev | libblas.so" is decided before OpenBLAS, which provides libblas.so, is marked.
#   (apt 2.2.4 of Debian 11 sorts the names first: there both orders give the reference BLAS.)
# So a checker that computes what a Dockerfile's apt-get brings must keep the order of the line.
#
# Needs: an apt of Debian 12 with lists (apt-get update). Exits 1 if the behaviour changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
touch "$folder/status"

added() {
    apt-get --simulate -o Dir::State::status="$folder/status" --no-install-recommends install "$@" \
        2>/dev/null | awk '/^Inst /{print $2}' | sort
}

added libopenblas-dev liblapack-dev > "$folder/openblas-first"
added liblapack-dev libopenblas-dev > "$folder/lapack-first"
more=$(comm -13 "$folder/openblas-first" "$folder/lapack-first" | tr '\n' ' ')
fewer=$(comm -23 "$folder/openblas-first" "$folder/lapack-first" | tr '\n' ' ')
echo "only with liblapack-dev first: $more"
[ "$more" = "libblas-dev libblas3 " ] && [ -z "$fewer" ]
