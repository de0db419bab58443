"""Will it build at all? The cases met while eighty packages were built from source."""

import pytest
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.builds.needs.build_need import BuildNeed, NeedKind, SourceNeedsInput
from wheelcheck.builds.needs.source_needs import source_needs
from wheelcheck.builds.obstacles.downloads import network_obstacles
from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.obstacles.obstacle_rules import (
    known_obstacles,
    missing_from_distribution,
    no_sdist,
    sdist_obstacles,
    target_obstacles,
)
from wheelcheck.builds.obstacles.stub_sdist import is_stub
from wheelcheck.distributions.distribution import Distribution, Family
from wheelcheck.targets.target import Libc

BOOKWORM = Distribution(Family.APT, "debian", "12")
TRIXIE = Distribution(Family.APT, "debian", "13")


def alpine(release: str) -> Distribution:
    return Distribution(Family.APK, "alpine", release)


def facts(name: str = "thing", version: str = "1.0", **more) -> SourceNeedsInput:
    return SourceNeedsInput(NormalizedName(name), Version(version), **more)


def missing(where: Distribution, name: str, version: str, **more) -> dict[str, BuildObstacle]:
    given = facts(name, version, **more)
    return {
        obstacle.code: obstacle
        for obstacle in missing_from_distribution(given, source_needs(given), where)
    }


def downloads(**more) -> list[BuildObstacle]:
    return list(network_obstacles(facts(**more)))


def test_a_release_without_an_sdist():
    found = no_sdist(NormalizedName("tensorflow"), Version("2.16.1"))
    assert (found.code, found.fatal) == ("no-sdist", True)
    assert str(found.message) == "tensorflow 2.16.1 has no sdist"


@pytest.mark.parametrize(
    ("where", "least", "too_old"),
    [(TRIXIE, "99.1", True), (TRIXIE, "1.0", False), (BOOKWORM, "99.1", False)],
)
def test_a_module_of_pkg_config_that_the_distribution_has_in_an_older_version(
    where: Distribution,
    least: str,
    too_old: bool,  # noqa: FBT001
):
    meson = f"project('x', 'c')\ndependency('libalpm', version: '>={least}')\n"
    given = {"backend": "mesonpy", "texts": {"meson.build": meson}}
    found = missing(where, "thing", "1", **given)
    assert ("library-too-old" in found) is too_old


def test_a_rust_newer_than_the_distribution_has():
    given = {
        "build_requires": ("maturin>=1.9",),
        "texts": {"Cargo.toml": '[package]\nname = "x"\nrust-version = "1.74"\n'},
    }
    found = missing(alpine("3.18"), "cryptography", "46.0.0", **given)["tool-too-old"]
    assert found.message == "rust >= 1.74 is needed, Alpine 3.18 has 1.69.0"
    assert found.fatal
    assert "Cargo.toml" in found.source
    assert "tool-too-old" not in missing(alpine("3.20"), "cryptography", "46.0.0", **given)


def test_tools_that_pypi_brings_are_new_enough_on_any_distribution():
    given = {
        "installed": frozenset({"cmake"}),
        "texts": {"CMakeLists.txt": "cmake_minimum_required(VERSION 3.30)"},
    }
    assert missing(BOOKWORM, "thing", "1", **given) == {}
    del given["installed"]
    given["tools_run"] = (("setup.py:1", "cmake"),)
    assert "tool-too-old" in missing(BOOKWORM, "thing", "1", **given)


def test_confluent_kafka_wants_a_librdkafka_of_its_own_age():
    found = missing(BOOKWORM, "confluent-kafka", "2.3.0")["library-version"]
    assert found.message == "librdkafka >=2.3 is needed, Debian 12 has 2.0.2"
    assert found.fatal
    assert missing(TRIXIE, "confluent-kafka", "2.3.0") == {}
    assert missing(TRIXIE, "confluent-kafka", "2.8.7") == {}  # Debian 13 has 2.8.0


def test_pygobject_wants_girepository_2():
    assert missing(BOOKWORM, "pygobject", "3.52.0")["not-packaged"].fatal
    assert missing(BOOKWORM, "pygobject", "3.50.0") == {}
    assert missing(TRIXIE, "pygobject", "3.52.0") == {}
    assert missing(alpine("3.24"), "pygobject", "3.52.0") == {}  # part of glib-dev there
    assert missing(alpine("3.18"), "pygobject", "3.52.0")["not-packaged"].fatal


def test_pyarrow_wants_arrow_itself():
    assert missing(BOOKWORM, "pyarrow", "14.0.1")["not-packaged"].fatal
    found = missing(alpine("3.18"), "pyarrow", "14.0.1")["library-version"]
    assert found.message == "apache-arrow ==14.* is needed, Alpine 3.18 has 12.0.0"
    assert missing(alpine("3.20"), "pyarrow", "16.1.0") == {}


def test_nothing_is_certain_where_the_release_is_not_known():
    """LLVM's packages are named after its version: llvm22-dev on Alpine 3.24."""
    found = missing(alpine(""), "llvmlite", "0.44.0")["not-packaged"]
    assert not found.fatal
    assert found.message.endswith("as its release is not known")


def test_llvmlite_wants_a_single_major_release_of_llvm():
    beside = missing(BOOKWORM, "llvmlite", "0.44.0")["library-version"]
    assert beside.message == "llvm ==15.* is needed, Debian 12 has 14.0, and 15 beside it"
    assert not beside.fatal
    assert missing(BOOKWORM, "llvmlite", "0.45.0")["library-version"].fatal
    assert missing(BOOKWORM, "llvmlite", "0.43.0") == {}


def test_what_is_not_known_of_a_distribution_is_no_obstacle():
    ubuntu = Distribution(Family.APT, "ubuntu", "24.04")
    assert missing(ubuntu, "confluent-kafka", "2.3.0") == {}


def test_meson_subprojects_that_are_not_shipped():
    """matplotlib 3.11 fetches FreeType and HarfBuzz."""
    members = (
        "meson.build",
        "subprojects/freetype2.wrap",
        "subprojects/harfbuzz.wrap",
        "subprojects/packagefiles/qhull/meson.build",
    )
    (found,) = downloads(members=members)
    assert found.code == "downloads-subprojects"
    assert "freetype2, harfbuzz" in found.message
    assert not found.stops(closed_network=False)
    assert found.stops(closed_network=True)


def test_meson_subprojects_in_the_sdist_are_not_downloaded():
    members = (
        "subprojects/freetype2.wrap",
        "subprojects/freetype-2.6.1/meson.build",
    )
    assert downloads(members=members) == []


def test_cmake_content_from_afar():
    """sentencepiece clones Abseil."""
    text = """
include(FetchContent)
FetchContent_Declare(
  abseil-cpp
  GIT_REPOSITORY https://example/abseil.git
)
# FetchContent_Declare(commented URL https://example/)
FetchContent_Declare(local SOURCE_DIR ${CMAKE_SOURCE_DIR}/local)
"""
    (found,) = downloads(texts={"CMakeLists.txt": text})
    assert (found.code, found.needs_network) == ("downloads-cmake", True)
    assert found.message == "CMake may download abseil-cpp"


def test_modules_that_cmake_includes_may_download():
    module = "FetchContent_Declare(pybind11 URL ${url})\n"
    texts = {"CMakeLists.txt": "include(cmake/own.cmake)", "cmake/own.cmake": module}
    (found,) = downloads(texts=texts)
    assert found.message == "CMake may download pybind11"
    assert downloads(texts={**texts, "CMakeLists.txt": "project(x)"}) == []


def test_a_package_of_cpm_behind_an_option_that_is_off_is_not_fetched():
    """fht-cpu fetches Google's benchmark for a header that it ships."""
    text = "option(TUNE help {})\nif(TUNE)\n  CPMAddPackage(\n    NAME rapid\n"
    text += "    GITHUB_REPOSITORY a/b)\nendif()\n"
    (found,) = downloads(texts={"CMakeLists.txt": text.format("ON")})
    assert found.message == "CMake may download rapid"
    assert downloads(texts={"CMakeLists.txt": text.format("OFF")}) == []


def test_lists_beside_the_folder_that_the_backend_names_fetch_nothing():
    settings = '[build-system]\nrequires = ["scikit-build-core"]\n'
    settings += (
        'build-backend = "scikit_build_core.build"\n[tool.scikit-build]\ncmake.source-dir = "{}"\n'
    )
    fetch = "CPMAddPackage(NAME rapid GITHUB_REPOSITORY a/b)\n"
    texts = {"CMakeLists.txt": fetch, "python/CMakeLists.txt": "project(x)\n"}
    assert downloads(texts={**texts, "pyproject.toml": settings.format("python")}) == []
    assert len(downloads(texts={**texts, "pyproject.toml": settings.format(".")})) == 1
    for place in ("..", "${ELSEWHERE}"):
        texts["python/CMakeLists.txt"] = f"add_subdirectory({place} x)\n"
        assert len(downloads(texts={**texts, "pyproject.toml": settings.format("python")})) == 1


def test_a_folder_for_libraries_that_holds_lists_alone_has_them_fetched():
    """pyroomacoustics fetches Eigen in external/CMakeLists.txt; libraries there need nothing."""
    texts = {"external/CMakeLists.txt": "FetchContent_Declare(eigen GIT_REPOSITORY ${url})\n"}
    (found,) = downloads(texts=texts, members=tuple(texts))
    assert found.message == "CMake may download eigen"
    assert downloads(texts=texts, members=(*texts, "external/eigen/Eigen/Core")) == []


def test_what_is_fetched_for_tests_and_documentation_alone_is_not_reported():
    text = "FetchContent_Declare(googletest GIT_REPOSITORY https://example/g.git)\n"
    assert downloads(texts={"CMakeLists.txt": text}) == []
    other = "file(DOWNLOAD https://example/logo.png logo.png)\n"
    assert downloads(texts={"opencv/docs_sphinx/CMakeLists.txt": other}) == []
    assert len(downloads(texts={"opencv/CMakeLists.txt": other})) == 1


def test_scripts_that_download():
    clone = 'import subprocess\nsubprocess.run(["git", "clone", URL])\n'
    (found,) = downloads(texts={"setup.py": clone})
    assert found.source == "setup.py:2"
    assert "git clone" in found.message
    (found,) = downloads(texts={"setup.py": "urllib.request.urlretrieve(URL, 'x.tar.gz')"})
    assert "urlretrieve" in found.message
    assert (
        downloads(texts={"setup.py": 'description = "git clone this"\nrun("git", "describe")'})
        == []
    )
    named = 'run = subprocess.Popen\nwhat = "mkdir x"\nsubprocess.call(what)\n'
    clones = 'what = "git clone " "ftp://index.example/x"\nsubprocess.Popen(what, shell=True)\n'
    assert downloads(texts={"setup.py": named}) == []
    (found,) = downloads(texts={"setup.py": named + clones + 'what = "make"\n'})
    assert "git clone" in found.message
    computed = 'import subprocess\nwhat = "git clone x"\nwhat = choose()\nsubprocess.run(what)\n'
    assert downloads(texts={"setup.py": computed}) == []
    harmless = 'description = "git clone this"\nprint("git clone that")\nrun("git", "describe")'
    assert downloads(texts={"setup.py": harmless}) == []
    assert downloads(texts={"tests/setup.py": clone}) == []
    assert downloads(texts={"winbuild/prepare.py": clone, "setup.py": "import os"}) == []
    helper = {"libs/fetcher.py": clone, "setup.py": "from libs import fetcher"}
    assert [obstacle.source for obstacle in downloads(texts=helper)] == ["libs/fetcher.py:2"]
    early = "try:\n    {}\nexcept ImportError:\n    from ez_setup import use_setuptools\n"
    boot = {"ez_setup.py": "def use_setuptools(url):\n    urlopen(url)\n"}
    assert not downloads(texts={"setup.py": early.format("import setuptools"), **boot})
    assert downloads(texts={"setup.py": early.format("import setuptools, x"), **boot})


def test_crates_come_over_the_network_unless_the_sdist_carries_them():
    """Every Rust package fetches crates; orjson carries them in include/cargo."""
    maturin = ("maturin>=1,<2",)
    manifest = ("Cargo.toml", "Cargo.lock")
    (found,) = downloads(build_requires=maturin, members=manifest)
    assert (found.code, found.source) == ("downloads-crates", "Cargo.toml")
    vendor = tuple(f"vendor/crate{n}/Cargo.toml" for n in range(5))
    include = tuple(f"include/cargo/crate{n}/Cargo.toml" for n in range(30))
    workspace = tuple(f"crates/part{n}/Cargo.toml" for n in range(5))
    assert downloads(build_requires=maturin, members=(*manifest, *vendor)) == []
    assert downloads(build_requires=maturin, members=(*manifest, *include)) == []
    lock = {
        "Cargo.lock": "".join(
            f'name = "other{n}"\nversion = "1.0.0"\nsource = "registry+x"\n' for n in range(9)
        )
    }
    assert len(downloads(build_requires=maturin, members=(*manifest, *include), texts=lock)) == 1
    locked = {"Cargo.lock": lock["Cargo.lock"].replace("other", "crate")}
    assert downloads(build_requires=maturin, members=(*manifest, *include), texts=locked) == []
    assert len(downloads(build_requires=maturin, members=(*manifest, *workspace))) == 1
    assert downloads(build_requires=("setuptools",), members=manifest) == []


def test_upstream_refuses_musl():
    name = NormalizedName("ibm-db")
    (found,) = known_obstacles(name, Version("3.2.0"), Libc.MUSL)
    assert not found.message.startswith(name)  # the caller names the build before it
    assert (found.code, found.fatal) == ("upstream-refuses", True)
    assert found.source
    assert [obstacle.code for obstacle in known_obstacles(name, Version("3.2.0"), Libc.GLIBC)] == [
        "downloads-script"
    ]
    assert known_obstacles(NormalizedName("numpy"), Version("1.0"), Libc.MUSL) == ()


def test_a_script_that_only_stops_is_a_stub():
    assert is_stub('README = open("R").read()\nraise RuntimeError(README)\n')
    assert is_stub('import sys\nprint("wrong package")\nsys.exit(1)\n')
    assert is_stub('if __name__ == "__main__":\n    raise SystemExit("use scikit-learn")\n')
    imported = 'import sys\nif __name__ != "__main__":\n    sys.exit("no module")\nsetup()\n'
    assert not is_stub(imported)  # nuitka's
    assert is_stub(
        "from setuptools import setup\n"
        "class No(install):\n    def run(self):\n        print('no')\n        raise OSError\n"
        "setup(name='x', cmdclass={'install': No, 'bdist_wheel': No})\n"
    )


def test_a_setup_script_that_the_backend_never_runs_is_no_stub():
    """pikepdf keeps a setup.py that only says so."""
    text = {"setup.py": "raise SystemExit('use pip')"}
    for backend, expected in (("scikit_build_core.build", 0), ("setuptools.build_meta", 1)):
        found = sdist_obstacles(facts("thing", texts=text, backend=backend))
        assert len(found) == expected


def test_a_script_that_may_build_is_no_stub():
    assert not is_stub("from setuptools import setup\nsetup(name='x')\nraise SystemExit\n")
    assert not is_stub("if sys.version_info < (3, 8):\n    raise RuntimeError('old')\nsetup()\n")
    assert not is_stub("def main():\n    raise RuntimeError\nsetup(cmdclass={'test': T})\n")
    assert not is_stub("try:\n    setup()\nexcept Exception:\n    raise\nsys.exit(0)\n")
    assert not is_stub("raise '(")
    assert not is_stub(
        "class T(Command):\n    def run(self):\n        raise SystemExit(pytest())\n"
        "setup(name='x', cmdclass={'test': T})\n"
    )


def test_all_together_and_each_once():
    given = facts(
        "torch",
        "0.1.2",
        texts={
            "setup.py": "import versioneer\nraise RuntimeError('not here')",
            "versioneer.py": "urlopen('x')\nurlopen('x')",
        },
    )
    found = sdist_obstacles(given)
    assert {obstacle.code for obstacle in found} == {"stub-sdist", "downloads-script"}
    assert len(set(found)) == len(found)


STUB = "[tool.wheel_stub]\nindex_url = 'https://me:key@index.example/'\n"


@pytest.mark.parametrize(
    ("backend", "settings", "code", "message"),
    [
        ("wheel_stub.buildapi", STUB, "downloads-wheel", "from https://****@index.example/, and"),
        ("nvidia_stub.buildapi", "", "downloads-wheel", "from its maker's index, and fails if"),
        ("wheel_stub.buildapi", f"{STUB}stub_only = true\n", "stub-sdist", "index.example/ has"),
        (
            "wheel_stub.buildapi",
            f"{STUB}[tool.wheel_stub.extra]\nstub_only = true\n",
            "stub-sdist",
            "",
        ),
        ("wheel_stub.buildapi", "tool = 1", "downloads-wheel", "its maker's index"),
        ("wheel_stub.buildapi", "[", "downloads-wheel", "its maker's index"),
    ],
)
def test_backends_that_fetch_a_ready_wheel(backend, settings, code, message):
    given = facts(backend=backend, texts={"pyproject.toml": settings})
    (found,) = sdist_obstacles(given)
    assert (found.code, found.fatal) == (code, code == "stub-sdist")
    assert message in found.message
    assert not sdist_obstacles(facts(backend="hatchling.build", texts={"pyproject.toml": STUB}))


def test_what_is_known_joins_what_the_distribution_has_not():
    ibm = facts("ibm-db", "3.2.0")
    needs = (BuildNeed(NeedKind.LIBRARY, "girepository-2.0", "test", inferred=False),)
    found = target_obstacles(ibm, needs, Libc.MUSL, alpine("3.18"))
    assert {obstacle.code for obstacle in found} == {"upstream-refuses", "not-packaged"}
    assert {obstacle.code for obstacle in target_obstacles(ibm, needs, Libc.MUSL, None)} == {
        "upstream-refuses"
    }


@pytest.mark.parametrize(
    ("script", "path", "text", "what"),
    [
        (
            "subprocess.call(['sh', 'build_it.sh'])",
            "build_it.sh",
            "cd x && git clone y\n",
            "git clone",
        ),
        ("os.system('./tools/get.sh')", "tools/get.sh", "set -e\n  wget -q http://x\n", "wget"),
        ("subprocess.check_call(['make', 'lib'])", "Makefile", "lib:\n\t@curl -O x\n", "curl"),
        ("subprocess.check_call(['bazel', 'build', 'x'])", "README", "", "bazel"),
        ("requests.get('http://x')", "README", "", "requests.get"),
        ("subprocess.run(['npm', 'install'])", "README", "", "npm install"),
    ],
)
def test_scripts_and_programs_that_a_build_script_runs_download(script, path, text, what):
    (found,) = downloads(texts={"setup.py": f"import os, subprocess\n{script}\n", path: text})
    assert (found.code, found.needs_network) == ("downloads-script", True)
    assert found.message == f"the build script may download ({what})"


def test_a_shell_script_that_no_build_script_names_is_not_run():
    texts = {"setup.py": "import os\nos.system('true')\n", "release.sh": "curl x\n"}
    assert downloads(texts=texts) == []
    texts = {"setup.py": "chmod('a.sh')\n", "a.sh": "curl x\n"}
    assert downloads(texts=texts) == []
    texts = {"setup.py": "os.system('sh a.sh')\n", "a.sh": "echo curl x\n# wget y\n"}
    assert downloads(texts=texts) == []
