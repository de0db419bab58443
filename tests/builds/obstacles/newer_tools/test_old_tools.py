"""CMake 4 against old projects."""

from __future__ import annotations

import pytest

from wheelcheck.builds.obstacles.newer_tools.old_cmake import missing_numpy, old_minimums

OLD = "cmake_minimum_required(VERSION 2.8)\nproject(x C)\n"
NEW = "cmake_minimum_required(VERSION 3.15...3.30)\nproject(x C)\n"


@pytest.mark.parametrize(
    ("root", "below", "fatal"),
    [
        (OLD, "", True),
        (NEW + "add_subdirectory(deps/y)\n", OLD, True),
        (NEW + "if(TESTS)\nadd_subdirectory(deps/y)\nendif()\n", OLD, False),
        (NEW, OLD, None),
        (NEW + "# cmake_minimum_required(VERSION 2.8)\n", "", None),
        ("cmake_minimum_required(VERSION 2.8...3.10)\nproject(x)\n", "", None),
        ("if(OLD)\ncmake_minimum_required(VERSION 3.1)\nendif()\n", "", False),
    ],
)
def test_what_cmake_4_refuses(root: str, below: str, fatal: bool | None):  # noqa: FBT001
    texts = {"CMakeLists.txt": root, "deps/y/CMakeLists.txt": below}
    found = old_minimums(texts)
    assert [obstacle.fatal for obstacle in found] == ([] if fatal is None else [fatal])


def test_a_script_that_sets_the_policy_is_accepted():
    script = "cmake('-DCMAKE_POLICY_VERSION_MINIMUM=3.5')"
    assert old_minimums({"CMakeLists.txt": OLD, "setup.py": script}) == ()


@pytest.mark.parametrize(
    ("line", "fails"),
    [
        ("find_package(NumPy REQUIRED)", True),
        ("find_package(Python COMPONENTS Interpreter NumPy REQUIRED)", True),
        ("find_package(Python COMPONENTS Interpreter NumPy)", False),
        ("find_package(Python REQUIRED Interpreter OPTIONAL_COMPONENTS NumPy)", False),
        ("if(WITH_NUMPY)\nfind_package(NumPy REQUIRED)\nendif()", False),
    ],
)
def test_a_project_that_asks_cmake_for_numpy_needs_it(line: str, fails: bool):  # noqa: FBT001
    found = missing_numpy({"CMakeLists.txt": f"{NEW}{line}\n"})
    assert [obstacle.fatal for obstacle in found] == [True] * fails
