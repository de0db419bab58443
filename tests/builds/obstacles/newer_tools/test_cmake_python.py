"""CMake projects that ask for a Python that is not there, or by modules that are removed.

The outcomes are those of CMake 3.31.6 and 4.4.5 with Python 3.11 alone.
"""

from __future__ import annotations

import pytest

from wheelcheck.builds.obstacles.newer_tools.cmake_python import refused_python

OLD = "cmake_minimum_required(VERSION 3.10)\n"
NEW = "cmake_minimum_required(VERSION 3.15...3.30)\n"


def codes(text: str, *others: str, script: str = "") -> list[str]:
    texts = {"CMakeLists.txt": text, "setup.py": script}
    found = refused_python(texts, frozenset({*texts, *others}), (3, 11))
    assert all(obstacle.fatal for obstacle in found)
    return [obstacle.code for obstacle in found]


@pytest.mark.parametrize("module", ["PythonLibs", "PythonInterp"])
def test_modules_that_policies_of_cmake_3_27_remove(module: str):
    line = f"find_package({module} REQUIRED)\n"
    assert codes(NEW + line) == ["cmake-python-removed"]
    assert codes(OLD + line) == []
    assert codes(OLD + "cmake_policy(SET CMP0148 NEW)\n" + line) == ["cmake-python-removed"]
    assert codes(NEW + "cmake_policy(SET CMP0148 OLD)\n" + line) == []
    assert codes(NEW + line.replace(" REQUIRED", "")) == []
    assert codes(NEW + f"if(WITH)\n{line}endif()\n") == []
    assert codes(NEW + line, f"cmake/Find{module}.cmake") == []
    assert codes(NEW + line, script="-DCMAKE_POLICY_DEFAULT_CMP0148=OLD") == []


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("PythonLibs 2.7 REQUIRED", True),
        ("PythonLibs REQUIRED", False),
        ("PythonLibs 3.6 REQUIRED", False),
        ("PythonInterp 2.7 REQUIRED", False),
        ("PythonInterp 2.7 EXACT REQUIRED", True),
        ("Python 2.7 REQUIRED", True),
        ("Python 3.6 REQUIRED", False),
        ("Python 3.10 EXACT REQUIRED", True),
        ("Python 3.11 EXACT REQUIRED", False),
        ("Python2 REQUIRED COMPONENTS Development", True),
        ("Python2", False),
    ],
)
def test_versions_that_a_project_wants(wanted: str, found: bool):  # noqa: FBT001 (a column of the table)
    assert codes(f"{OLD}find_package({wanted})\n") == ["cmake-other-python"] * found


def test_a_folder_has_the_policies_of_its_parent():
    lines = "find_package(PythonLibs REQUIRED)\n"
    project = {"CMakeLists.txt": f"{NEW}add_subdirectory(a)\nadd_subdirectory(b)\n"}
    older = {**project, "a/CMakeLists.txt": OLD + lines}
    for texts, found in ((older, 0), ({**older, "b/CMakeLists.txt": lines}, 1)):
        assert len(refused_python(texts, frozenset(texts), (3, 11))) == found


def test_a_python_that_was_found_before_or_is_handed_over():
    libs = "find_package(PythonLibs 2.7 REQUIRED)\n"
    assert codes(f"{OLD}find_package(PythonInterp REQUIRED)\n{libs}") == []
    assert codes(OLD + libs, script="'-DPYTHON_LIBRARY=' + library") == []
