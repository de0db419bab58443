"""From a project to the packages of a distribution and the commands to paste."""

from datetime import date

import pytest
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.builds.needs.build_need import BuildNeed, NeedKind, Role, SourceNeedsInput
from wheelcheck.builds.needs.source_needs import known_needs, source_needs
from wheelcheck.builds.needs.system_packages import InstallPhase, install_commands, packages_for
from wheelcheck.distributions.distribution import (
    Distribution,
    Family,
    distribution_of,
    names_for,
    versions_on_offer,
)
from wheelcheck.errors import Unknown
from wheelcheck.targets import parse_target_on
from wheelcheck.targets.target import Architecture, Image, Implementation, Libc, Target

BOOKWORM = Distribution(Family.APT, "debian", "12")
NOBLE = Distribution(Family.APT, "ubuntu", "24.04", has_python_headers=False)
ALPINE_BUILD = "apk add --no-cache --virtual .build-deps"
EL9 = Distribution(Family.DNF, "rhel", "9", has_python_headers=False)


def alpine(release: str) -> Distribution:
    return Distribution(Family.APK, "alpine", release)


def known(name: str, version: str):
    return known_needs(NormalizedName(name), Version(version))


def target(image: Image | None, libc: Libc = Libc.GLIBC) -> Target:
    return Target(
        name="t",
        implementation=Implementation.CPYTHON,
        python=(3, 12),
        python_full_version="3.12.1",
        free_threaded=False,
        libc=libc,
        libc_version=(2, 36),
        arch=Architecture.X86_64,
        image=image,
    )


def image(name: str, os: str, version: str, *, compiler: bool = False) -> Image:
    return Image(name, os, version, None, None, compiler, "test")


@pytest.mark.parametrize(
    ("name", "version", "where", "build", "run"),
    [
        (
            "lxml", "5.0", alpine("3.19"),
            "apk add --no-cache --virtual .build-deps gcc libxml2-dev libxslt-dev musl-dev",
            "apk add --no-cache libxml2 libxslt",
        ),
        (
            "psycopg2", "2.9.9", BOOKWORM,
            "apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev libpq-dev",
            "apt-get update && apt-get install -y --no-install-recommends libpq5",
        ),
        (
            "psycopg2", "2.9.9", EL9,
            "dnf install -y gcc glibc-devel libpq-devel",
            "dnf install -y libpq",
        ),
        (
            "scipy", "1.10.1", alpine("3.17"),
            ALPINE_BUILD + " g++ gcc gfortran musl-dev openblas-dev pkgconf",
            "apk add --no-cache libgcc libgfortran libstdc++ openblas",
        ),
    ],
)  # fmt: skip
def test_the_commands_can_be_pasted(
    name: str, version: str, where: Distribution, build: str, run: str
):
    commands = install_commands(known(name, version), where)
    assert commands.build == build
    assert commands.run == run
    assert commands.unresolved == ()


def test_build_packages_are_taken_away_again_but_not_what_runs():
    assert install_commands(known("lxml", "5.0"), alpine("3.19")).remove == "apk del .build-deps"
    apt = install_commands(known("psycopg2", "2.9.9"), BOOKWORM)
    assert apt.remove == "apt-get purge -y --auto-remove gcc libc6-dev libpq-dev"


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (alpine("3.16"), {"libssl1.1", "libcrypto1.1"}),
        (alpine("3.17"), {"libssl3", "libcrypto3"}),
        (alpine(""), {"libssl3", "libcrypto3"}),
        (BOOKWORM, {"libssl3"}),
        (Distribution(Family.APT, "debian", "13"), {"libssl3t64"}),
    ],
)
def test_names_follow_the_release(where: Distribution, expected: set[str]):
    openssl = BuildNeed(NeedKind.LIBRARY, "openssl", "test")
    found = packages_for([openssl], where)
    assert {package.name for package in found if package.stage is InstallPhase.RUN} == expected


@pytest.mark.parametrize(
    ("release", "library", "expected"),
    [
        ("22.04", "openldap", {"libldap-2.5-0"}),
        ("24.04", "openldap", {"libldap2"}),
        ("24.04", "openssl", {"libssl3t64"}),
        ("22.04", "curl", {"libcurl4"}),
        ("24.04", "libjpeg", {"libjpeg-turbo8"}),
        ("24.04", "libpq", {"libpq5"}),
        ("26.04", "libpq", {"libpq5"}),
    ],
)
def test_ubuntu_has_the_names_on_which_the_releases_of_debian_around_it_agree(
    release: str, library: str, expected: set[str]
):
    where = Distribution(Family.APT, "ubuntu", release)
    found = packages_for([BuildNeed(NeedKind.LIBRARY, library, "test")], where)
    assert {package.name for package in found if package.stage is InstallPhase.RUN} == expected


@pytest.mark.parametrize(
    ("release", "library", "expected"),
    [("22.04", "openssl", "libssl-dev"), ("24.04", "gsl", "libgsl-dev"),
     ("26.04", "openldap", "libldap2-dev")],
)  # fmt: skip
def test_where_the_run_time_name_is_not_known_the_dev_package_replaces_it_and_says_so(
    release: str, library: str, expected: str
):
    where = Distribution(Family.APT, "ubuntu", release)
    found = packages_for([BuildNeed(NeedKind.LIBRARY, library, "test")], where)
    run = [package for package in found if package.stage is InstallPhase.RUN]
    assert [package.name for package in run] == [expected]
    assert f"Ubuntu {release}" in run[0].note


def test_a_library_the_distribution_does_not_package_is_reported():
    commands = install_commands(known("pyarrow", "14.0.0"), BOOKWORM)
    assert [need.name for need in commands.unresolved] == ["apache-arrow"]


def test_rust_joins_cryptography_with_3_4():
    assert {need.name for need in known("cryptography", "3.3.2")} == {"openssl", "c"}
    assert "rust" in {need.name for need in known("cryptography", "41.0.0")}


def test_bundled_and_optional_libraries_are_distinguished_and_not_installed():
    needs = known("pyzmq", "25.1.0")
    assert {need.name for need in needs if need.role is Role.BUNDLED} == {"zeromq", "libsodium"}
    assert "zeromq" not in install_commands(needs, BOOKWORM).build
    pillow = known("pillow", "10.0.0")
    assert "libwebp" not in install_commands(pillow, BOOKWORM).build
    assert "libwebp-dev" in install_commands(pillow, BOOKWORM, optional=True).build


def test_a_release_outside_what_was_seen_is_marked():
    assert "(seen for " in known("lxml", "1.0")[0].source
    assert "(seen for " not in known("lxml", "5.0")[0].source


def test_what_pypi_brings_is_not_installed():
    cmake = BuildNeed(NeedKind.TOOL, "cmake", "test", from_pypi=True)
    assert install_commands([cmake], BOOKWORM).build == ""
    assert install_commands([cmake], BOOKWORM).unresolved == ()


def test_the_large_images_have_much_already():
    large = distribution_of(
        target(image("python:3.12-bookworm", "debian", "12 bookworm", compiler=True))
    )
    assert isinstance(large, Distribution)
    assert install_commands(known("psycopg2", "2.9.9"), large).build == ""


def test_what_packages_of_an_image_brought_along_is_not_purged():
    needs = [
        BuildNeed(NeedKind.TOOL, "pkg-config", "test"),
        BuildNeed(NeedKind.LIBRARY, "cairo", "test"),
        BuildNeed(NeedKind.LIBRARY, "dbus", "test"),
    ]
    as_of = date(2026, 11, 1)
    full, slim = (
        distribution_of(parse_target_on(f"python:3.12{end}", as_of=as_of))
        for end in ("-bookworm", "-slim-bookworm")
    )
    brought = {"libcairo2-dev", "pkg-config"}  # by libmagickcore-dev and libglib2.0-dev
    of_full, of_slim = (
        set(install_commands(needs, where).build_packages) for where in (full, slim)
    )
    assert of_slim - of_full == brought
    assert "libdbus-1-dev" in install_commands(needs, full).remove
    assert brought.isdisjoint(install_commands(needs, full).remove.split())


def test_a_target_has_the_distribution_of_its_image():
    slim = distribution_of(target(image("python:3.12-slim", "debian", "13 trixie")))
    assert slim == Distribution(
        Family.APT, "debian", "13", has_python_headers=True, base="python-slim"
    )
    ubi = distribution_of(target(image("registry.example/ubi9", "ubi", "9")))
    assert ubi == Distribution(Family.DNF, "rhel", "9", has_python_headers=False)
    ours = "registry.access.redhat.com/ubi9/python-312"
    catalogued = distribution_of(parse_target_on(ours, as_of=date(2026, 11, 1)))
    assert not isinstance(catalogued, Unknown)
    assert (catalogued.name, catalogued.has_python_headers) == ("rhel", True)
    commands = install_commands(known("psycopg2", "2.9.9"), catalogued)
    assert (commands.build, commands.remove) == ("", "")  # it has gcc and libpq-devel
    assert distribution_of(target(None, Libc.MUSL)) == Distribution(Family.APK, "alpine")
    bare = distribution_of(target(None))
    assert isinstance(bare, Unknown)
    assert bare.code == "distribution-unknown"


def test_amazon_linux_2_has_yum():
    old = Distribution(Family.DNF, "amazonlinux", "2")
    assert install_commands(known("psycopg2", "2.9.9"), old).build.startswith("yum install -y ")


@pytest.mark.parametrize(
    ("cell", "release", "expected"),
    [
        ("a b@3.17.. c@..3.16 d@3.17", "3.17", ("a", "b", "d")),
        ("a b@3.17.. c@..3.16 d@3.17", "3.9", ("a", "c")),
        ("a b@3.17.. c@..3.16 d@3.17..3.18", "3.18", ("a", "b", "d")),
        ("a b@3.17.. c@..3.16", "edge", ("a", "b")),
    ],
)
def test_a_row_holds_for_a_span_of_releases(cell: str, release: str, expected: tuple[str, ...]):
    assert names_for(cell, alpine(release)) == expected


def test_the_versions_of_a_distributions_package_are_known():
    assert versions_on_offer("rust", alpine("3.18")) == (Version("1.69.0"),)
    assert versions_on_offer("librdkafka", BOOKWORM) == (Version("2.0.2"),)
    assert versions_on_offer("llvm", BOOKWORM)[0] == Version("14.0")
    assert Version("15") in versions_on_offer("llvm", BOOKWORM)
    assert versions_on_offer("rust", NOBLE) == ()


def test_our_reading_joins_the_table_as_optional():
    facts = SourceNeedsInput(
        NormalizedName("psycopg2"),
        Version("2.9.9"),
        extension_libraries=(("setup.py:1", ("ssl",), False),),
    )
    roles = {need.name: need.role for need in source_needs(facts)}
    assert roles["libpq"] is Role.REQUIRED
    assert roles["openssl"] is Role.OPTIONAL


def test_our_reading_counts_where_the_table_is_silent():
    facts = SourceNeedsInput(
        NormalizedName("nobody-knows-this"),
        Version("1"),
        languages={"c": "setup.py: x.c"},
        extension_libraries=(("setup.py:1", ("ssl",), False),),
    )
    assert {(n.name, n.role, n.inferred) for n in source_needs(facts)} == {
        ("c", Role.REQUIRED, True),
        ("openssl", Role.REQUIRED, True),
    }


@pytest.mark.parametrize("module", ["OpenMP", "OpenACC"])
def test_openmp_is_used_wherever_the_compiler_has_it(module: str):
    """CMake's own FindOpenACC takes ``-fopenacc`` of GCC, which links with libgomp (run)."""
    facts = SourceNeedsInput(
        NormalizedName("nobody-knows-this"),
        Version("1"),
        languages={"c++": "x.cpp"},
        texts={"CMakeLists.txt": f"find_package({module})\nfind_package(ZLIB)\n"},
    )
    commands = install_commands(source_needs(facts), alpine("3.19"))
    assert commands.build == ALPINE_BUILD + " g++"
    assert commands.run == "apk add --no-cache libgcc libgomp libstdc++"


def test_scikit_learn_keeps_openmp_when_the_compiler_goes():
    """The compiler brings libgomp, and `apk del .build-deps` takes it away with it."""
    commands = install_commands(known("scikit-learn", "1.2.2"), alpine("3.17"))
    assert "libgomp" in commands.run.split()
    assert "libgomp" not in commands.build.split()


def test_programs_that_scripts_run_are_doubted_where_the_table_knows_the_project():
    """numba's setup.py asks clang for its version, on macOS."""
    run = {"tools_run": (("setup.py:293", "clang"), ("setup.py:1", "make"))}
    known_project = SourceNeedsInput(NormalizedName("numba"), Version("0.60"), **run)
    unknown = SourceNeedsInput(NormalizedName("nobody-knows-this"), Version("1"), **run)
    assert {n.name: n.role for n in source_needs(unknown)} == dict.fromkeys(
        ("clang", "make"), Role.REQUIRED
    )
    roles = {need.name: need.role for need in source_needs(known_project)}
    assert (roles["clang"], roles["make"]) == (Role.OPTIONAL, Role.REQUIRED)


@pytest.mark.parametrize(
    ("installed", "make"), [(set(), True), ({"cmake"}, True), ({"cmake", "ninja"}, False)]
)
def test_cmake_without_ninja_needs_make(installed: set[str], make: bool):  # noqa: FBT001
    """xgboost before 3.4 calls the system's cmake; base images have neither ninja nor make."""
    facts = SourceNeedsInput(
        NormalizedName("nobody-knows-this"),
        Version("1"),
        languages={"c++": "x.cpp"},
        tools_run=(("setup.py:1", "cmake"),),
        installed=frozenset(installed),
    )
    assert ("make" in install_commands(source_needs(facts), BOOKWORM).build.split()) is make


@pytest.mark.parametrize(
    ("line", "compiles"),
    [
        ("check_output(['cmake', '--version'])", False),
        ("os.system('cmake --version')", False),
        ("check_call(['cmake', '--build', '.'])", True),
    ],
)
def test_asking_cmake_for_its_version_builds_no_project(line: str, compiles: bool):  # noqa: FBT001
    facts = SourceNeedsInput(
        NormalizedName("nobody-knows-this"),
        Version("1"),
        texts={"setup.py": f"import os\n{line}\n"},
        tools_run=(("setup.py:2", "cmake"),),
    )
    names = {need.name for need in source_needs(facts)}
    assert "cmake" in names
    assert ({"c", "c++"} <= names) is ("c++" in names) is compiles


def test_a_release_outside_what_was_seen_may_ask_for_another_library():
    texts = {"setup.py": 'os.popen("pkg-config --libs ipopt").read()'}

    def roles(version: str) -> dict[str, Role]:
        facts = SourceNeedsInput(NormalizedName("sentencepiece"), Version(version), texts=texts)
        return {need.name: need.role for need in source_needs(facts)}

    assert roles("0.1.91")["ipopt.pc"] is Role.REQUIRED
    assert roles("0.2.0")["ipopt.pc"] is Role.OPTIONAL
