"""Sizes of system packages and of base images."""

import csv
from datetime import date
from pathlib import Path

import pytest

from wheelcheck.costs.image_parts.base_image import base_image, python_packages
from wheelcheck.costs.image_parts.system_sizes import SLIM_SHARE, system_size
from wheelcheck.costs.quantity import Quantity
from wheelcheck.distributions.distribution import Distribution, Family, distribution_of, names_for
from wheelcheck.errors import Unknown
from wheelcheck.tables import read_table
from wheelcheck.targets import parse_target_on

TODAY = date(2026, 11, 1)
RELEASES = ("11", "12", "13")
MIB = 2**20


def debian(release: str, *preinstalled: str) -> Distribution:
    base = "python-slim-nis" if release in {"11", "12"} else "python-slim"
    return Distribution(
        Family.APT, "debian", release, preinstalled=frozenset(preinstalled), base=base
    )


def alpine(release: str) -> Distribution:
    return Distribution(Family.APK, "alpine", release)


def mib(names: str, where: Distribution) -> float:
    return system_size(names.split(), where).size.value / MIB


@pytest.mark.parametrize(
    ("names", "release", "expected"),
    [("gcc", "12", 171.9), ("g++", "12", 246.5), ("libpq-dev", "12", 14.1), ("gcc", "13", 183.0)],
)
def test_closures_are_those_of_apt(names: str, release: str, expected: float):
    """`apt-get -s install` on those releases, recommendations off: MiB of Installed-Size."""
    assert mib(names, debian(release)) == pytest.approx(expected * SLIM_SHARE, rel=0.02)


def test_shared_dependencies_count_once():
    both = mib("gcc g++", debian("12"))
    assert both < mib("gcc", debian("12")) + mib("g++", debian("12"))
    assert both == mib("g++ gcc g++", debian("12"))


def test_what_the_base_image_has_costs_nothing():
    found = system_size(["libssl3", "zlib1g"], debian("12"))
    assert found.size == Quantity.exact(0)
    assert found.unsized == ()


def test_a_full_image_has_its_compilers_already():
    assert mib("gfortran", debian("12", "gcc", "g++", "libc6-dev")) < mib("gfortran", debian("12"))


ALPINE = Path(__file__).parents[3] / "data" / "installs" / "alpine_toolchain.csv"


def test_alpines_toolchain_lies_within_the_interval_four_times_of_five():
    """Also with git, which brings Perl in Debian and not there."""
    rows = list(csv.DictReader(ALPINE.read_text("utf-8").splitlines()))
    within = []
    for row in rows:
        found = system_size(row["packages"].split(), alpine(row["release"])).size
        within.append(found.low / MIB < float(row["mib"]) < found.high / MIB)
    assert sum(within) / len(within) >= 0.8


def test_openblas_brings_fortran_on_alpine():
    assert mib("openblas-dev", alpine("3.17")) > 1.5 * mib("openblas", alpine("3.17")) + 50


def test_alpine_lacks_what_cpp_needs_to_run():
    assert mib("libstdc++ libgcc", alpine("3.17")) > 1


def test_a_package_nobody_knows_is_named():
    assert system_size(["no-such"], alpine("3.20")).unsized == ("no-such",)


def test_doubt_grows_with_the_distance_from_debian():
    factors = [
        system_size(names, where).size.factor
        for names, where in (
            (["gcc"], debian("12")),
            (["gcc"], debian("10")),
            (["gcc"], alpine("3.20")),
            (["gcc"], Distribution(Family.DNF, "rhel", "9")),
        )
    ]
    assert factors == sorted(factors)


@pytest.mark.parametrize("release", RELEASES)
def test_every_name_of_the_need_tables_has_a_size(release: str):
    where = debian(release)
    names = {
        name
        for table in ("libraries", "toolchain")
        for row in read_table(f"builds/needs/{table}.csv")
        for stage in ("build", "run")
        for name in names_for(row[f"apt_{stage}"], where)
    }
    # what a release dropped although the table still names it
    assert len(system_size(names, where).unsized) <= 5


def test_metapackages_stand_for_packages_of_known_size():
    for row in read_table("distributions/implied_packages.csv"):
        if row["metapackage"] and row["family"] == "apk":
            assert system_size([row["package"]], alpine("3.20")).unsized == ()


def test_a_package_of_unknown_size_has_not_that_of_what_it_brings_along():
    assert system_size(["nodejs"], alpine("3.20")).unsized == ("nodejs",)


@pytest.mark.parametrize("name", ["tini", "tzdata", "bash"])
def test_a_small_package_is_as_small_under_the_same_name_elsewhere(name: str):
    found = system_size([name], alpine("3.20"))
    assert found.unsized == ()
    assert found.size.value < 2e6


def test_build_base_is_as_large_for_a_bill_as_for_a_dockerfile():
    parts = ["gcc", "g++", "make", "musl-dev", "patch", "file"]
    assert system_size(["build-base"], alpine("3.20")) == system_size(parts, alpine("3.20"))
    more = system_size([*parts, "git"], alpine("3.20"))
    assert system_size(["alpine-sdk"], alpine("3.20")) == more


def test_the_catalogue_tells_the_size_of_an_image():
    found = base_image(parse_target_on("python:3.8-alpine3.17", as_of=date(2023, 4, 14)))
    assert isinstance(found, Quantity)
    assert found.value == 48_200_000
    assert found.basis == "measured"


def test_an_image_without_a_size_is_estimated_from_its_sister():
    found = base_image(parse_target_on("python:3.11-slim-bookworm", as_of=TODAY))
    assert isinstance(found, Quantity)
    assert found.basis == "scaled"
    assert "slim-bookworm" in found.source


def test_another_cpu_is_less_certain():
    amd = base_image(parse_target_on("python:3.12-slim-bookworm", as_of=TODAY))
    arm = base_image(parse_target_on("python:3.12-slim-bookworm@linux/arm64", as_of=TODAY))
    assert isinstance(amd, Quantity)
    assert isinstance(arm, Quantity)
    assert arm.factor > amd.factor


def test_a_target_without_an_image_has_no_base():
    found = base_image(parse_target_on("cp312-manylinux_2_36_x86_64", as_of=TODAY))
    assert isinstance(found, Unknown)
    assert found.code == "image-size-unknown"


def test_documentation_is_left_out_of_slim_images_alone():
    sizes = {}
    for name in ("debian:12", "debian:12-slim"):
        distribution = distribution_of(parse_target_on(name, as_of=TODAY))
        assert isinstance(distribution, Distribution)
        sizes[name] = mib("gcc", distribution)
    assert sizes["debian:12-slim"] / sizes["debian:12"] == pytest.approx(SLIM_SHARE)


def test_namesakes_share_what_they_bring_along():
    fedora = Distribution(Family.DNF, "fedora", "43")
    alone = system_size(["jq"], fedora)
    assert alone.unsized == ()
    assert alone.size.value > 0
    assert system_size(["jq", "libjq1", "libonig5"], fedora) == alone


def test_images_of_distributions_get_their_python_beside():
    bare, official = (
        parse_target_on(name, as_of=TODAY) for name in ("debian:12", "python:3.12-slim")
    )
    assert python_packages(bare) == ("python3", "python3-pip")
    assert python_packages(parse_target_on("alpine:3.22", as_of=TODAY)) == ("python3", "py3-pip")
    assert python_packages(official) == ()
