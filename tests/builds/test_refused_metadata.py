"""Metadata with which build backends end, of sdists that are read whole or in part."""

from dataclasses import dataclass

import pytest
from fake_index import FakeIndex
from packaging.licenses._spdx import LICENSES
from packaging.utils import NormalizedName
from packaging.version import Version
from situations import target

from wheelcheck.builds.obstacles.project_settings.refused_license import refused_license
from wheelcheck.builds.obstacles.project_settings.refused_settings import (
    refused_requirements_txt,
    refused_settings,
)
from wheelcheck.builds.refused_metadata import refused_metadata
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist_reader import SdistReader
from wheelcheck.builds.sdist_reading import SdistReading
from wheelcheck.index.interface import ArchiveListing, ArchiveMember

PYPROJECT = (
    '[project]\nname = "lib"\nversion = "1"\nreadme = "README.rst"\n'
    '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
)


@dataclass
class Environment:
    pins: tuple[()] = ()

    def version_of(self, name: str) -> None:
        """Nothing is known of it."""


@dataclass
class WithUvBuild(Environment):
    release: str = ""

    def version_of(self, name: str) -> Version | None:  # type: ignore[override]
        """The only package of the environment."""
        return Version(self.release) if name == "uv-build" else None


@dataclass
class Build:
    reading: SdistReading
    environment: Environment


def codes(listing: dict[str, str], *, tried: bool) -> list[str]:
    index = FakeIndex({"lib": {"1": ["lib-1.tar.gz"]}}, listings={"lib-1.tar.gz": listing})
    (sdist,) = index.project(NormalizedName("lib")).files(Version("1"))
    reader = SdistReader(index)
    read = reader.read_tried if tried else reader.read
    reading = read(sdist, target("musl"))
    assert reading.is_whole is not tried
    return [each.code for each in refused_metadata(Build(reading, Environment()), reading.facts)]


@pytest.mark.parametrize(
    ("files", "tried", "expected"),
    [
        ({}, False, ["missing-readme"]),
        ({"lib-1/README.rst": "words"}, False, []),
        ({}, True, []),  # no more than its pyproject.toml is known
    ],
)
def test_a_readme_is_missing_only_where_all_files_are_known(files, tried, expected):
    assert (
        codes({"lib-1/pyproject.toml": PYPROJECT, "lib-1/lib.py": "", **files}, tried=tried)
        == expected
    )


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("[options]\ninstall_requires =\n    numpy>=1.*\n", "install_requires has 'numpy>=1.*'"),
        ("[options]\npython_requires = >=3.6.*\n", "python_requires"),
        ("[options.extras_require]\nall = x>=1.*\n[options]\n", "all has"),
        ("[metadata]\nversion = file: VERSION\n[options]\n", "read from VERSION"),
        ("[options]\ninstall_requires =\n    numpy>=1\n    # more\n", ""),
        ("[metadata]\nversion = file: x.py\n[options]\n", ""),
        ("[options]\ninstall_requires = file: requirements.txt\n", ""),
        ("[options]\ninstall_requires = setuptools>=46; toml>=0.9\n", ""),
        ("[options]\ninstall_requires = setuptools>=46; toml>=1.*\n", "has 'toml>=1.*'"),
        ("[options.extras_require]\na = x>=1\nb =\n    %(a)s\n    y\n[options]\n", ""),
        ("[options.extras_require]\na = x>=1.*\nb =\n    %(a)s\n[options]\n", "x>=1.*"),
        ("[options.extras_require]\nb = 100%\n[options]\n", ""),
        ("[options\n", ""),
    ],
)
def test_settings_that_setuptools_refuses(settings: str, words: str):
    files = {"setup.cfg": settings, "x.py": "1"}
    members = tuple(ArchiveMember(f"x-1/{path}", 1) for path in files)
    texts = {f"x-1/{path}": text for path, text in files.items()}
    contents = SdistContents(ArchiveListing(members, texts))
    found = [each.message for each in refused_settings(contents, Version("84"), whole=True)]
    assert len(found) == bool(words)
    assert all(words in message for message in found)
    assert list(refused_settings(contents, Version("60"), whole=True)) == []


SCRIPT = "from setuptools import setup\nsetup(name='x', extras_require=read())\n"


@pytest.mark.parametrize(
    ("path", "lines", "script", "fatal"),
    [
        ("x.egg-info/requires.txt", "numpy\n\n[all]\nopencv-python>=3.\n", SCRIPT, [True]),
        ("src/x.egg-info/requires.txt", "pytz>dev\n", SCRIPT, [True]),
        (
            "x.egg-info/requires.txt",
            "pytz>dev\n",
            f"import sys\nsys.version_info\n{SCRIPT}",
            [False],
        ),
        ("x.egg-info/requires.txt", "numpy>=1.0\n\n[all:python_version>'3']\nyarl\n", SCRIPT, []),
        ("x.egg-info/requires.txt", "", SCRIPT, []),
        ("docs/a/x.egg-info/requires.txt", "pytz>dev\n", SCRIPT, []),
    ],
)
def test_requirements_that_an_sdist_was_made_with(
    path: str, lines: str, script: str, fatal: list[bool]
):
    files = {"setup.py": script, path: lines}
    listing = ArchiveListing(
        tuple(ArchiveMember(f"x-1/{name}", len(text)) for name, text in files.items()),
        {f"x-1/{name}": text for name, text in files.items()},
    )
    contents = SdistContents(listing)
    found = list(refused_requirements_txt(contents, Version("84")))
    assert [each.fatal for each in found] == fatal
    assert list(refused_requirements_txt(contents, Version("66"))) == []


def test_all_names_that_spdx_calls_deprecated_are_known():
    """All 32 were given to uv_build 0.13.6, which refuses each."""
    for license_ in LICENSES.values():
        tree = {"project": {"license": license_["id"]}}
        found = [each.code for each in refused_license(tree, Version("0.13.6"))]
        assert found == (["deprecated-license"] if license_["deprecated"] else []), license_


@pytest.mark.parametrize(
    ("license_", "release", "expected"),
    [
        ("GPL-3.0", "0.9.8", ["deprecated-license"]),
        ("MIT OR LGPL-2.1+", "0.13.6", ["deprecated-license"]),
        ("GPL-3.0", "0.9.7", []),
        ("wxWindows", "0.9.8", ["deprecated-license"]),
        ("MIT AND BSD-2-Clause-NetBSD", "0.13.6", ["deprecated-license"]),
        ("mit", "0.9.7", ["license-spelling"]),
        ("MIT and gpl-3.0-only", "0.13.6", ["license-spelling"]),
        ("MIT and BSD-3-Clause", "0.13.6", []),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "0.13.6", []),
        ("Apache-2.0+", "0.13.6", []),
        ("GPL-3.0-only", "0.13.6", []),
        ("(AGPL-3.0-or-later)", "0.13.6", []),
        ("LicenseRef-GPL-3.0", "0.13.6", []),
    ],
)
def test_uv_build_refuses_names_of_licenses(license_, release, expected):
    """As uv_build 0.9.7, 0.9.8 and 0.13.6 do."""
    pyproject = (
        f'[project]\nname = "lib"\nversion = "1"\nlicense = "{license_}"\n'
        '[build-system]\nrequires = ["uv_build"]\nbuild-backend = "uv_build"\n'
    )
    listing = {"lib-1/pyproject.toml": pyproject, "lib-1/src/lib/__init__.py": ""}
    index = FakeIndex({"lib": {"1": ["lib-1.tar.gz"]}}, listings={"lib-1.tar.gz": listing})
    (sdist,) = index.project(NormalizedName("lib")).files(Version("1"))
    reading = SdistReader(index).read(sdist, target("musl"))
    build = Build(reading, WithUvBuild(release=release))
    assert [each.code for each in refused_metadata(build, reading.facts)] == expected
