#!/usr/bin/env bash
# An image sets SETUPTOOLS_SCM_PRETEND_VERSION=7 to install the checkout of its own project; one of the dependencies comes as an
# sdist from an index, its version is in PKG-INFO. Does it build?
#
# Versions: setuptools-scm 10.3.4, hatch-vcs 0.5.0, pip 26.3, uv 0.13.9.
# An expert would guess: yes, an sdist has its version in PKG-INFO, and the variable stands in for a missing git.
# Seen: setuptools-scm takes the variable before PKG-INFO: pip and uv both stop, since version 1 says that it is version 7.
#   hatchling, whose hatch-vcs reads the same variable, takes PKG-INFO first and builds. What is meant is
#   SETUPTOOLS_SCM_PRETEND_VERSION_FOR_DEMO.
. "$(dirname "$0")/common.sh"
environment venv pip==26.3 uv==0.13.9 setuptools==82.0.1 setuptools-scm==10.3.4 hatchling==1.33.0 hatch-vcs==0.5.0
# sdist NAME BUILD-SYSTEM-LINES
sdist() {
    mkdir -p "$1-1" links
    printf 'Metadata-Version: 2.2\nName: %s\nVersion: 1\n' "$1" > "$1-1/PKG-INFO"
    printf '[project]\nname = "%s"\ndynamic = ["version"]\n%s\n' "$1" "$2" > "$1-1/pyproject.toml"
    touch "$1-1/$1.py"
    tar -czf "links/$1-1.tar.gz" "$1-1"
}
sdist scm '[build-system]
requires = ["setuptools", "setuptools-scm"]
build-backend = "setuptools.build_meta"
[tool.setuptools_scm]'
sdist vcs '[build-system]
requires = ["hatchling", "hatch-vcs"]
build-backend = "hatchling.build"
[tool.hatch.version]
source = "vcs"'
pip() { venv/bin/pip install --no-build-isolation --no-index --find-links links --target "pip-$1" "$1" 2>&1 || true; }
uv() { venv/bin/uv pip install --quiet --no-cache --no-build-isolation --no-index --find-links links --python venv --target "uv-$1" "$1" 2>&1 || true; }
pip scm > /dev/null
expect scm-1.dist-info "$(ls pip-scm | grep dist-info)"
rm -rf pip-scm
export SETUPTOOLS_SCM_PRETEND_VERSION=7
expect "expected '1', but metadata has '7'" "$(pip scm | grep -o "expected '1', but metadata has '7'")"
expect 'version `7` does not match given version `1`' "$(uv scm | grep -o 'version `7` does not match given version `1`')"
pip vcs > /dev/null
expect vcs-1.dist-info "$(ls pip-vcs | grep dist-info)"
