"""Metadata with which build backends end, of sdists that are read whole or in part."""

from dataclasses import dataclass

import pytest
from fake_index import FakeIndex
from packaging.utils import NormalizedName
from packaging.version import Version
from situations import target

from wheelcheck.builds.refused_metadata import refused_metadata
from wheelcheck.builds.sdist_reader import SdistReader
from wheelcheck.builds.sdist_reading import SdistReading

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
