"""SETUPTOOLS_SCM_PRETEND_VERSION in an image: every sdist built there gets that version."""

from contextlib import nullcontext
from datetime import UTC, datetime

import pytest
from dockerfile_context import read
from fake_index import FakeIndex

from wheelcheck.costs.machine import Machine
from wheelcheck.dockerfile.dockerfile_report import analyse_dockerfile

NOW = datetime(2026, 11, 28, tzinfo=UTC)
SCM = '[build-system]\nrequires = ["setuptools", "setuptools-scm"]\n'
OWN = '[project]\nname = "own"\nversion = "1"\ndependencies = ["old"]\n'
TABLE = "[tool.setuptools_scm]\n"


def found(text: str, pyproject: str = SCM + TABLE, setup: str = "") -> list[str]:
    """The findings about a version that is not the sdist's, in a file that installs old 2.0."""
    index = FakeIndex(
        {
            "old": {"2.0": ["old-2.0.tar.gz"]},
            "setuptools": {"80.0": ["setuptools-80.0-py3-none-any.whl"]},
            "setuptools-scm": {"9.0": ["setuptools_scm-9.0-py3-none-any.whl"]},
        },
        requires={("old", "2.0"): []},
        listings={
            "old-2.0.tar.gz": {"old-2.0/pyproject.toml": pyproject, "old-2.0/setup.py": setup}
        },
    )
    report = analyse_dockerfile(
        read(text, {"pyproject.toml": OWN}),
        lambda _: nullcontext(index),
        machine=Machine(),
        as_of=NOW,
    )
    findings = report.dockerfile.findings
    return [each.message for each in findings if each.code == "pretended-version"]


@pytest.mark.parametrize(
    ("set_by", "version"),
    [
        ("ENV SETUPTOOLS_SCM_PRETEND_VERSION=1.2\nRUN ", "1.2"),
        ("ARG VERSION\nENV SETUPTOOLS_SCM_PRETEND_VERSION=$VERSION\nRUN ", "…"),
        ("ARG SETUPTOOLS_SCM_PRETEND_VERSION=1.2\nRUN ", "1.2"),
        ("RUN SETUPTOOLS_SCM_PRETEND_VERSION=1.2 ", "1.2"),
    ],
)
@pytest.mark.parametrize("install", ["pip install old", "pip install .", "uv pip install old"])
def test_an_sdist_of_another_project_gets_it_too(set_by, version, install):
    (message,) = found(f"FROM python:3.12-slim\nCOPY pyproject.toml .\n{set_by}{install}")
    assert f"gives old 2.0 the version {version} too" in message


@pytest.mark.parametrize(
    ("set_by", "pyproject", "setup", "says"),
    [
        ("SETUPTOOLS_SCM_PRETEND_VERSION_FOR_OWN=1.2", SCM + TABLE, "", False),
        ("SETUPTOOLS_SCM_PRETEND_VERSION=2", SCM + TABLE, "", False),  # which it is
        ("SETUPTOOLS_SCM_PRETEND_VERSION=", SCM + TABLE, "", False),  # as if it were not set
        ("SETUPTOOLS_SCM_PRETEND_VERSION=1.2", SCM, "", False),  # it asks for no version
        ("SETUPTOOLS_SCM_PRETEND_VERSION=1.2", TABLE, "", False),
        ("SETUPTOOLS_SCM_PRETEND_VERSION=1.2", SCM, "setup(use_scm_version=True)", True),
    ],
)
def test_which_sdists_ask_for_it(set_by, pyproject, setup, says):
    text = f"FROM python:3.12-slim\nENV {set_by}\nRUN pip install old"
    assert bool(found(text, pyproject, setup)) is says
