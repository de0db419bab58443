from datetime import date
from pathlib import Path

import pytest

from wheelcheck.api.questions.discovery import discover, is_folder
from wheelcheck.api.questions.lock_comparison import compared
from wheelcheck.errors import UsageError
from wheelcheck.requirements import read

DAY = date(2026, 11, 28)
PROJECT = '[project]\nname = "shop"\nversion = "1"\ndependencies = [{}]\n'
UV_LOCK = """version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "shop"
version = "1"
source = {{ virtual = "." }}
dependencies = [{{ name = "numpy" }}]

[package.metadata]
requires-dist = [{{ name = "numpy" }}]

[[package]]
name = "numpy"
version = "{}"
source = {{ registry = "https://index.example/simple" }}
wheels = [
  {{ url = "https://index.example/numpy-0-py3-none-any.whl", hash = "sha256:00" }},
]
"""
POETRY_LOCK = """[[package]]
name = "numpy"
version = "{}"
optional = false
python-versions = "*"
groups = ["main"]
files = []

[metadata]
lock-version = "2.1"
python-versions = "*"
content-hash = "0"
"""
PYLOCK = """lock-version = "1.0"
created-by = "test"

[[packages]]
name = "numpy"
version = "{0}"
sdist = {{ url = "https://index.example/numpy-{0}.tar.gz", hashes = {{ sha256 = "00" }} }}
"""


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Write files into the working folder and say what is found there."""
    monkeypatch.chdir(tmp_path)

    def write_and_discover(files: dict[str, str], **how):
        for name, text in files.items():
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(text)
        return discover(Path(), as_of=DAY, **how)

    return write_and_discover


ORDER = [
    ("uv.lock", UV_LOCK.format("2.1.0")),
    ("pylock.toml", PYLOCK.format("2.1.0")),
    ("poetry.lock", POETRY_LOCK.format("2.1.0")),
    ("pdm.lock", '[metadata]\nlock_version = "4.5.0"\n'),
    ("Pipfile.lock", '{"_meta": {}, "default": {}}'),
    ("requirements.txt", "numpy\n"),
    ("requirements.lock", "numpy==2\n"),
    ("requirements-dev.txt", "pytest\n"),
    ("pyproject.toml", PROJECT.format("")),
]


@pytest.mark.parametrize("at", range(len(ORDER)), ids=[name for name, _ in ORDER])
def test_what_says_most_exactly_what_is_installed_is_taken(found, at):
    discovery = found(dict(ORDER[at:]))
    assert discovery.inputs == (Path(ORDER[at][0]),)
    assert set(discovery.left) == {name for name, _ in ORDER[at + 1 :]}


def test_the_lock_of_the_tool_that_the_project_uses_goes_first(found):
    discovery = found(
        {
            "uv.lock": UV_LOCK.format("2.1.0"),
            "poetry.lock": POETRY_LOCK.format("2.1.0"),
            "pyproject.toml": '[tool.poetry]\nname = "shop"\n',
        }
    )
    assert discovery.inputs == (Path("poetry.lock"),)


def test_the_settings_of_the_folder_go_before_its_files(found):
    discovery = found(
        {
            "uv.lock": UV_LOCK.format("2.1.0"),
            "requirements/prod.txt": "numpy\n",
            "pyproject.toml": "[tool.wheelcheck]\nrequirements = ['requirements/prod.txt']\n"
            "targets = ['python:3.13-alpine']\n",
            "Dockerfile": "FROM python:3.12-slim\n",
        }
    )
    assert discovery.inputs == (Path("requirements/prod.txt"),)
    assert discovery.targets == ("python:3.13-alpine",)
    assert "uv.lock" in discovery.left
    assert "pyproject.toml" not in discovery.left  # it declares no requirements


@pytest.mark.parametrize("written", ["-e .\n", "# dev\n-e ./\n", ".\n", "--editable=.\n"])
def test_a_file_that_names_the_project_alone_leaves_the_word_to_it(found, written):
    files = {"requirements.txt": written, "pyproject.toml": PROJECT.format("'numpy'")}
    assert found(files).inputs == (Path("pyproject.toml"),)


def test_a_dockerfile_says_where_it_is_installed(found):
    dockerfile = "FROM python:3.12 AS build\nRUN pip install x\nFROM python:3.12-alpine\n"
    discovery = found({"requirements.txt": "x\n", "Dockerfile": dockerfile})
    assert (discovery.targets, discovery.targets_from) == (("python:3.12-alpine",), "Dockerfile")
    assert "on python:3.12-alpine (Dockerfile)" in discovery.sentence


def test_a_final_image_without_a_python_of_its_own_leaves_the_word_to_the_builder(found):
    dockerfile = (
        "FROM python:3.12-slim AS build\nRUN pip install x\nFROM corp.example/runtime:1\n"
        "COPY --from=build /venv /venv\n"
    )
    assert found({"requirements.txt": "x\n", "Dockerfile": dockerfile}).targets == (
        "python:3.12-slim",
    )


def test_an_image_that_is_not_known_is_named(found):
    discovery = found({"requirements.txt": "x\n", "Dockerfile": "FROM corp.example/base:1\n"})
    assert discovery.targets == ()
    assert "Dockerfile does not say where it is installed" in discovery.remarks[0]


@pytest.mark.parametrize(
    ("written", "target"),
    [
        ("3.12\n", "3.12"),
        ("3.12.4\n", "3.12"),
        ("# a comment\n3.13t\n", "3.13t"),
        ("cpython-3.11.9-linux-x86_64-gnu", ""),
        ("cpython-3.11", "3.11"),
        ("pypy3.11-7.3.20", "pypy3.11"),
        ("pypy@3.11", "pypy3.11"),
        ("my-virtualenv", ""),
        ("", ""),
    ],
)
def test_python_version_says_which_python(found, written, target):
    discovery = found({"requirements.txt": "x\n", ".python-version": written})
    assert discovery.targets == ((target,) if target else ())
    assert bool(discovery.remarks) == (not target)


def test_a_dockerfile_for_another_python_than_the_folder_says_is_remarked(found):
    files = {"requirements.txt": "x\n", ".python-version": "3.13", "Dockerfile": "FROM python:3.12"}
    discovery = found(files)
    assert discovery.targets == ("python:3.12",)
    assert ".python-version says 3.13" in discovery.remarks[0]


def test_a_project_that_only_configures_tools_declares_nothing(found):
    discovery = found({"pyproject.toml": "[tool.ruff]\nline-length = 100\n"})
    assert discovery.declares_nothing
    requirements = read(discovery.inputs)
    assert not requirements.skipped
    assert "only configures tools" in requirements.warnings[0]


def test_a_folder_with_a_dockerfile_alone_is_judged_by_it(found):
    files = {"pyproject.toml": "[tool.ruff]\n", "Dockerfile": "FROM python:3.12\n"}
    assert found(files).inputs == (Path("Dockerfile"),)


def test_an_empty_folder_says_what_to_type(found):
    with pytest.raises(UsageError, match=r"nothing to check in this folder: .*--package NAME"):
        found({"notes.md": "x"})
    with pytest.raises(UsageError, match=r"one below it: wheelcheck backend"):
        found({"backend/requirements.txt": "numpy\n"})


def test_locks_that_disagree_are_remarked_and_the_first_is_judged(found):
    discovery = found(
        {
            "uv.lock": UV_LOCK.format("2.1.0"),
            "pylock.toml": PYLOCK.format("1.26.4"),
            "poetry.lock": POETRY_LOCK.format("2.1.0"),
        }
    )
    (remark,) = compared([discovery], read(discovery.inputs), lambda *_: None)
    assert remark == (
        "pylock.toml disagrees with uv.lock, which is judged: numpy 1.26.4 instead of 2.1.0"
    )


@pytest.mark.parametrize(
    ("dependencies", "expected"),
    [
        ("'numpy>=2'", ""),
        ("'numpy'", ""),
        ("'httpx; sys_platform == \"win32\"', 'numpy'", "list of requirements differs"),
        ("'numpy<2'", "numpy 2.1.0 instead of <2"),
        ("'numpy', 'attrs'", "no attrs"),
        ("", "list of requirements differs"),
    ],
)
def test_a_lock_that_is_older_than_its_project_is_remarked(found, dependencies, expected):
    lock = UV_LOCK.format("2.1.0")
    if dependencies == "'numpy>=2'":
        lock = lock.replace('name = "numpy" }]\n\n', 'name = "numpy", specifier = ">=2" }]\n\n')
    discovery = found({"uv.lock": lock, "pyproject.toml": PROJECT.format(dependencies)})
    remarks = list(compared([discovery], read(discovery.inputs), lambda *_: None))
    assert [expected in remark for remark in remarks] == ([True] if expected else [])


def test_a_bare_word_is_a_package_even_where_a_folder_has_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("numpy").mkdir()
    assert is_folder(Path("numpy"))
    assert is_folder("./numpy")
    assert not is_folder("numpy")
    assert is_folder(".")
