#!/usr/bin/env bash
# A project requires one package for `python_version >= '3.15'` and another for `python_version < '3.15'`: which does its
# wheel bring on a pre-release of 3.15?
#
# Versions: uv_build 0.13.6, hatchling 1.33.0, packaging 26.2 (as in pip).
# An expert would guess: the first, whatever built the wheel; a backend copies a marker, and python_version is 3.15 there.
# Seen: neither, if uv_build built it: it writes `python_full_version` for `python_version` (so also `> '3.14'` becomes
# `>= '3.15'`), and of 3.15.0rc1 PEP 440 says neither `>=3.15` nor `<3.15`. On 3.15.0 all is well. With hatchling, the first.
. "$(dirname "$0")/common.sh"
environment venv packaging==26.2 hatchling==1.33.0 uv_build==0.13.6
mkdir -p project/demo project/src wheels
touch project/demo/__init__.py
cp -r project/demo project/src/demo
cat > project/pyproject.toml << 'TOML'
[project]
name = "demo"
version = "1"
dependencies = ["since; python_version >= '3.15'", "until; python_version < '3.15'", "after; python_version > '3.14'"]
[build-system]
requires = []
build-backend = "given by hand"
TOML
markers() { # BACKEND PYTHON: what the wheel requires on that Python
    (cd project && PATH="$work/venv/bin:$PATH" ../venv/bin/python -c "import $1; $1.build_wheel('../wheels')" > /dev/null)
    venv/bin/python - "$2" << 'PYTHON'
import glob, os, sys, zipfile
from email.parser import Parser
from packaging.requirements import Requirement
path = glob.glob("wheels/*.whl")[0]
metadata = Parser().parsestr(zipfile.ZipFile(path).read("demo-1.dist-info/METADATA").decode())
os.remove(path)
python = {"python_full_version": sys.argv[1], "python_version": "3.15"}
requirements = map(Requirement, metadata.get_all("Requires-Dist"))
print(*sorted(each.name for each in requirements if each.marker.evaluate(python)))
PYTHON
}
expect 'after since' "$(markers hatchling.build 3.15.0rc1)"
expect '' "$(markers uv_build 3.15.0rc1)"
expect 'after since' "$(markers hatchling.build 3.15.0)"
expect 'after since' "$(markers uv_build 3.15.0)"
