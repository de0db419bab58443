#!/usr/bin/env bash
# Which wheel does pip take of two that fit: `linux_x86_64` or `manylinux_2_17_x86_64`?
#
# Versions: pip 26.2, pip 26.3, uv 0.13.9 (Linux, glibc, x86_64 or aarch64).
# An expert would guess: manylinux in all three; pip has put the plain `linux` tag last for ten years.
# Seen: pip 26.2 and uv take the manylinux wheel, pip 26.3 the `linux` one. Its vendored packaging 26.3
# lists `linux_*` first. On an index that lists both (private ones, piwheels), an upgrade of pip alone
# changes the file that is installed.
. "$(dirname "$0")/common.sh"
machine=$(uname -m)
environment pip-26.2 pip==26.2
environment pip-26.3 pip==26.3
environment uv uv==0.13.9
python=$(python3 -c 'import sys; print("cp%d%d" % sys.version_info[:2])')
wheel links demo 1.0 "$python-$python-linux_$machine"
wheel links demo 1.0 "$python-$python-manylinux_2_17_$machine"
for pip in pip-26.2 pip-26.3; do
    "$pip/bin/pip" download --quiet --no-index --find-links links --dest "from-$pip" demo
done
uv/bin/uv pip install --quiet --no-index --find-links links --target from-uv --python pip-26.3/bin/python demo
expect "demo-1.0-$python-$python-manylinux_2_17_$machine.whl" "$(ls from-pip-26.2)"
expect "demo-1.0-$python-$python-linux_$machine.whl" "$(ls from-pip-26.3)"
expect "Tag: $python-$python-manylinux_2_17_$machine" "$(grep ^Tag from-uv/demo-1.0.dist-info/WHEEL)"
