#!/usr/bin/env bash
# `readme = "README.md"`, and the sdist or the image has no such file (it was not copied): does it build?
#
# Versions: setuptools 80.9.0, flit_core 3.12.0, pdm-backend 2.4.5, hatchling 1.27.0, poetry-core 2.2.1.
# An expert would guess: no, in any of them: the file is named, and its text belongs into the metadata.
# Seen: setuptools warns, builds, and leaves the description empty; the four others end with an error. So a Dockerfile
# that copies pyproject.toml and the sources alone works until the project leaves setuptools.
. "$(dirname "$0")/common.sh"
environment venv pip==26.3
backends 'readme = "README.md"' setuptools==80.9.0=setuptools.build_meta flit_core==3.12.0=flit_core.buildapi pdm-backend==2.4.5=pdm.backend \
    hatchling==1.27.0=hatchling.build poetry-core==2.2.1=poetry.core.masonry.api
expect "setuptools builds; flit_core fails; pdm-backend fails; hatchling fails; poetry-core fails; " "$outcomes"
