"""Whether a build leaves debug information out, and what a published wheel holds of it."""

import pytest

from tests.costs.workload.test_features import SETUP, features
from wheelcheck.costs.cost_terms import coefficients
from wheelcheck.costs.modelled import modelled_cost
from wheelcheck.costs.workload.features import published
from wheelcheck.index.interface import ArchiveListing, ArchiveMember

MB = 1_000_000
HATCH = (
    "[build-system]\nrequires = ['hatchling']\nbuild-backend = 'hatchling.build'\n"
    "[tool.hatch.build.targets.wheel.hooks.custom]\npath = 'hook.py'\n"
)
HOOK = "import subprocess\nsubprocess.run(['cmake', '..'])\nsubprocess.run(['make'])\n"
LISTS = "project(y C)\nadd_library(y STATIC y.c)\n"
RUNS_CMAKE = "import subprocess\nsubprocess.run(['cmake', '--build', 'lib'])\n"


def wheel(*members: tuple[str, int]) -> ArchiveListing:
    return ArchiveListing(tuple(ArchiveMember(path, size) for path, size in members), {})


@pytest.mark.parametrize(
    ("hook", "strips"),
    [(HOOK, True), ("import sysconfig\n" + HOOK, False), ("import subprocess\n", False)],
)
def test_cmake_that_a_hook_runs_has_no_flags_of_python(hook: str, strips: bool):  # noqa: FBT001
    """fast-gspan 0.1.3: 0.44 MB where debug information would have made 2.5."""
    files: dict[str, str | int] = {"x/__init__.py": 9, "x/y.cpp": "a = b;\n" * 100}
    assert features({"pyproject.toml": HATCH, "hook.py": hook, **files}).strips is strips


@pytest.mark.parametrize(
    ("library", "listed", "strips"),
    [(400, "'x.c'", True), (10, "'x.c'", False), (400, "'x.c', 'lib/y.c'", False)],
)
def test_a_library_that_cmake_makes_for_a_setup_script(library: int, listed: str, strips: bool):  # noqa: FBT001
    """leptris 1.9.381.0: 2.2 MB where debug information would have made 8.8."""
    script = SETUP.replace("['x.c']", f"[{listed}], libraries=['y']") + RUNS_CMAKE
    found = features(
        {
            "setup.py": script,
            "x.c": "a = b;\n" * 100,
            "lib/CMakeLists.txt": LISTS,
            "lib/y.c": "a = b;\n" * library,
        }
    )
    assert found.strips is strips


@pytest.mark.parametrize(("flags", "strips"), [("'-g1'", True), ("'-O2'", False)])
def test_options_of_cffis_script(flags: str, strips: bool):  # noqa: FBT001
    """libxmplite 1.3: 0.33 MB where all debug information would have made 1.1."""
    script = f"ffi.cdef('int f();')\nffi.set_source('_x', '', sources=['x.c'], args=[{flags}])\n"
    setup = "from setuptools import setup\nsetup(cffi_modules=['x_build.py:ffi'])\n"
    files: dict[str, str | int] = {
        "pyproject.toml": "[build-system]\nrequires = ['setuptools', 'cffi']\n",
        "setup.py": setup,
        "x_build.py": script,
        "x.c": 900,
    }
    assert features(files).strips is strips


def test_a_wheel_without_modules_holds_the_program_that_is_compiled():
    """fast-gspan 0.1.3, ninja 1.13.2: programs have no ending."""
    found = published(
        wheel(
            ("x/bin/solve", 400_000),
            ("x/__init__.py", 90_000),
            ("x/small", 2_000),
            ("x-1.dist-info/licenses/notes", 90_000),
        )
    )
    assert (found.extensions, found.extension_bytes, found.other_bytes) == (1, 400_000, 182_000)


def test_data_without_an_ending_is_no_program_where_a_wheel_has_modules():
    found = published(wheel(("x/_x.cpython-312-x86_64-linux-gnu.so", 50_000), ("x/words", 400_000)))
    assert (found.extensions, found.extension_bytes) == (1, 50_000)


@pytest.mark.parametrize(("data", "built"), [(50, False), (0.2, True)])
def test_data_of_a_library_that_the_published_wheel_brings_is_not_built(data: float, built: bool):  # noqa: FBT001
    """pygrib 2.1.8: 51 MB of ecCodes' definitions are published, and none of them built."""
    members = wheel(("x/_x.cpython-312-x86_64-linux-gnu.so", MB), ("x/data.bin", round(data * MB)))
    files: dict[str, str | int] = {"setup.py": SETUP, "x.c": "a = b;\n" * 2000}
    cost = modelled_cost(features(files, members), coefficients())
    assert (cost.built_bytes.value > cost.extension_bytes.value + data * MB / 2) is built


def test_the_questions_of_configure_leave_no_machine_code():
    """libfcrypto-python 20260521: 0.41 MB are published with debug information, and 0.32 built."""
    members = wheel(("x.cpython-312-x86_64-linux-gnu.so", 400_000))
    files: dict[str, str | int] = {"x.c": "a = b;\n" * 2000, "lib/configure": 900_000}
    asks = features({"setup.py": SETUP + "run(['./configure'])\n", **files}, members)
    plain = features({"setup.py": SETUP, **files}, members)
    costs = [modelled_cost(each, coefficients()) for each in (asks, plain)]
    assert costs[0].extension_bytes.value == costs[1].extension_bytes.value < MB
    assert costs[0].cpu_seconds.value > costs[1].cpu_seconds.value + 1
