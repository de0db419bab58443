"""Source builds that were really tried, on CPython 3.8 and 3.12 and Debian 12, from the live index.

Each failed, or needed the network, for the reason that is expected here. Where the release does
not matter the newest is taken, as the reason has stood for years.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.builds.needs.build_need import NeedKind, Role
from wheelcheck.builds.outlook import Forecaster, Outlook
from wheelcheck.builds.plan import InstallerKind, Planner
from wheelcheck.builds.sdist_reader import SdistReader
from wheelcheck.errors import Unknown
from wheelcheck.index import open_index
from wheelcheck.index.interface import Index, Sdist
from wheelcheck.requirements.requirement_set import FilePolicy, IndexOptions
from wheelcheck.targets import parse_target_on

pytestmark = pytest.mark.online
NOW = datetime.now(UTC)
OLD, BOOKWORM = "python:3.8-slim-bookworm", "python:3.12-slim-bookworm"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    cache = tmp_path_factory.mktemp("cache")
    with open_index(IndexOptions(), cache_dir=Path(cache)) as opened:
        yield opened


def outlook(index: Index, name: str, version: str, image: str) -> Outlook:
    project = index.project(NormalizedName(name))
    assert not isinstance(project, Unknown)
    finals = [release for release in project.versions if not release.is_prerelease]
    wanted = [Version(version)] if version else finals
    (sdist, *_) = [f for v in wanted for f in project.files(v) if isinstance(f, Sdist)]
    sdists, where = SdistReader(index), parse_target_on(image, as_of=NOW.date())
    plan = Planner(index, FilePolicy(), sdists.read).plan(where, [sdist], InstallerKind.UV)
    found = Forecaster(index).of_plan(plan, NOW)
    return found[-1]


@pytest.mark.parametrize(
    ("name", "version", "image", "code", "message"),
    [
        ("numpy", "1.18.1", OLD, "build-requirement-breaks", "distutils.msvccompiler"),
        ("scikit-learn", "1.2.2", OLD, "build-requirement-breaks", "do not compile with Cython 3"),
        ("scipy", "1.10.1", OLD, "build-requirement-breaks", "beniget"),
        ("scipy", "1.10.1", OLD, "build-requirement-breaks", "pyproject-metadata"),
        ("pygobject", "", BOOKWORM, "not-packaged", "girepository-2.0"),
        ("confluent-kafka", "", BOOKWORM, "library-version", "librdkafka"),
        ("pyarrow", "", BOOKWORM, "not-packaged", "apache-arrow"),
        ("llvmlite", "", BOOKWORM, "library-version", "llvm"),
    ],
)
def test_builds_that_failed(
    index: Index, name: str, version: str, image: str, code: str, message: str
):
    found = outlook(index, name, version, image)
    assert any(
        obstacle.fatal and obstacle.code == code and message in obstacle.message
        for obstacle in found.obstacles
    )
    assert found.fails()
    assert bool(found.constraints) is (code == "build-requirement-breaks")


@pytest.mark.parametrize(
    ("name", "version", "code", "message"),
    [
        ("matplotlib", "3.11.2", "downloads-subprojects", "freetype2, harfbuzz"),
        ("sentencepiece", "", "downloads-cmake", "abseil"),
        ("cryptography", "", "downloads-crates", "crates"),
    ],
)
def test_builds_that_fail_in_a_closed_network(
    index: Index, name: str, version: str, code: str, message: str
):
    found = outlook(index, name, version, BOOKWORM)
    assert any(
        obstacle.code == code and message in obstacle.message for obstacle in found.obstacles
    )
    assert found.fails(closed_network=True)
    assert not found.fails(closed_network=False)


def test_orjson_carries_its_crates(index: Index):
    codes = {obstacle.code for obstacle in outlook(index, "orjson", "", BOOKWORM).obstacles}
    assert "downloads-crates" not in codes


@pytest.mark.parametrize(
    ("name", "version", "image"),
    [("pandas", "2.0.0", OLD), ("lxml", "", BOOKWORM), ("psycopg2", "", BOOKWORM)],
)
def test_builds_that_went_through(index: Index, name: str, version: str, image: str):
    found = outlook(index, name, version, image)
    assert not found.fails(closed_network=True)
    required = {need.name for need in found.needs if need.role is Role.REQUIRED}
    assert "c" in required
    assert all(need.source for need in found.needs)
    assert any(need.kind is NeedKind.TOOL for need in found.needs)
