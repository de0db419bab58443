#!/usr/bin/env bash
# Every file of a release says `Requires-Python: >=3.8,<3.11`, the Python is 3.11: does `uv pip install` refuse it, as pip does?
#
# Versions: uv 0.13.9, pip 26.3.
# An expert would guess: yes. That uv drops upper bounds is known of its locks, which are for many Pythons; here is one Python,
#   and the release says that it does not run on it.
# Seen: uv installs it: of Requires-Python it keeps the lower bound alone, here as well, so `==3.10.*`, `!=3.11.*` and `<=3.10`
#   are installed on 3.11 too. pip passes over them all, and would take an older release that allows 3.11.
# Needs: python3.11.
. "$(dirname "$0")/common.sh"
environment venv pip==26.3 uv==0.13.9
python3.11 -m venv old
mkdir -p site/files
number=0
for bound in '>=3.8,<3.11' '==3.10.*' '!=3.11.*' '<=3.10' '>=3.12'; do
    number=$((number + 1))
    wheel site/files "demo$number" 1 py3-none-any
    escaped=$(sed 's/>/\&gt;/g; s/</\&lt;/g' <<< "$bound")
    page "demo$number" "data-requires-python=\"$escaped\"|demo$number-1-py3-none-any.whl"
done
serve
uv() { venv/bin/uv pip install --quiet --dry-run --no-cache --python old --index-url "$index" "$1" 2> /dev/null && echo installs || echo refuses; }
pip() { venv/bin/pip --python old install --quiet --dry-run --index-url "$index" "$1" 2> /dev/null && echo installs || echo refuses; }
for number in 1 2 3 4; do
    expect 'uv installs, pip refuses' "uv $(uv demo$number), pip $(pip demo$number)"
done
expect 'uv refuses, pip refuses' "uv $(uv demo5), pip $(pip demo5)"
