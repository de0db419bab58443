#!/bin/sh
# pip 26.3, hash-checking mode: must every requirement be pinned with ==, as its manual says?
#
# An expert would guess: "idna>=3.6 --hash=…" is refused, for the version is not pinned.
# Seen: it installs. The hash narrows the candidates to the one release that has it, an old one,
# though newer releases satisfy the range. Only what has no hash at all is told to pin its version.
# Output seen: "Successfully installed idna-3.7".
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv judge
judge/bin/pip install -q pip==26.3
judge/bin/pip download -q --no-deps --only-binary :all: -d wheels idna==3.7
digest=$(judge/bin/python -c "import hashlib, pathlib; \
print(hashlib.sha256(next(pathlib.Path('wheels').iterdir()).read_bytes()).hexdigest())")
echo "idna>=3.6 --hash=sha256:$digest" > requirements.txt
judge/bin/pip install --target lib -r requirements.txt | tee output.txt
grep -q "Successfully installed idna-3.7" output.txt
