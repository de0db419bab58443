"""Old sdists under new build requirements: dates and versions as the index had them."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from re import Pattern

import pytest
from fake_index import FakeIndex
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.builds.obstacles.bit_rot import (
    History,
    bit_rot,
    constraints_before_breaks,
    constraints_of_the_time,
    python_too_new,
    showing,
)
from wheelcheck.index.archives.build_texts import build_texts
from wheelcheck.tables import read_table


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def history(**releases: str) -> History:
    times = {Version(k.strip("v").replace("_", ".")): day(v) for k, v in releases.items()}
    return History(sorted(times, reverse=True), times.get)


HISTORIES = {
    NormalizedName("setuptools"): history(
        v44_0_0="2020-01-02", v59_8_0="2021-12-19", v67_6_0="2023-03-08", v75_3_0="2024-10-29"
    ),
    NormalizedName("cython"): history(
        v0_29_14="2019-11-01", v0_29_33="2023-01-06", v3_0_0="2023-07-17", v3_0_11="2024-08-05"
    ),
    NormalizedName("beniget"): history(v0_4_1="2021-08-02", v0_4_2="2024-06-27"),
    NormalizedName("pyproject-metadata"): history(v0_7_1="2023-01-30", v0_9_0="2024-10-23"),
    NormalizedName("pythran"): history(v0_12_1="2023-01-15", v0_12_2="2023-05-02"),
    NormalizedName("meson-python"): history(v0_12_1="2023-02-17", v0_17_0="2024-10-31"),
}
NUMPY_SETUP = {"setup.py": "from setuptools import setup\nfrom numpy.distutils.core import setup\n"}


def environment(**versions: str) -> dict[NormalizedName, Version]:
    return {NormalizedName(k.replace("_", "-")): Version(v) for k, v in versions.items()}


def within(texts: Mapping[str, str]) -> Callable[[Pattern[str]], tuple[str, ...]]:
    return lambda sign: showing(sign, texts)


def codes(published: str, requires: tuple[str, ...], env, texts=None) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for obstacle in bit_rot(day(published), requires, HISTORIES, env, within(texts or {})):
        found.setdefault(obstacle.code, []).append(obstacle.message.split()[0])
    return found


def test_numpy_1_18_1_under_setuptools_75():
    env = environment(numpy="1.18.1", setuptools="75.3.0", cython="0.29.33")
    requires = ("setuptools", "wheel", "Cython>=0.29.14")
    obstacles = bit_rot(day("2020-01-06"), requires, HISTORIES, env, within(NUMPY_SETUP))
    (found,) = [obstacle for obstacle in obstacles if obstacle.fatal]
    assert found.code == "build-requirement-breaks"
    assert found.message.startswith(
        "setuptools 75.3.0 is installed for the build; in January 2020 it was 44.0.0: "
    )
    assert "distutils.msvccompiler" in found.message
    assert "4612" in found.source


@pytest.mark.parametrize(
    ("line", "numpy", "setuptools", "breaks"),
    [
        ("from numpy.distutils.core import Extension", "1.26.4", "75.3.0", True),
        ("from numpy.distutils.system_info import get_info", "2.0.2", "75.3.0", True),
        ("from numpy.distutils.misc_util import get_info", "1.26.4", "75.3.0", False),
        ("from numpy.distutils.core import Extension", "2.1.3", "75.3.0", False),
        ("from numpy.distutils.core import Extension", "1.26.4", "67.6.0", False),
    ],
)
def test_only_some_modules_of_later_numpy_distutils_import_what_setuptools_74_took_away(
    line, numpy, setuptools, breaks
):
    env = environment(numpy=numpy, setuptools=setuptools)
    texts = within({"setup.py": line})
    found = bit_rot(day("2020-01-06"), ("setuptools", "numpy"), HISTORIES, env, texts)
    assert any(obstacle.fatal for obstacle in found) is breaks


def test_numpy_distutils_gives_its_compilers_an_argument_that_setuptools_81_took_away():
    histories = {NormalizedName("setuptools"): history(v44_0_0="2020-01-02", v81_0_0="2026-02-06")}

    def breaks(setup: str, **versions: str) -> bool:
        found = bit_rot(
            day("2020-01-06"),
            ("setuptools",),
            histories,
            environment(**versions),
            within({"setup.py": setup}),
        )
        return any(obstacle.fatal and "dry_run" in obstacle.message for obstacle in found)

    assert breaks(NUMPY_SETUP["setup.py"], numpy="2.3.5", setuptools="81.0.0")
    assert not breaks(NUMPY_SETUP["setup.py"], numpy="2.3.5", setuptools="80.9.0")
    assert not breaks(NUMPY_SETUP["setup.py"], setuptools="81.0.0")
    assert not breaks("from numpy.distutils.misc_util import x", numpy="2.3.5", setuptools="81.0.0")


def test_enscons_asks_setuptools_for_its_compiler_by_a_spawn_that_84_no_longer_calls():
    histories = {NormalizedName("setuptools"): history(v57_4_0="2021-08-01", v84_0_0="2026-08-08")}

    def breaks(script: str, **versions: str) -> list[str]:
        texts = within({"SConstruct": script})
        env = environment(**versions)
        found = bit_rot(day("2021-08-20"), ("enscons>=0.23",), histories, env, texts)
        return [obstacle.message for obstacle in found if obstacle.fatal]

    compiles = "import enscons.cpyext\nenv = Environment(tools=[enscons.cpyext.generate])\n"
    assert build_texts("x-1/SConstruct")
    assert breaks(compiles, enscons="0.30.0", setuptools="84.0.0")
    assert not breaks(compiles, enscons="0.30.0", setuptools="83.0.0")
    assert not breaks("import enscons\n", enscons="0.30.0", setuptools="84.0.0")
    env = environment(enscons="0.30.0", setuptools="84.0.0")
    shows = within({"SConstruct": compiles})
    bounds = constraints_before_breaks((), day("2021-08-20"), histories, env, shows)
    assert "setuptools<84.0.0" in bounds.splitlines()


def test_numpy_distutils_that_is_not_used_breaks_nothing():
    env = environment(numpy="1.18.1", setuptools="75.3.0")
    assert codes("2020-01-06", ("setuptools",), env, {"setup.py": "# numpy.distutils"}) == {}


def test_scikit_learn_1_2_2_under_cython_3():
    env = environment(scikit_learn="1.2.2", setuptools="59.8.0", cython="3.0.11")
    requires = ("setuptools<60.0", "wheel", "Cython>=0.29.24")
    assert codes("2023-03-09", requires, env) == {"build-requirement-breaks": ["cython"]}


def test_scipy_1_10_1_fails_by_what_its_build_requirements_pull_in():
    env = environment(
        scipy="1.10.1", meson_python="0.12.1", pythran="0.12.2", beniget="0.4.2",
        pyproject_metadata="0.9.0", cython="0.29.33",
    )  # fmt: skip
    requires = ("meson-python>=0.11.0,<0.13.0", "Cython>=0.29.32,<3.0", "pythran>=0.12.0,<0.13.0")
    assert codes("2023-02-19", requires, env) == {
        "build-requirement-breaks": ["beniget", "pyproject-metadata"]
    }


def test_pandas_2_2_2_builds_though_what_its_build_requirements_pull_in_is_later():
    env = environment(
        pandas="2.2.2", meson_python="0.13.1", pythran="0.15.0", beniget="0.4.2",
        pyproject_metadata="0.9.0",
    )  # fmt: skip
    assert "build-requirement-breaks" not in codes("2023-02-19", ("meson-python==0.13.1",), env)


def test_another_sdist_across_cython_3_is_warned_not_condemned():
    env = environment(thing="1", cython="3.0.11")
    (found,) = bit_rot(day("2022-01-01"), ("Cython",), HISTORIES, env, within({}))
    assert (found.code, found.fatal) == ("build-requirement-later-major", False)
    assert found.source


def test_an_upper_bound_keeps_it():
    env = environment(thing="1", cython="0.29.33")
    assert codes("2022-01-01", ("Cython<3",), env) == {}


def test_a_later_setuptools_alone_says_little():
    assert codes("2022-01-01", ("setuptools",), environment(thing="1", setuptools="75.3.0")) == {}


def test_use_2to3_is_refused():
    env = environment(thing="1", setuptools="75.3.0")
    texts = {"setup.py": "setup(name='x', use_2to3=True)"}
    assert codes("2020-01-06", ("setuptools",), env, texts) == {
        "build-requirement-breaks": ["setuptools"]
    }


def test_an_sdist_published_after_the_change_is_not_hit():
    env = environment(thing="1", cython="3.0.11")
    assert codes("2024-01-01", ("Cython",), env) == {}


def test_nothing_is_reported_of_requirements_whose_history_is_not_known():
    assert codes("2020-01-01", ("numpy", "not a requirement !"), environment(numpy="2.0.0")) == {}


def test_the_constraint_file_restores_the_time():
    text = constraints_of_the_time(
        ("meson-python>=0.11.0,<0.13.0", "Cython>=0.29.32,<3.0"), day("2023-02-19"), HISTORIES
    )
    lines = text.splitlines()
    assert lines[0].startswith("#")
    assert "2023-02-19" in lines[0]
    assert lines[1:] == [
        "beniget<=0.4.1",
        "cython<=0.29.33",
        "meson-python<=0.12.1",
        "pyproject-metadata<=0.7.1",
        "pythran<=0.12.1",
        "setuptools<=59.8.0",
    ]
    for line in lines[1:]:
        assert Requirement(line).specifier


def test_what_did_not_exist_yet_gets_no_bound():
    text = constraints_of_the_time((), day("2020-01-06"), HISTORIES)
    assert text.splitlines()[1:] == ["cython<=0.29.14", "setuptools<=44.0.0"]


def test_a_younger_python_gets_bounds_for_what_breaks_alone():
    env = environment(thing="1", setuptools="75.3.0", cython="3.0.11", beniget="0.4.2")
    env[NormalizedName("pythran")] = Version("0.12.1")
    arguments = (("setuptools", "Cython", "pythran"), day("2023-02-19"), HISTORIES)
    lines = constraints_before_breaks(*arguments, env, within({})).splitlines()
    assert lines[0].startswith("#")
    assert lines[1:] == ["beniget<0.4.2", "cython<3.0.0"]
    assert constraints_before_breaks(*arguments, environment(thing="1"), within({})) == ""


def test_the_newest_of_a_time_is_final_and_allowed():
    found = history(v1_0="2020-01-01", v2_0rc1="2020-02-01", v2_0="2020-03-01")
    assert found.newest(SpecifierSet(), day("2020-02-15")) == Version("1.0")
    assert found.newest(SpecifierSet(), day("2020-03-15")) == Version("2.0")
    assert found.newest(SpecifierSet("<2"), day("2020-03-15")) == Version("1.0")
    assert found.newest(SpecifierSet(), day("2019-01-01")) is None


def test_a_history_counts_what_the_python_could_install_and_looks_no_further():
    index = FakeIndex(
        {"x": {v: [f"x-{v}-py3-none-any.whl"] for v in ("1", "2", "3", "4", "5")}},
        upload_times={("x", str(n)): f"202{n}-01-01T00:00:00Z" for n in range(1, 6)},
        requires_python={("x", "3"): ">=3.9"},
        yanked={("x", "4"): "broken"},
    )
    project = index.project(NormalizedName("x"))
    looked: list[Version] = []
    found = History.of(project, "3.8.16")
    spied = History(found.versions, lambda v: looked.append(v) or found.uploaded(v))
    assert spied.newest(SpecifierSet(), day("2024-06-01")) == Version("2")
    assert Version("1") not in looked
    assert History.of(project, "3.9.1").newest(SpecifierSet(), day("2024-06-01")) == Version("3")


@pytest.mark.parametrize(("python", "hit"), [((3, 11), False), ((3, 12), True), ((3, 13), True)])
def test_old_versioneer_fails_on_python_3_12(python: tuple[int, int], hit: bool):  # noqa: FBT001
    texts = {
        "versioneer.py": "parser = configparser.SafeConfigParser()",
        "setup.py": "import versioneer\n",
    }
    assert [obstacle.fatal for obstacle in python_too_new(python, texts)] == [True] * hit
    assert python_too_new(python, {**texts, "setup.py": "import os\n"}) == ()


@pytest.mark.parametrize(
    ("imported", "hit"),
    [("setup, Extension", False), ("Feature", True), ("setup\n    import numpy", True)],
)
def test_what_is_done_for_want_of_setuptools_is_never_run(imported: str, hit: bool):  # noqa: FBT001
    text = f"""
try:
    from setuptools import {imported}
    there = True
except ImportError:
    from numpy.distutils.core import setup
"""
    assert bool(python_too_new((3, 13), {"setup.py": text})) is hit


@pytest.mark.parametrize(
    ("text", "fatal"),
    [
        ("{}", True),
        ("if __name__ == '__main__':\n    {}", True),
        ("if 'egg_info' in sys.argv:\n    from setuptools import setup\nelse:\n    {}", True),
        ("if intel:\n    {}", False),
        ("try:\n    {}\nexcept ImportError:\n    from setuptools import setup", False),
    ],
)
def test_what_a_script_may_leave_out_ends_no_build_for_certain(text: str, fatal: bool):  # noqa: FBT001
    script = text.format("from numpy.distutils.core import setup")
    assert [found.fatal for found in python_too_new((3, 13), {"setup.py": script})] == [fatal]


def test_every_known_change_has_a_version_a_date_and_a_source():
    for row in read_table("builds/obstacles/breaking_changes.csv"):
        assert Version(row["version"]).release
        assert day(row["date"])
        assert row["what"]
        assert row["source"]
        assert row["sure"] in {"yes", "no"}
        assert row["sure"] == "no" or row["hits"] or row["sign"], "who is hit for certain?"


def test_tables_of_obstacles_have_sources():
    for name in ("known_obstacles", "library_versions"):
        for row in read_table(f"builds/obstacles/{name}.csv"):
            assert row["source"]
            SpecifierSet(row["versions"])


def test_pkg_resources_that_a_script_may_do_without_is_no_certain_end():
    """lxml 4.6.3 tries to import it; pandas 1.3.3 does import it."""
    env = environment(thing="1", setuptools="82.0.1")
    histories = {NormalizedName("setuptools"): history(v58_0_0="2021-09-05", v82_0_1="2026-03-01")}
    for text, sure in (
        ("try:\n    import pkg_resources\nexcept ImportError:\n    pass\n", False),
        ("import numpy\nfrom pkg_resources import parse_version\n", True),
    ):
        texts = {"setup.py": text}
        (found,) = bit_rot(day("2021-09-12"), ("setuptools",), histories, env, within(texts))
        assert found.code == "build-requirement-breaks"
        assert found.fatal is sure


def test_what_a_file_below_the_root_says_is_not_certain():
    env = environment(thing="1", cmake="4.0.1")
    histories = {NormalizedName("cmake"): history(v3_26_0="2023-03-01", v4_0_1="2025-04-01")}
    old = "cmake_minimum_required(VERSION 3.1)\n"
    for path, sure in (("CMakeLists.txt", True), ("vendor/z/CMakeLists.txt", False)):
        (found,) = bit_rot(day("2023-04-01"), ("cmake",), histories, env, within({path: old}))
        assert found.fatal is sure


@pytest.mark.parametrize(
    ("stated", "hit"),
    [
        ("VERSION 3.4)", True),
        ("VERSION 2.8.12 FATAL_ERROR)", True),
        ("VERSION 3.4...3.20)", False),
        ("VERSION 3.5)", False),
        ("VERSION 3.18)", False),
    ],
)
def test_cmake_4_refuses_projects_for_less_than_3_5(stated: str, hit: bool):  # noqa: FBT001
    env = environment(thing="1", cmake="4.0.1")
    histories = {NormalizedName("cmake"): history(v3_26_0="2023-03-01", v4_0_1="2025-04-01")}
    texts = {"CMakeLists.txt": f"cmake_minimum_required({stated}\nproject(x)\n"}
    found = bit_rot(day("2023-04-01"), ("cmake",), histories, env, within(texts))
    assert any(obstacle.fatal for obstacle in found) is hit


def test_versions_by_calendar_cross_no_major():
    env = environment(thing="1", certifi="2026.10.18")
    histories = {
        NormalizedName("certifi"): history(v2024_2_2="2024-02-02", v2026_10_18="2026-10-18")
    }
    assert bit_rot(day("2024-02-16"), ("certifi",), histories, env, within({})) == ()
