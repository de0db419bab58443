#!/usr/bin/env bash
# `license = "MIT"` (PEP 639) beside the classifier "License :: OSI Approved :: MIT License": does it build?
#
# Versions: setuptools 80.9.0, flit_core 3.12.0, pdm-backend 2.4.5, hatchling 1.27.0, poetry-core 2.2.1.
# An expert would guess: yes, with a warning of setuptools: PEP 639 deprecates the classifiers, and tools may warn.
# Seen: setuptools, flit_core and pdm-backend end with an error; hatchling and poetry-core build it without a word.
# A project that changes its backend, or follows the PEP by halves, stops building at the `pip install`.
. "$(dirname "$0")/common.sh"
environment venv pip==26.3
backends 'license = "MIT"
classifiers = ["License :: OSI Approved :: MIT License"]' setuptools==80.9.0=setuptools.build_meta flit_core==3.12.0=flit_core.buildapi pdm-backend==2.4.5=pdm.backend \
    hatchling==1.27.0=hatchling.build poetry-core==2.2.1=poetry.core.masonry.api
expect "setuptools fails; flit_core fails; pdm-backend fails; hatchling builds; poetry-core builds; " "$outcomes"
expect "3 speak of licenses" "$(grep -li license setuptools.log flit_core.log pdm-backend.log | wc -l) speak of licenses"
