#!/usr/bin/env bash
# A wheel that was built wrongly is to be built again, with another build constraint or another --config-setting: is it?
#
# Versions: pip 26.3, uv 0.13.9, six 1.16.0 and 1.17.0 as what it is built with.
# An expert would guess: yes, both are inputs of the build that the installer itself is given, and uv's manual says that its
#   cache heeds them.
# Seen: with another --build-constraint both install the wheel of the first, without a word; uv tells builds apart by their
#   config settings, pip does not: it gives the wheel of `-C a=1` for `-C b=2` and for none. An extension built against the
#   wrong NumPy stays so until --no-cache-dir (pip) or --refresh-package (uv).
. "$(dirname "$0")/common.sh"
unset PIP_NO_CACHE_DIR
environment venv pip==26.3 uv==0.13.9
mkdir -p demo-1 site/files
cat > demo-1/backend.py << 'PYTHON'
import os, zipfile


def build_wheel(folder, config_settings=None, metadata_directory=None):
    import six

    members = {
        "demo.txt": f"{six.__version__} {config_settings or None}",
        "demo-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: demo\nVersion: 1\n",
        "demo-1.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(os.path.join(folder, "demo-1-py3-none-any.whl"), "w") as archive:
        for path, text in members.items():
            archive.writestr(path, text)
        archive.writestr("demo-1.dist-info/RECORD", "".join(f"{path},,\n" for path in [*members, "demo-1.dist-info/RECORD"]))
    return "demo-1-py3-none-any.whl"
PYTHON
printf '[build-system]\nrequires = ["six"]\nbuild-backend = "backend"\nbackend-path = ["."]\n' > demo-1/pyproject.toml
printf '[project]\nname = "demo"\nversion = "1"\n' >> demo-1/pyproject.toml
printf 'Metadata-Version: 2.1\nName: demo\nVersion: 1\n' > demo-1/PKG-INFO
tar -czf site/files/demo-1.tar.gz demo-1
for version in 1.16.0 1.17.0; do
    venv/bin/pip download --quiet --dest site/files six==$version
    echo "six==$version" > "constraint-$version"
done
page demo '|demo-1.tar.gz'
page six '|six-1.17.0-py2.py3-none-any.whl' '|six-1.16.0-py2.py3-none-any.whl'
serve
pip() {
    rm -rf target
    venv/bin/pip install --quiet --cache-dir "$work/pip-cache" --index-url "$index" --target target "$@" demo
    cat target/demo.txt
}
uv() {
    rm -rf target
    venv/bin/uv pip install --quiet --cache-dir uv-cache --index-url "$index" --python venv --target target "$@" demo
    cat target/demo.txt
}
expect '1.16.0 None, 1.16.0 None' "$(pip --build-constraint constraint-1.16.0), $(pip --build-constraint constraint-1.17.0)"
expect '1.16.0 None, 1.16.0 None' "$(uv --build-constraint constraint-1.16.0), $(uv --build-constraint constraint-1.17.0)"
rm -rf pip-cache uv-cache
expect "1.17.0 {'a': '1'}, 1.17.0 {'a': '1'}, 1.17.0 {'a': '1'}" "$(pip -C a=1), $(pip -C b=2), $(pip)"
expect "1.17.0 {'a': '1'}, 1.17.0 {'b': '2'}, 1.17.0 None" "$(uv -C a=1), $(uv -C b=2), $(uv)"
