#!/bin/bash
# pip 26.3: a requirement is hashed, and a constraint pins the same version with another hash.
#
# An expert would guess: no file has both hashes, so pip refuses, whichever of the two is wrong.
# Seen: the first requirement's hash alone decides. pip narrows its candidates by what both lists allow
# together; where that is no file, it goes back to all of them and compares the download with the
# requirement. A false hash in the constraint does not stop it; a false one in the requirement does.
# So a constraint file with hashes protects only requirements that have none of their own.
# Output seen: "Would install idna-3.7", then "DO NOT MATCH THE HASHES".
. "$(dirname "$0")/common.sh"
environment judge pip==26.3
judge/bin/pip download --quiet --no-deps --only-binary :all: --dest wheels idna==3.7
digest=$(sha256sum wheels/idna-3.7-py3-none-any.whl | cut -d' ' -f1)
false=$(printf '0%.0s' $(seq 64))
echo "idna==3.7 --hash=sha256:$digest" > right.txt
echo "idna==3.7 --hash=sha256:$false" > wrong.txt
said() {
    judge/bin/pip install --dry-run --ignore-installed -r "$1" -c "$2" 2>&1 |
        grep -o -e 'Would install .*' -e 'DO NOT MATCH THE HASHES' | head -1
}
expect "Would install idna-3.7" "$(said right.txt wrong.txt)"
expect "DO NOT MATCH THE HASHES" "$(said wrong.txt right.txt)"
