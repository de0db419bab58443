"""On musl, pip itself must choose the files that we choose. Run with -m musl."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from musl_python import MissingToolError, musl_pip
from replay import PUBLIC, Replay

import wheelcheck

REQUIREMENTS = Path(__file__).parents[2] / "data" / "requirements"
ALPINE = replace(
    wheelcheck.parse_target("cp312-musllinux_1_2_x86_64"), python_full_version="3.12.2"
)


@pytest.fixture(scope="module")
def pip(tmp_path_factory):
    manner = replace(PUBLIC, sdists="resolvable")
    with Replay(manner=manner) as replay:
        try:
            yield musl_pip(replay.url, tmp_path_factory.mktemp("musl"))
        except MissingToolError as missing:
            pytest.skip(str(missing))


@pytest.mark.musl
@pytest.mark.parametrize(
    "file", ["story.txt", "story-2020.txt", "web.txt", "science.txt", "nested/requirements.txt"]
)
def test_real_pip_on_musl_chooses_the_same_files(file, pip, public_index):
    answer = pip.install(REQUIREMENTS / file)
    assert not answer.failure
    report = wheelcheck.check(
        REQUIREMENTS / file, targets=[ALPINE], index_url=public_index.url, cache_dir=None
    )
    cells = {package.name: package.on[ALPINE.name] for package in report.packages}
    ours = {name: cell.file for name, cell in cells.items() if cell.file is not None}
    assert ours == answer.files
