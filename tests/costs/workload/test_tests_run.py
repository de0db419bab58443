"""Builds whose scripts run programs of the sdist, or bring their object files."""

import pytest

from tests.costs.workload.test_features import features
from wheelcheck.costs.unread import unread
from wheelcheck.costs.workload.tests_run import runs_tests
from wheelcheck.errors import Unknown

HEAD = "import subprocess, sys\nfrom setuptools import Extension, setup\n"
HEAD += "from setuptools.command.build_ext import build_ext\n"
TAIL = "setup(ext_modules=[Extension('x', ['x.c'])], cmdclass={'build_ext': Build})\n"
GATED = f"""{HEAD}
class Build(build_ext):
    def run(self):
        self.gate('scripts/cpp_tests.py')
        super().run()
    def gate(self, script):
        subprocess.run([sys.executable, script], check=True)
{TAIL}"""


def build(body: str) -> str:
    return f"{HEAD}\nclass Build(build_ext):\n    def run(self):\n        {body}\n{TAIL}"


def test_what_a_build_takes_that_runs_its_test_suite_is_not_known():
    why = unread(features({"setup.py": GATED, "x.c": "a = b;\n" * 900}))
    assert isinstance(why, Unknown)
    assert why.code == "tests-in-build"


@pytest.mark.parametrize(
    "body",
    [
        "subprocess.check_call(['ctest', '--output-on-failure'])",
        "subprocess.check_call(['make', '-C', 'lib', 'check'])",
        "subprocess.run([sys.executable, '-m', 'pytest', 'tests'])",
        "import os; os.system('cd lib && make test')",
        "subprocess.run([sys.executable, 'tools/pgo_train.py'])",
    ],
)
def test_programs_of_unknown_length(body):
    assert runs_tests(build(body))


@pytest.mark.parametrize(
    "body",
    [
        "subprocess.check_call(['make', '-C', 'lib'])",
        "subprocess.check_call(['cmake', '-DBUILD_TESTS=OFF', '.'])",
        "subprocess.run([sys.executable, 'tools/write_version.py'])",
        "print('tests/run_tests.py'); super().run()",
        "subprocess.check_call(['cc', 'test.c'])",
    ],
)
def test_a_script_that_writes_a_file_or_compiles_is_no_such_program(body):
    assert not runs_tests(build(body))


def test_a_test_command_is_no_part_of_a_build():
    script = GATED.replace("(build_ext)", "(TestCommand)")
    assert not runs_tests(script)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("before", "read"),
    [("\ufeff", True), ("test = '\\d'\n", True), (f"test = {'-' * 100_000}1\n", False)],
    ids=["with a BOM", "with an invalid escape", "nested too deeply"],
)
def test_no_script_makes_it_stumble(before, read):
    assert runs_tests(before + GATED) is read


def test_a_function_that_a_build_calls_is_part_of_it():
    script = build("gate()").replace(
        "class Build", "def gate():\n    subprocess.run(['ctest'])\n\nclass Build"
    )
    assert runs_tests(script)
    assert not runs_tests(script.replace("gate()\n" + TAIL, "pass\n" + TAIL))


def test_what_make_compiles_again_is_not_known_where_object_files_are_brought():
    script = f"{HEAD}class Build(build_ext):\n    def run(self):\n"
    script += f"        subprocess.check_call(['make', '-C', 'lib'])\n{TAIL}"
    files = {
        "setup.py": script,
        "x.c": "a;\n",
        "lib/Makefile": "all: y.o\n",
        "lib/y.c": "b;\n" * 900,
    }
    assert unread(features(files)) is None
    why = unread(features({**files, "lib/y.o": 9_000}))
    assert isinstance(why, Unknown)
    assert why.code == "objects-brought"
