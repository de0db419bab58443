"""CMake 4 against old projects."""

from __future__ import annotations

import pytest

from wheelcheck.builds.obstacles.missing_folders import missing_folders
from wheelcheck.builds.obstacles.newer_tools.old_cmake import missing_numpy, old_minimums
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.sdist_facts import read_sdist
from wheelcheck.index.interface import ArchiveListing, ArchiveMember

UNLESS_BELOW = "if(NOT B)\nadd_subdirectory(deps/y)\nendif()"
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


def test_options_that_the_script_sets_count():
    root = NEW + "if(BINDINGS)\nadd_subdirectory(y)\nendif()\n"
    texts = {"CMakeLists.txt": root, "y/CMakeLists.txt": OLD, "setup.py": "cmake('-DBINDINGS=ON')"}
    assert [obstacle.fatal for obstacle in old_minimums(texts)] == [True]


@pytest.mark.parametrize(
    ("lines", "script", "fatal"),
    [
        ("add_subdirectory(deps/y)", "", True),
        ("add_subdirectory(deps/y)", "run(['git', 'submodule', 'update'])", False),
        ("add_subdirectory(deps/z)", "", None),
        ("if(TESTS)\nadd_subdirectory(deps/y)\nendif()", "", None),
        ("execute_process(COMMAND make-it)\nadd_subdirectory(deps/y)", "", False),
        ("execute_process(COMMAND git rev-parse HEAD)\nadd_subdirectory(deps/y)", "", True),
        ("file(GLOB all *.c)\nadd_subdirectory(deps/y)", "", True),
        ("file(DOWNLOAD a b)\nadd_subdirectory(deps/y)", "", False),
        (
            f"get_directory_property(B PARENT_DIRECTORY)\n{UNLESS_BELOW}",
            "",
            True,
        ),
        ("add_subdirectory(${CMAKE_CURRENT_SOURCE_DIR}/../.. build)", "", True),
        ("add_subdirectory(deps/../deps/z)", "", None),
        ("include(${CMAKE_SOURCE_DIR}/cmake/y.cmake)", "", True),
        ("include(../y.cmake)", "", None),
        ("include(cmake/y.cmake OPTIONAL)", "", None),
        ("include(CTest)", "", None),
        ("include(cmake/z.cmake)", "", None),
    ],
)
def test_what_cmake_adds_must_be_there(lines: str, script: str, fatal: bool | None):  # noqa: FBT001
    files = {"CMakeLists.txt": f"{NEW}{lines}\n", "setup.py": f"import x\n{script}"}
    files |= {"deps/z/CMakeLists.txt": "", "cmake/z.cmake": ""}
    assert folders_missing(files) == ([] if fatal is None else [fatal])


def folders_missing(files: dict[str, str]) -> list[bool]:
    members = tuple(ArchiveMember(f"x-1/{path}", 1) for path in files)
    contents = SdistContents(
        ArchiveListing(members, {f"x-1/{path}": text for path, text in files.items()})
    )
    return [obstacle.fatal for obstacle in missing_folders(read_sdist(contents), contents)]


RUNS = """import subprocess
from setuptools import setup
from setuptools.command.build import build
class Build(build):
    def run(self):
        subprocess.check_call(["cmake", "../core"])
setup(cmdclass={"build": Build})
"""


def test_a_script_may_give_cmake_a_folder():
    files = {"core/CMakeLists.txt": f"{NEW}add_subdirectory(tests)\n", "setup.py": RUNS}
    assert folders_missing(files) == [True]
    assert folders_missing({**files, "core/tests/CMakeLists.txt": ""}) == []
    assert folders_missing({**files, "setup.py": RUNS.replace("../core", "../other")}) == []
    ifs = RUNS.replace("        subprocess", "        if x():\n            subprocess")
    assert folders_missing({**files, "setup.py": ifs}) == []
