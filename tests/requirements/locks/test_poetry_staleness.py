"""Whether a poetry.lock fits its project, against hashes that releases of Poetry have written."""

import pytest

from wheelcheck.requirements.locks.poetry_staleness import poetry_lock_is_stale

CLASSIC = """
[tool.poetry]
name = "x"
version = "0.1.0"
description = ""
authors = []

[tool.poetry.dependencies]
python = ">=3.11,<3.13"

[tool.poetry.group.dev.dependencies]
"""
STANDARD = """
[project]
name = "x"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = []

[dependency-groups]
dev = []
"""
BY_1_8_3 = "180e61a1f4dbdb32285f9162b1d3cb06d814db5051ffb43946b3b2da8aed7c50"
BY_2_1_4 = "f5666f5625d676c506924a57dc0520a1f3ed2b2c774baed3dc85353594f8473d"
BY_2_5_1 = "990cace2ed0cccf29ce553fc042e1705dd8f2916d20adf2f3445f6e30f986606"


def lock(content_hash: str) -> str:
    return f'[metadata]\nlock-version = "2.1"\ncontent-hash = "{content_hash}"\n'


@pytest.mark.parametrize(
    ("project", "content_hash"),
    [(CLASSIC, BY_1_8_3), (STANDARD, BY_2_1_4), (STANDARD, BY_2_5_1)],
)
def test_the_hash_of_any_release_fits(project: str, content_hash: str):
    assert not poetry_lock_is_stale(lock(content_hash), project)
    assert not poetry_lock_is_stale(lock(content_hash), project.replace("0.1.0", "0.2.0"))
    assert poetry_lock_is_stale(lock(content_hash), project.replace(">=3.11", ">=3.12"))


@pytest.mark.parametrize("content_hash", ["0" * 64, "x", ""])
def test_what_poetry_did_not_compute_says_nothing(content_hash: str):
    assert not poetry_lock_is_stale(lock(content_hash), STANDARD)


def test_poetry_before_2_3_does_not_know_the_hash_with_groups():
    assert poetry_lock_is_stale(lock(BY_2_5_1), STANDARD, groups=False)
    assert not poetry_lock_is_stale(lock(BY_2_1_4), STANDARD, groups=False)
    assert not poetry_lock_is_stale(lock(BY_1_8_3), CLASSIC, groups=False)


@pytest.mark.parametrize("text", ["", "[metadata]\n", "metadata = 1\n", "not toml"])
def test_a_lock_without_a_hash_is_not_called_stale(text: str):
    assert not poetry_lock_is_stale(text, CLASSIC)
