"""What packages bring along and hold, by Debian's own data.

The expected closures are apt's: ``apt-get install --simulate`` in roots made by debootstrap, as
``data/distributions/simulated.tsv`` records them.
"""

import csv
from pathlib import Path

import pytest

from wheelcheck.distributions.debian_package import FileKind
from wheelcheck.distributions.installed_system import debian_system
from wheelcheck.distributions.repository import debian_repository
from wheelcheck.distributions.successors import successors

SIMULATED = Path(__file__).parents[2] / "data" / "distributions" / "simulated.tsv"
LINES = {
    "gcc",
    "gcc libpq-dev",
    "build-essential libpq-dev libffi-dev libssl-dev",
    "python3-pip",
    "default-libmysqlclient-dev build-essential pkg-config",
    "libgl1 libglib2.0-0",
    "libgl1-mesa-glx libglib2.0-0",
    "libcairo2-dev pkg-config python3-dev",
}


def repository(release):
    found = debian_repository(release)
    assert found is not None
    return found


def simulated():
    with SIMULATED.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


BASES = {
    row["release"]: frozenset(row["packages"].split()) for row in simulated() if not row["line"]
}


@pytest.mark.parametrize(
    "row",
    [row for row in simulated() if row["line"] in LINES],
    ids=lambda row: f"{row['release']}-{row['recommends']}-{row['line']}",
)
def test_a_closure_is_what_apt_would_install(row):
    closure = repository(row["release"]).closure(
        row["line"].split(),
        recommends=row["recommends"] == "yes",
        installed=BASES[row["release"]],
    )
    if row["result"] == "installs":
        assert set(closure.added) == set(row["packages"].split())
        assert not closure.missing
    else:
        assert closure.missing


def test_recommended_packages_come_along_only_where_they_are_wanted():
    trixie = repository("13")
    assert "build-essential" in trixie.closure(["python3-pip"], recommends=True).installed
    assert "build-essential" not in trixie.closure(["python3-pip"], recommends=False).installed


def test_a_compiler_without_recommended_packages_has_no_headers_of_the_c_library():
    assert "libc6-dev" not in repository("13").closure(["gcc"], recommends=False).installed
    assert "libc6-dev" in repository("13").closure(["g++"], recommends=False).installed


def test_what_is_installed_already_is_not_added_again():
    closure = repository("12").closure(["libpq-dev"], recommends=False, installed=BASES["12"])
    assert "libc6" in closure.installed
    assert "libc6" not in closure.added


def test_a_name_that_the_release_does_not_have_is_missing_and_the_others_are_not_lost():
    closure = repository("13").closure(["libgl1-mesa-glx", "curl"], recommends=False)
    assert closure.missing == ("libgl1-mesa-glx",)
    assert "libcurl4t64" in closure.installed


def test_a_name_with_a_single_provider_installs_it():
    closure = repository("13").closure(["libglib2.0-0"], recommends=False)
    assert "libglib2.0-0t64" in closure.installed
    assert not closure.missing


def test_a_name_with_several_providers_is_ambiguous():
    assert repository("12").closure(["libblas.so"], recommends=False).ambiguous == ("libblas.so",)


def test_a_package_whose_dependencies_are_not_known_leaves_the_closure_incomplete():
    trixie = repository("13")
    assert "librust-serde-dev" in trixie
    closure = trixie.closure(["librust-serde-dev"], recommends=False)
    assert closure.unknown == ("librust-serde-dev",)
    assert not closure.is_complete


@pytest.mark.parametrize(
    ("release", "kind", "name", "package"),
    [
        ("13", FileKind.SONAME, "libGL.so.1", "libgl1"),
        ("12", FileKind.SONAME, "libglib-2.0.so.0", "libglib2.0-0"),
        ("13", FileKind.SONAME, "libglib-2.0.so.0", "libglib2.0-0t64"),
        ("13", FileKind.SONAME, "libgomp.so.1", "libgomp1"),
        ("11", FileKind.PC, "mariadb", "libmariadb-dev"),
        ("13", FileKind.HEADER, "libpq-fe.h", "libpq-dev"),
        ("13", FileKind.HEADER, "zlib.h", "zlib1g-dev"),
        ("13", FileKind.EXECUTABLE, "pg_config", "libpq-dev"),
        ("13", FileKind.CMAKE, "GLFW3", "libglfw3-dev"),
        ("13", FileKind.LIB, "ldap", "libldap-dev"),
    ],
)
def test_the_package_that_holds_a_file_is_found(release, kind, name, package):
    assert package in repository(release).packages_with(kind, name)


def test_the_slim_image_has_no_openmp_and_no_expat_and_the_full_image_has_both():
    slim = debian_system("debian", "13", "python-slim")
    full = debian_system("debian", "13", "python")
    assert not {"libgomp.so.1", "libexpat.so.1", "libGL.so.1"} & slim.sonames()
    assert {"libssl.so.3", "libz.so.1", "libstdc++.so.6"} <= slim.sonames()
    assert {"libgomp.so.1", "libexpat.so.1"} <= full.sonames()
    assert "libGL.so.1" not in full.sonames()


def test_the_full_image_has_the_headers_of_buildpack_deps():
    full = debian_system("debian", "12", "python")
    assert full.holders(FileKind.HEADER, "libpq-fe.h") == ("libpq-dev",)
    assert full.holders(FileKind.PC, "libxml-2.0")
    assert not full.holders(FileKind.HEADER, "lber.h")


def test_ubuntu_is_judged_by_the_debian_releases_around_it_and_never_for_certain():
    noble = debian_system("ubuntu", "24.04")
    after, closure = noble.install(["gcc", "libpq-dev", "libgl1-mesa-glx"])
    assert after.holders(FileKind.PC, "libpq") == ("libpq-dev",)
    assert not after.is_certain
    assert not closure.missing, "Debian 12 has it, so Ubuntu 24.04 may"


def test_a_release_of_which_nothing_is_known_has_no_system():
    assert debian_system("debian", "9") is None
    assert debian_system("ubuntu", "18.04") is None


def test_libraries_define_the_symbol_versions_of_their_release():
    bookworm, trixie = (debian_system("debian", release) for release in ("12", "13"))
    assert "GLIBC_2.36" in bookworm.symbol_versions("libc.so.6")
    assert "GLIBC_2.38" not in bookworm.symbol_versions("libc.so.6")
    assert "GLIBC_2.41" in trixie.symbol_versions("libc.so.6")
    assert "GLIBCXX_3.4.33" in trixie.symbol_versions("libstdc++.so.6")
    assert trixie.symbol_versions("libnothing.so.1") is None


@pytest.mark.parametrize(
    ("name", "release", "successor"),
    [
        ("libgl1-mesa-glx", "13", "libgl1"),
        ("libaio1", "13", "libaio1t64"),
        ("libssl1.1", "12", "libssl3"),
        ("libffi7", "13", "libffi8"),
        ("openjdk-11-jdk", "12", "openjdk-17-jdk"),
        ("libglib2.0-0t64", "12", "libglib2.0-0"),
        ("netcat", "13", "netcat-openbsd"),
    ],
)
def test_a_package_that_is_gone_has_a_successor(name, release, successor):
    assert successor in successors(name, release)


@pytest.mark.parametrize("name", ["curl", "no-such-thing", "libpcre3-dev"])
def test_what_is_there_or_has_none_has_no_successor(name):
    assert successors(name, "13") == ()


def test_a_package_that_conflicts_with_an_earlier_dependency_takes_its_place():
    closure = repository("13").closure(["libreoffice"], recommends=False)
    assert "libreoffice-core" in closure.installed
    assert "libreoffice-core-nogui" not in closure.installed


@pytest.mark.parametrize(
    ("installed", "removed", "gone"),
    [
        # apt-get -s remove in a root of Debian 13, recommended packages on
        ("gcc", "gcc", "gcc"),
        ("gcc", "cpp", "cpp gcc"),
        ("gcc", "libc6-dev", "libc6-dev"),
        ("gcc", "gcc-14", "gcc gcc-14"),
        ("g++ libpq-dev", "gcc", "g++ gcc"),
        ("g++ libpq-dev", "libssl-dev gcc", "g++ gcc libpq-dev libssl-dev"),
        ("build-essential", "gcc", "build-essential g++ gcc"),
        (
            "build-essential",
            "libc6-dev",
            (
                "build-essential g++ g++-14 g++-14-x86-64-linux-gnu g++-x86-64-linux-gnu libc6-dev "
                "libstdc++-14-dev"
            ),
        ),
    ],
)
def test_what_needs_a_removed_package_goes_with_it_and_what_it_brought_stays(
    installed, removed, gone
):
    image = debian_system("debian", "13")
    assert image is not None
    full, _ = image.install(installed.split())
    assert full.packages - full.remove(removed.split()).packages == set(gone.split())
