#!/usr/bin/env bash
# A wheel says Metadata-Version 3.0, which does not exist: is it installed?
#
# Versions: pip 26.3, uv 0.13.9, installer 1.0.1.
# An expert would guess: no, it is refused, as Wheel-Version 2.0 is; the core metadata specification says that tools must
# fail if the major version is greater than what they know, and should warn of a greater minor version.
# Seen: all three install 2.9 and 3.0, without a word; Wheel-Version 2.0 is refused by all. A new major version of metadata
# will not keep older tools from releases that use it, as a new version of the wheel format does.
. "$(dirname "$0")/common.sh"
environment venv pip==26.3 uv==0.13.9 installer==1.0.1
environment target pip==26.3
tried() { # FIELD VERSION MEMBER: who installs a wheel with that version in that member
    rm -rf links
    wheel links demo 1 py3-none-any
    venv/bin/python - "$@" << 'PYTHON'
import re, sys, zipfile
field, version, name = sys.argv[1:]
path = "links/demo-1-py3-none-any.whl"
with zipfile.ZipFile(path) as archive:
    members = {member: archive.read(member).decode() for member in archive.namelist()}
member = f"demo-1.dist-info/{name}"
members[member] = re.sub(f"^{field}: .*", f"{field}: {version}", members[member], flags=re.M)
with zipfile.ZipFile(path, "w") as archive:
    for member, text in members.items():
        archive.writestr(member, text)
PYTHON
    for tool in pip uv installer; do
        rm -rf "$tool"
        case $tool in
            pip) venv/bin/pip install --quiet --no-index --find-links links --target pip demo ;;
            uv) venv/bin/uv pip install --quiet --no-cache --no-index --find-links links --target uv --python target demo ;;
            installer) venv/bin/python -m installer --destdir installer links/demo-1-py3-none-any.whl ;;
        esac > "$tool.log" 2>&1 && echo -n "$tool installs" || echo -n "$tool fails"
        grep -qi version "$tool.log" && echo -n ', speaks of versions'
        echo -n '; '
    done
}
expect 'pip installs; uv installs; installer installs; ' "$(tried Metadata-Version 2.9 METADATA)"
expect 'pip installs; uv installs; installer installs; ' "$(tried Metadata-Version 3.0 METADATA)"
expect 'pip fails, speaks of versions; uv fails, speaks of versions; installer fails, speaks of versions; ' \
    "$(tried Wheel-Version 2.0 WHEEL)"
