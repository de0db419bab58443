#!/usr/bin/env bash
# pip 26.3: does an exception from --only-binary :all: reach the build environment of a package?
#
# An expert would guess: with "--only-binary :all:" and after it "--no-binary docopt", docopt may be built, also
# where it is a build requirement, for pip hands the choice of formats on to build environments.
# Seen: pip hands it on as "--no-binary docopt --only-binary :all:", in that order whatever the user's was, and
# ":all:" takes back every name before it: docopt is "from versions: none" there, and the package that needs it
# cannot be built. The same exception counts for the installation itself. Where the packages that must come as
# wheels are named one by one instead, the build works.
# Output seen: "refused in the build environment", "installed by itself", "built with names instead of :all:".
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
environment judge pip==26.3

# docopt 0.6.2 has an sdist alone; app is built with it.
mkdir app
cat > app/pyproject.toml << 'TOML'
[build-system]
requires = ["docopt==0.6.2", "setuptools==80.9.0"]
build-backend = "setuptools.build_meta"

[project]
name = "app"
version = "1"
TOML
touch app/app.py

said=$(judge/bin/python -m pip install --target out0 --only-binary :all: --no-binary docopt ./app 2>&1 || true)
expect "refused in the build environment" \
    "$(grep -q "No matching distribution found for docopt==0.6.2" <<< "$said" && echo "refused in the build environment")"
judge/bin/python -m pip install -q --target out1 --only-binary :all: --no-binary docopt docopt==0.6.2
expect "installed by itself" "$(test -f out1/docopt.py && echo "installed by itself")"
judge/bin/python -m pip install -q --target out2 --only-binary setuptools ./app
expect "built with names instead of :all:" "$(test -f out2/app.py && echo "built with names instead of :all:")"
