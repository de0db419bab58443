"""Settings that scikit-build-core refuses: what is expected is what 0.12.2 and 1.1.2 said."""

from __future__ import annotations

import tomllib

import pytest
from packaging.version import Version

from wheelcheck.builds.obstacles.project_settings.refused_scikit_build import refused_scikit_build


def refused(settings: str, release: str, requires: str = "scikit-build-core") -> bool:
    text = f'build-system.requires = ["{requires}"]\n[tool.scikit-build]\n{settings}'
    return bool(refused_scikit_build(tomllib.loads(text), Version(release)))


@pytest.mark.parametrize(
    "settings",
    [
        'cmake.minimum-version = "3.15"',
        'ninja.minimum-version = "1.5"',
        "cmake.verbose = true",
        'cmake.targets = ["a"]',
    ],
)
def test_old_names_of_settings_are_refused_since_1_0(settings: str):
    assert refused(settings, "1.0.0")
    assert refused(settings, "1.1.2")
    assert not refused(settings, "0.12.2")
    assert not refused(f'minimum-version = "0.5"\n{settings}', "1.1.2")
    own = f'minimum-version = "build-system.requires"\n{settings}'
    assert not refused(own, "1.1.2", "scikit-build-core>=0.5")


def test_old_names_beside_a_minimum_version_that_has_the_new_ones():
    assert refused('minimum-version = "0.8"\ncmake.minimum-version = "3.15"', "0.12.2")
    assert refused('minimum-version = "0.10"\ncmake.targets = ["a"]', "0.12.2")
    assert not refused('minimum-version = "0.9"\ncmake.targets = ["a"]', "1.1.2")


@pytest.mark.parametrize(
    "settings",
    [
        'cmake.version = ">=3.15"',
        'build.targets = ["a"]',
        'cmake.minimum-version = "3.15"\n[[tool.scikit-build.overrides]]\nif.state = "wheel"',
    ],
)
def test_settings_that_are_taken_or_not_certain(settings: str):
    assert not refused(settings, "1.1.2")
