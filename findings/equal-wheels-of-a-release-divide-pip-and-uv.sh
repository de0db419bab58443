#!/usr/bin/env bash
# A release may hold wheels that nothing ranks: one for py3 and one for py2.py3, or versions spelled 1 and 1.0.
#
# Versions: pip 26.3, uv 0.5.0 and 0.13.9.
# An expert would guess: the first that the index lists, for pip and for uv.
# Seen: pip takes the last listed, uv the first by file name in the order of bytes, however the index lists them; so
# 1 goes before 1.0 ("-" before ".") and Demo before demo. Sdists are taken by the same two rules.
. "$(dirname "$0")/common.sh"
environment venv pip==26.3 uv==0.13.9
environment old uv==0.5.0
taken() { # FILE…: what pip, uv and the old uv install from a page that lists the files in this order
    rm -rf pip venv-uv old-uv
    page demo "${@/#/|}"
    venv/bin/pip install --quiet --index-url "$index" --target pip demo
    for uv in venv old; do
        "$uv/bin/uv" pip install --quiet --no-cache --python venv/bin/python --index-url "$index" --target "$uv-uv" demo
    done
    seen="$(cat pip/file.txt) $(cat venv-uv/file.txt) $(cat old-uv/file.txt)"
}
files=(demo-1-py3-none-any demo-1-py2.py3-none-any demo-1.0-py3-none-any Demo-1-py3-none-any)
for file in "${files[@]}"; do
    IFS=- read -r name version tag <<< "$file"
    wheel site/files "$name" "$version" "$tag"
    python3 - "$file" << 'PYTHON'
import sys, zipfile
file = sys.argv[1]
name, version, _ = file.split("-", 2)
path = f"site/files/{file}.whl"
with zipfile.ZipFile(path) as old:
    members = {each: old.read(each).decode() for each in old.namelist()}
members["file.txt"] = file + "\n"
members[f"{name}-{version}.dist-info/RECORD"] += "file.txt,,\n"
with zipfile.ZipFile(path, "w") as new:
    for each, text in members.items():
        new.writestr(each, text)
PYTHON
done
mkdir -p site/simple/demo
serve
for other in "${files[@]:1}"; do
    first=$(printf '%s\n' "${files[0]}" "$other" | LC_ALL=C sort | head -1)
    taken "${files[0]}.whl" "$other.whl"
    expect "$other $first $first" "$seen"
    taken "$other.whl" "${files[0]}.whl"
    expect "${files[0]} $first $first" "$seen"
done
