#!/usr/bin/env bash
# A setup.cfg with `version = attr: mod.__version__`, where mod imports a package that is not installed for the build, and a
# pyproject.toml with an empty [tool.setuptools_scm]: does the build fail by that import?
#
# Versions: setuptools 80.9.0; setuptools-scm 8.3.1.
# An expert would guess: yes, it fails: `attr:` runs the module where it finds no constant, and without setuptools-scm it does
# (ModuleNotFoundError); whatever setuptools-scm finds, setup.cfg is read first and states the version.
# Seen: it builds, by the version of setuptools-scm: that is set when the Distribution is made, before setup.cfg is applied, and
# setuptools skips `attr:` where there is a version already. The module is never imported, and its own version does not count.
. "$(dirname "$0")/common.sh"
environment venv setuptools==80.9.0 setuptools-scm==8.3.1 wheel
mkdir -p sdist && cd sdist
printf 'Metadata-Version: 2.1\nName: mod\nVersion: 7.0\n' > PKG-INFO
printf '[metadata]\nname = mod\nversion = attr: mod.__version__\n[options]\npy_modules = mod\n' > setup.cfg
printf 'import not_installed_anywhere\n__version__ = not_installed_anywhere.version()\n' > mod.py
for scm in without with; do
    printf '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n' > pyproject.toml
    [ "$scm" = with ] && printf '[tool.setuptools_scm]\n' >> pyproject.toml
    rm -rf wheels build ./*.egg-info
    outcome=fails
    ../venv/bin/python -m pip wheel -q --no-deps --no-build-isolation -w wheels . > ../log 2>&1 && outcome=$(basename wheels/*.whl)
    outcomes="${outcomes:-}$scm $outcome; "
done
expect "without fails; with mod-7.0-py3-none-any.whl; " "$outcomes"
