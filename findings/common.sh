# Sourced by the findings: a temporary folder that is removed, pips and uv of exact versions, tiny wheels.
set -euo pipefail
export PIP_CONFIG_FILE=/dev/null PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 UV_NO_CONFIG=1 UV_PYTHON_DOWNLOADS=never
unset PIP_FIND_LINKS PIP_INDEX_URL PIP_EXTRA_INDEX_URL || true
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
cd "$work"

# environment NAME REQUIREMENT…: a virtual environment with exactly these packages
environment() {
    python3 -m venv "$1"
    "$1/bin/python" -m pip install --quiet "${@:2}"
}

# wheel FOLDER NAME VERSION TAG [REQUIRES-DIST…]: a wheel with one empty module
wheel() {
    mkdir -p "$1"
    python3 - "$@" << 'PYTHON'
import sys, zipfile
folder, name, version, tag, *requires = sys.argv[1:]
info = f"{name}-{version}.dist-info"
members = {
    f"{name}.py": "",
    f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    + "".join(f"Requires-Dist: {text}\n" for text in requires),
    f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: false\nTag: {tag}\n",
}
with zipfile.ZipFile(f"{folder}/{name}-{version}-{tag}.whl", "w") as archive:
    for path, text in members.items():
        archive.writestr(path, text)
    record = "".join(f"{path},,\n" for path in [*members, f"{info}/RECORD"])
    archive.writestr(f"{info}/RECORD", record)
PYTHON
}

# project FOLDER VERSION: a project with one module that flit_core of that version builds
project() {
    mkdir "$1"
    printf '[project]\nname = "%s"\nversion = "1"\ndescription = "x"\n' "$1" > "$1/pyproject.toml"
    printf '[build-system]\nrequires = ["flit_core==%s"]\nbuild-backend = "flit_core.buildapi"\n' "$2" >> "$1/pyproject.toml"
    echo '"""A module."""' > "$1/$1.py"
}

# page PROJECT 'ATTRIBUTES|FILE'…: a page of a simple index in site/
page() {
    mkdir -p "site/simple/$1"
    {
        echo '<!DOCTYPE html><html><body>'
        for entry in "${@:2}"; do
            echo "<a href=\"../../files/${entry#*|}\" ${entry%%|*}>${entry#*|}</a><br>"
        done
        echo '</body></html>'
    } > "site/simple/$1/index.html"
}

# serve: site/ on loopback; sets $index
serve() {
    : > served.log
    python3 -u -m http.server 0 --bind 127.0.0.1 --directory site > served.log 2>&1 &
    server=$!
    until grep -q 'port' served.log; do sleep 0.1; done
    index="http://127.0.0.1:$(sed -n 's/.* port \([0-9]*\).*/\1/p' served.log | head -1)/simple/"
}

# backends LINES REQUIREMENT=BACKEND…: sets $outcomes to which of them build a project with these lines in [project];
# what they print is in NAME.log. Uses venv/bin/pip.
backends() {
    local lines=$1 pair name
    outcomes=
    for pair in "${@:2}"; do
        name=${pair%%=*}
        mkdir -p "$name/demo"
        echo '"""A module."""' > "$name/demo/__init__.py"
        printf '[project]\nname = "demo"\nversion = "1"\ndescription = "x"\n%s\n' "$lines" > "$name/pyproject.toml"
        printf '[build-system]\nrequires = ["%s"]\nbuild-backend = "%s"\n' "${pair%=*}" "${pair##*=}" >> "$name/pyproject.toml"
        if venv/bin/pip wheel --quiet --no-deps --wheel-dir wheels "./$name" > "$name.log" 2>&1; then
            outcomes+="$name builds; "
        else
            outcomes+="$name fails; "
        fi
    done
}

# expect WHAT SEEN: fails where they differ
expect() {
    if [ "$1" != "$2" ]; then
        echo "CHANGED: expected '$1', saw '$2'"
        exit 1
    fi
    echo "as found: $2"
}
