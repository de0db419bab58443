#!/usr/bin/env bash
# A project with [dependency-groups] is locked by Poetry 2.5.1; a colleague or an image has 2.2.1. Nothing was changed: does it install?
#
# Versions: Poetry 2.2.1, 2.3.0 and 2.5.1.
# An expert would guess: yes; the format of the lock is 2.1 for all of them, and the project is the same.
# Seen: 2.2.1 ends with "pyproject.toml changed significantly since poetry.lock was last generated". Since 2.3 the hash of the
# project counts [dependency-groups], an empty group as well; newer releases take the locks of older ones, not the other way.
. "$(dirname "$0")/common.sh"
mkdir project
printf '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = []\n' > project/pyproject.toml
printf '[dependency-groups]\ndev = []\n[tool.poetry]\npackage-mode = false\n' >> project/pyproject.toml
for release in 2.2.1 2.3.0 2.5.1; do
    environment "poetry-$release" "poetry==$release"
done
poetry() { (cd project && POETRY_VIRTUALENVS_IN_PROJECT=true "../poetry-$1/bin/poetry" "${@:2}" --no-interaction > ../said 2>&1); }
installs() { # RELEASE THAT LOCKED, RELEASE THAT INSTALLS
    rm -f project/poetry.lock
    poetry "$1" lock
    grep -q '^lock-version = "2.1"' project/poetry.lock
    if poetry "$2" install; then
        echo installs
    elif grep -q 'changed significantly since poetry.lock was last generated' said; then
        echo refuses
    fi
}
expect 'refuses installs installs' "$(installs 2.5.1 2.2.1) $(installs 2.5.1 2.3.0) $(installs 2.2.1 2.5.1)"
