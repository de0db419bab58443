"""Packages among which setuptools does not choose; what it does was seen by running 84.2.1."""

import pytest
from packaging.version import Version

from wheelcheck.builds.obstacles.project_settings.package_discovery import undecided_packages
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.index.interface import ArchiveListing, ArchiveMember


def undecided(*files: str, setuptools: str = "84.2.1", **settings) -> str:
    listing = ArchiveListing(tuple(ArchiveMember(f"app-1/{each}", 1) for each in files), {})
    tree = {"project": {"name": "app"}, "tool": {"setuptools": settings}}
    return undecided_packages(tree, SdistContents(listing), Version(setuptools))


@pytest.mark.parametrize(
    "files",
    [
        [],
        ["app/__init__.py", "tests/a.py", "docs/x.py"],
        ["app-x/__init__.py", "b/x.py"],
        ["src/a/__init__.py", "b/x.py", "c/x.py"],
        ["a.py", "b.py", "app/__init__.py"],
        ["a.py", "noxfile.py"],
        ["app/__init__.py", "migrations/a.sql", "setup.py"],
    ],
)
def test_a_project_of_a_single_package_is_packed(files):
    assert undecided("pyproject.toml", *files) == ""


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (["app/__init__.py", "migrations/a.sql"], "several packages (app, migrations)"),
        (["a/x", "b/x", "c/x", "d/x"], "several packages (a, b, c …)"),
        (["a.py", "b.py"], "several modules (a, b)"),
    ],
)
def test_among_several_it_does_not_choose(files, words):
    assert words in undecided("pyproject.toml", *files)
    assert undecided("pyproject.toml", *files, setuptools="60.10") == ""
    assert undecided("pyproject.toml", *files, packages=["a"]) == ""


def test_a_folder_for_packages_must_be_there():
    found = {"packages": {"find": {"where": ["src"]}}}
    assert "src, which is not there" in undecided("pyproject.toml", "app/x.py", **found)
    assert undecided("pyproject.toml", "src/app/x.py", **found) == ""
