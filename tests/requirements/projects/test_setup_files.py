import pytest


def names(requirements):
    return [line.text for line in requirements.lines]


@pytest.mark.parametrize(
    "script",
    [
        "setup(install_requires=['a', 'b>1'])",
        "DEPS = ['a', 'b>1']\nsetuptools.setup(install_requires=DEPS)",
        "setup(**{'install_requires': ['a', 'b>1']})",
        "KW = dict(install_requires=['a'] + ['b>1'])\nsetup(**KW)",
        "base = ['a']\nsetup(install_requires=[*base, 'b>1'])",
        "setup(install_requires='a\\nb>1')",
        "extras = {'x': ['a', 'b>1']}\nsetup(install_requires=extras['x'])",
        "def main():\n    setup(install_requires=sorted(('a', 'b>1')))\nmain()",
    ],
)
def test_lists_that_are_written_out_are_read_without_running(reading, script):
    found = reading({"setup.py": f"from setuptools import setup\n{script}\n"})
    assert names(found) == ["a", "b>1"]
    assert not found.skipped


@pytest.mark.parametrize(
    "script",
    [
        "import os\nsetup(install_requires=os.environ['DEPS'].split())",
        "deps = ['a']\nif sys.argv:\n    deps.append('b')\nsetup(install_requires=deps)",
        "deps = ['a']\ndeps += more()\nsetup(install_requires=deps)",
        "def setup_(): pass",
        "setup(install_requires=[",
    ],
)
def test_lists_that_are_computed_are_not_known(reading, script):
    found = reading({"setup.py": script})
    assert [line.why.code for line in found.skipped] == ["dynamic-dependencies"]
    assert not found.lines


def test_a_requirement_file_that_a_script_opens_is_read(reading):
    script = (
        "def read(name):\n    return [l for l in open(name).read().splitlines() if l]\n"
        "setup(install_requires=read('requirements.txt'))\n"
    )
    found = reading({"setup.py": script, "requirements.txt": "a\nb>1\n"})
    assert names(found) == ["a", "b>1"]


def test_setup_cfg_lists_and_files(reading):
    text = (
        "[options]\npython_requires = >=3.10\ninstall_requires =\n  a\n  b>1  # why\n"
        "[options.extras_require]\ntest = pytest\n"
    )
    found = reading({"setup.cfg": text}, extras=["test"])
    assert names(found) == ["a", "b>1", "pytest"]
    assert found.scopes[0].why == "it requires Python >=3.10"
    found = reading(
        {
            "setup.cfg": "[options]\ninstall_requires = file: reqs.txt\n",
            "reqs.txt": "c\n",
        }
    )
    assert names(found) == ["c"]


@pytest.mark.parametrize(
    "project",
    [
        "[build-system]\nrequires = ['setuptools']\n",
        "[tool.black]\n",
        "[project]\nname = 'x'\ndynamic = ['dependencies']\n",
    ],
)
def test_a_pyproject_without_dependencies_rests_on_the_setup_files_beside_it(reading, project):
    files = {"pyproject.toml": project, "setup.cfg": "[options]\ninstall_requires = a\n"}
    assert names(reading(files)) == ["a"]


def test_a_pyproject_that_only_configures_tools_is_no_problem(reading):
    found = reading({"pyproject.toml": "[tool.black]\nline-length = 90\n"})
    assert not found.lines
    assert not found.skipped
    assert found.warnings == (
        "pyproject.toml: it only configures tools: it declares no requirements",
    )
