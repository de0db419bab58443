#!/usr/bin/env bash
# An image sets PIP_NO_INDEX and PIP_FIND_LINKS (or PIP_INDEX_URL) for its own mirror; pipx installs a tool. A later line of the
# Dockerfile brings uv into the image, for something else. Does pipx still take the tool from the mirror?
#
# Versions: pipx 1.18.4 (so since 1.12), pip 26.3, uv 0.13.9.
# An expert would guess: yes, pipx is a frontend of pip, and what else is on PATH has no say in it.
# Seen: without uv on PATH the tool comes from the folder. With it pipx hands the work to uv, which hears no variable and no file of
#   pip: it asks the public index (here it is kept off the network, and finds nothing). PIPX_DEFAULT_BACKEND=pip keeps pip.
# Exits 1 if the behaviour changes.
. "$(dirname "$0")/common.sh"
environment venv pipx==1.18.4
environment tools uv==0.13.9
mkdir links
python3 - << 'PYTHON'
import zipfile

info = "demo-1.dist-info"
members = {
    "demo.py": "def main():\n    print('demo')\n",
    f"{info}/METADATA": "Metadata-Version: 2.1\nName: demo\nVersion: 1\n",
    f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    f"{info}/entry_points.txt": "[console_scripts]\ndemo = demo:main\n",
}
with zipfile.ZipFile("links/demo-1-py3-none-any.whl", "w") as archive:
    for path, text in members.items():
        archive.writestr(path, text)
    archive.writestr(f"{info}/RECORD", "".join(f"{path},,\n" for path in [*members, f"{info}/RECORD"]))
PYTHON
venv/bin/python -m pip download --quiet --dest links pip==26.3 # which pipx keeps for its environments
export PIP_NO_INDEX=1 PIP_FIND_LINKS="$work/links" UV_OFFLINE=1 UV_NO_CACHE=1
system=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# installs NAME PATH [VARIABLE=VALUE]: what a pipx with a home of its own makes of it
installs() {
    if env "${@:3}" PIPX_HOME="$work/$1" PIPX_BIN_DIR="$work/$1-bin" PATH="$2" venv/bin/pipx install demo > "$1.log" 2>&1; then
        echo installed
    else
        grep -o 'demo was not found in the cache' "$1.log" "$1"/logs/* | sed 's/.*://' | head -1
    fi
}
if PATH="$system" command -v uv > /dev/null; then
    echo "uv is on PATH already: $(PATH="$system" command -v uv)"
    exit 1
fi
expect installed "$(installs alone "$system")"
expect 'demo was not found in the cache' "$(installs beside "$work/tools/bin:$system")"
expect installed "$(installs kept "$work/tools/bin:$system" PIPX_DEFAULT_BACKEND=pip)"
