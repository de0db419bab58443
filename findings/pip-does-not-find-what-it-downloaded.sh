#!/usr/bin/env bash
# `pip download` stores an sdist in a folder: does `pip install --no-index --find-links` of the same pip find it there?
#
# Versions: pip 23.3.2, pip 24.0, pip 26.3, setuptools 80.9.0.
# An expert would guess: yes, whatever it is; the two commands are made for each other (installation without a network).
# Seen: since 24.0 not if it is a .tar.bz2, .tar.xz, .tgz or .tar, nor if its version has a dash (demo-1.0-1.tar.gz). From
# an index pip takes all of them; in a folder it looks only at names that follow PEP 625, and says "from versions: none".
# The same files behind a page (an index.html in the folder, or any simple index) install.
. "$(dirname "$0")/common.sh"
environment old pip==23.3.2 setuptools==80.9.0
environment first pip==24.0 setuptools==80.9.0
environment new pip==26.3 setuptools==80.9.0
mkdir demo-1.0 site
printf 'from setuptools import setup\nsetup(name="demo", version="1.0")\n' > demo-1.0/setup.py
tar -cjf demo-1.0.tar.bz2 demo-1.0
tar -czf demo-1.0.tgz demo-1.0
mv demo-1.0 demo-1.0-1
sed -i 's/"1.0"/"1.0-1"/' demo-1.0-1/setup.py
tar -czf demo-1.0-1.tar.gz demo-1.0-1
serve
found() { # PIP FILE
    rm -rf house site/files
    mkdir -p house site/files
    cp "$2" site/files
    page demo "|$2"
    "$1/bin/pip" download --quiet --no-deps --no-build-isolation --index-url "$index" --dest house demo 2> /dev/null
    ls house
    if "$1/bin/pip" install --dry-run --no-deps --no-build-isolation --no-index --find-links house demo > said 2>&1; then
        echo found
    else
        grep -o 'from versions: none' said | head -1
    fi
}
for file in demo-1.0.tar.bz2 demo-1.0.tgz demo-1.0-1.tar.gz; do
    expect "$file found" "$(found old "$file" | tr '\n' ' ' | sed 's/ $//')"
    for pip in first new; do
        expect "$file from versions: none" "$(found "$pip" "$file" | tr '\n' ' ' | sed 's/ $//')"
    done
done
echo '<a href="demo-1.0-1.tar.gz">demo-1.0-1.tar.gz</a>' > house/index.html
expect "Would install demo-1.0.post1" \
    "$(new/bin/pip install --dry-run --no-deps --no-build-isolation --no-index --find-links house demo | tail -1)"
