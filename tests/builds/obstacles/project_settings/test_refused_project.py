"""Tables that setuptools refuses in a `pyproject.toml`: what is expected is what 84.2.1 said."""

from __future__ import annotations

import tomllib

import pytest
from packaging.version import Version

from wheelcheck.builds.obstacles.project_settings.refused_project import refused_project

PROJECT = '[project]\nname = "x"\nversion = "1"\n'


def refused(text: str, setuptools: str = "84.2.1") -> str:
    return refused_project(tomllib.loads(text), Version(setuptools))


@pytest.mark.parametrize(
    "text",
    [
        '[project]\nversion = "1"\n',
        '[project]\nname = "x"\n',
        '[project]\nname = "x y"\nversion = "1"\n',
        '[project]\nname = "x"\nversion = "1.a.b"\n',
        f'{PROJECT}dynamic = ["version"]\n',
        f'{PROJECT}author = "a"\n',
        f'{PROJECT}authors = ["a"]\n',
        f'{PROJECT}authors = [{{name = "a", url = "b"}}]\n',
        f'{PROJECT}license = {{text = "a", file = "b"}}\n',
        f'{PROJECT}dependencies = "a"\n',
        f'{PROJECT}dependencies = ["a=1"]\n',
        f'{PROJECT}[project.dependencies]\na = ">1"\n',
        f'{PROJECT}requires-python = "^3.7"\n',
        f'{PROJECT}requires-python = ">=3.7.*"\n',
        f'{PROJECT}keywords = "a b"\n',
        f"{PROJECT}[tool.setuptools]\ninclude_package_data = true\n",
    ],
)
def test_what_setuptools_refuses(text: str):
    assert refused(text)
    assert not refused(text, "60.10.0")  # it does not read the table


@pytest.mark.parametrize(
    "text",
    [
        PROJECT,
        "[tool.black]\nline-length = 100\n",
        '[project]\nname = "x"\ndynamic = ["version"]\n',
        f'{PROJECT}authors = [{{email = "a@b.c"}}]\nclassifiers = ["Foo :: Bar"]\n',
        f'{PROJECT}dependencies = ["a (>=1)"]\ndescription = "a"\n',
        f'{PROJECT}[project.urls]\nHomepage = "not a url"\n[project.scripts]\na = "b:c"\n',
        f'{PROJECT}[tool.setuptools]\npackages = ["a-b"]\nlicense-files = ["a"]\n',
        f'{PROJECT}[tool.setuptools.dynamic]\nversion = {{attr = "a"}}\n',
    ],
)
def test_what_setuptools_takes(text: str):
    assert refused(text) == ""


def test_a_license_expression_needs_setuptools_77():
    text = f'{PROJECT}license = "MIT"\n'
    assert refused(text, "76.1.0") == "project.license is a table before setuptools 77 (PEP 639)"
    assert refused(text) == ""
