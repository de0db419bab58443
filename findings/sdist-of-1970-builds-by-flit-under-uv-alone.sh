#!/usr/bin/env bash
# The files of an sdist are of 1 January 1970, as tools for reproducible archives write them, and zip begins in 1980: what builds?
#
# Versions: pip 26.3, uv 0.13.9; flit_core 4.2.0, hatchling 1.33.0, setuptools 84.2.1, poetry-core 2.5.0, pdm-backend 2.5.0.
# An expert would guess: everything; wheels have known of this since 2016, and backends clamp to 1980.
# Seen: flit_core does not, with "ZIP does not support timestamps before 1980", and that under pip alone: pip gives unpacked files
# the times that the archive has, uv those of today.
. "$(dirname "$0")/common.sh"
environment venv pip==26.3 uv==0.13.9
outcome() { if "$@" > said 2>&1; then echo -n 'builds '; else echo -n 'fails '; fi; }
outcomes() { # REQUIREMENT BACKEND: under pip and under uv
    rm -rf demo-1 && mkdir -p demo-1/demo
    echo '"""A module."""' > demo-1/demo/__init__.py
    printf '[project]\nname = "demo"\nversion = "1"\ndescription = "x"\n' > demo-1/pyproject.toml
    printf '[build-system]\nrequires = ["%s"]\nbuild-backend = "%s"\n' "$1" "$2" >> demo-1/pyproject.toml
    printf 'Metadata-Version: 2.1\nName: demo\nVersion: 1\n' > demo-1/PKG-INFO
    tar czf demo-1.tar.gz --mtime=@0 demo-1
    outcome venv/bin/pip install --target by-pip --upgrade demo-1.tar.gz
    outcome venv/bin/uv pip install --no-cache --target by-uv --reinstall demo-1.tar.gz
}
expect 'fails builds ' "$(outcomes flit_core==4.2.0 flit_core.buildapi)"
expect 'builds builds ' "$(outcomes hatchling==1.33.0 hatchling.build)"
expect 'builds builds ' "$(outcomes setuptools==84.2.1 setuptools.build_meta)"
expect 'builds builds ' "$(outcomes poetry-core==2.5.0 poetry.core.masonry.api)"
expect 'builds builds ' "$(outcomes pdm-backend==2.5.0 pdm.backend)"
