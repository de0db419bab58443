import pytest
from dockerfile_context import AS_OF, read

from wheelcheck.dockerfile.reading.dockerfile_reader import parse_dockerfile
from wheelcheck.dockerfile.reading.files.build_context import FolderContext
from wheelcheck.dockerfile.reading.shell.lock_selection import selection_of
from wheelcheck.dockerfile.reading.shell.other_tools import lock_command

PROJECT = """[project]
name = "app"
version = "1"
dependencies = ["flask"]
[project.optional-dependencies]
db = ["psycopg2"]
fast = ["uvloop"]
[dependency-groups]
dev = ["pytest"]
"""
PIPFILE_LOCK = """{"_meta": {"pipfile-spec": 6, "requires": {}, "sources": []},
"default": {"flask": {"version": "==3.0.0"}}, "develop": {"pytest": {"version": "==8.0.0"}}}"""
POETRY = """[tool.poetry]
name = "app"
[tool.poetry.dependencies]
python = "^3.11"
flask = "*"
[tool.poetry.group.dev.dependencies]
pytest = "*"
"""
POETRY_LOCK = """[[package]]
name = "flask"
version = "3.0.0"
groups = ["main"]
optional = false
files = []

[[package]]
name = "pytest"
version = "8.0.0"
groups = ["dev"]
optional = false
files = []

[metadata]
lock-version = "2.1"
python-versions = "^3.11"
content-hash = "x"
"""


def names(text: str, files: dict[str, str]) -> set[str]:
    found = read(f"FROM python:3.12-slim\n{text}", files)
    assert found.all_unread == ()
    return {line.requirement.name for step in found.final.steps for line in step.requirements.lines}


@pytest.mark.parametrize(
    ("install", "expected"),
    [
        ("pip install .", {"flask"}),
        ("pip install -e .", {"flask"}),
        ("pip install '.[db]' gunicorn", {"flask", "psycopg2", "gunicorn"}),
        ("pip install /app[db,fast]", {"flask", "psycopg2", "uvloop"}),
        ("uv pip install -r pyproject.toml --extra db", {"flask", "psycopg2"}),
        ("uv pip install -r pyproject.toml --all-extras", {"flask", "psycopg2", "uvloop"}),
    ],
)
def test_a_project_of_the_context(install: str, expected: set[str]):
    text = f"WORKDIR /app\nCOPY . .\nRUN {install}"
    assert names(text, {"pyproject.toml": PROJECT}) == expected


@pytest.mark.parametrize("line", ["RUN pip install .", "RUN pip install -r requirements.txt"])
def test_a_project_in_the_root_folder_is_read(line: str):
    files = {"pyproject.toml": PROJECT, "requirements.txt": "-e .[db]\n"}
    assert "flask" in names(f"WORKDIR /\nCOPY . .\n{line}", files)


def test_a_project_is_named_with_its_folder():
    text = "FROM python:3.12-slim\nCOPY libs/a /a\nRUN pip install /a"
    (step,) = read(text, {"libs/a/pyproject.toml": PROJECT}).final.steps
    assert step.projects == ("libs/a",)
    assert step.inputs == ("libs/a/pyproject.toml",)


@pytest.mark.parametrize("line", ["-e .[db]", ".[db]", "./[db]", "-e /app[db]"])
def test_a_project_that_a_requirement_file_names_is_read(line: str):
    text = "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\nRUN pip install -r requirements.txt"
    found = read(text, {"pyproject.toml": PROJECT, "requirements.txt": f"{line}\ngunicorn\n"})
    (step,) = found.final.steps
    required = {each.requirement.name for each in step.requirements.lines}
    assert required == {"flask", "psycopg2", "gunicorn"}
    assert (list(step.projects), step.requirements.skipped) == (["."], ())


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("pipenv install --system --deploy", {"flask"}),
        ("pipenv sync --dev", {"flask", "pytest"}),
    ],
)
def test_pipenv_follows_its_lock(command: str, expected: set[str]):
    assert names(f"COPY Pipfile* ./\nRUN {command}", {"Pipfile.lock": PIPFILE_LOCK}) == expected


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("poetry install --no-root", {"flask", "pytest"}),
        ("poetry install --only main", {"flask"}),
        ("poetry install --only=main --no-interaction", {"flask"}),
        ("poetry install --without dev", {"flask"}),
        ("poetry install --no-dev", {"flask"}),
    ],
)
def test_poetry_follows_its_lock(command: str, expected: set[str]):
    files = {"pyproject.toml": POETRY, "poetry.lock": POETRY_LOCK}
    assert names(f"COPY pyproject.toml poetry.lock ./\nRUN {command}", files) == expected


def test_a_lock_that_is_not_copied_is_reported():
    found = read("FROM python:3.12-slim\nRUN poetry install", {"poetry.lock": POETRY_LOCK})
    assert [each.why.code for each in found.all_unread] == ["no-lock"]
    assert found.final.steps[0].lock.path is None


@pytest.mark.parametrize("copied", ["poetry.lock*", "poetry.loc[k]", "*.lock"])
def test_a_lock_that_a_pattern_allows_to_be_missing_is_made_anew(copied: str):
    text = f"FROM python:3.12-slim\nCOPY pyproject.toml {copied} ./\nRUN poetry install"
    found = read(text, {"pyproject.toml": POETRY})
    assert [line.requirement.name for line in found.final.steps[0].requirements.lines] == ["flask"]
    (unread,) = found.all_unread
    assert unread.why.reason.startswith("poetry.lock is not there")


@pytest.mark.parametrize(
    ("command", "groups", "extras"),
    [
        ("uv sync", {"dev"}, set()),
        ("uv sync --no-dev --extra db", set(), {"db"}),
        ("uv sync --group docs", {"dev", "docs"}, set()),
        ("uv sync --all-groups --no-group dev", {"docs"}, set()),
        ("uv sync --all-extras --no-default-groups", set(), {"db", "fast"}),
        ("pdm sync --prod", set(), set()),
        ("pdm install -G docs", {"dev", "docs"}, set()),
        ("poetry install --with docs -E 'db fast'", {"dev", "docs"}, {"db", "fast"}),
    ],
)
def test_the_command_selects_groups_and_extras(command: str, groups: set[str], extras: set[str]):
    words = [word.strip("'") for word in command.replace("db fast", "db,fast").split()]
    selection, strange = selection_of(lock_command(words))
    assert selection.groups(["dev", "docs"], ["dev"]) == groups
    assert selection.extras(["db", "fast"]) == extras
    assert strange == ()


@pytest.mark.parametrize(
    "command", ["poetry install --only dev", "uv sync --only-group docs", "uv sync --package x"]
)
def test_choices_that_are_not_followed_are_reported(command: str):
    assert selection_of(lock_command(command.split()))[1]


OWN = (
    '[tool.poetry]\nname = "own"\nversion = "1"\n[tool.poetry.dependencies]\npython = "^3.12"\n'
    '[build-system]\nrequires = ["poetry-core"]\nbuild-backend = "poetry.core.masonry.api"\n'
)


@pytest.mark.parametrize(
    ("before", "command", "built"),
    [
        ("RUN pip install poetry", "poetry install", True),
        ("RUN pip install poetry", "poetry install --no-root", False),
        ("RUN pip install poetry==1.8.3", "poetry install", False),  # it only warns
        ("ENV POETRY_VERSION=1.8.3", "poetry install", False),
        ("ENV POETRY_VERSION=2.1.1", "poetry install", True),
    ],
)
def test_the_project_itself_is_built_where_its_lock_is_installed(before, command, built, tmp_path):
    text = f"FROM python:3.12-slim\n{before}\nCOPY . /app\nWORKDIR /app\nRUN {command}"
    lock = '[metadata]\nlock-version = "2.1"\npython-versions = "^3.12"\ncontent-hash = ""\n'
    for name, content in (("pyproject.toml", OWN), ("own.py", ""), ("poetry.lock", lock)):
        (tmp_path / name).write_text(content)
    found = parse_dockerfile(text, as_of=AS_OF, context=FolderContext(tmp_path))
    names = [line.requirement.name for line in found.final.steps[-1].requirements.lines]
    assert ("own" in names) is built


@pytest.mark.parametrize(
    ("poetry", "faults"),
    [
        ("poetry==1.8.3", [("lock-stale", True)]),
        ("poetry", [("lock-stale", True)]),
        ("poetry==1.7.1", []),
        ("poetry==1.7.*", []),
    ],
)
def test_poetry_since_1_8_refuses_a_lock_of_other_requirements(
    poetry: str, faults: list[tuple[str, bool]]
):
    """poetry 1.7.1 warns and goes on; 1.8.3, 2.1.4 and 2.5.1 end with an error."""
    other = POETRY_LOCK.replace('"x"', f'"{"0f" * 32}"')
    text = (
        f"FROM python:3.12\nRUN pip install '{poetry}'\nCOPY . .\n"
        "RUN poetry install --no-root --only main\n"
    )
    dockerfile = read(text, {"pyproject.toml": POETRY, "poetry.lock": other})
    (stage,) = dockerfile.stages
    assert [(each.code, each.certain) for each in stage.faults] == faults
    if not faults:
        (_, step) = stage.steps
        assert [str(line.requirement) for line in step.requirements.lines] == ["flask==3.0.0"]


@pytest.mark.parametrize(("release", "refuses"), [("2.2.1", True), ("2.3.0", False)])
def test_poetry_before_2_3_refuses_the_lock_of_a_newer_release(release: str, *, refuses: bool):
    """findings/poetry-lock-of-a-newer-poetry.sh"""
    project = (
        '[project]\nname = "x"\nversion = "0.1.0"\nrequires-python = ">=3.11"\n'
        "dependencies = []\n[dependency-groups]\ndev = []\n"
    )
    by_2_5_1 = "990cace2ed0cccf29ce553fc042e1705dd8f2916d20adf2f3445f6e30f986606"
    files = {
        "pyproject.toml": project,
        "poetry.lock": f'[metadata]\nlock-version = "2.1"\ncontent-hash = "{by_2_5_1}"\n',
    }
    install = f"RUN pip install poetry=={release}\nCOPY . .\nRUN poetry install --no-root\n"
    (stage,) = read(f"FROM python:3.12\n{install}", files).stages
    assert [each.code for each in stage.faults] == ["lock-stale"] * refuses


@pytest.mark.parametrize(
    ("command", "files"),
    [
        ("uv sync", ["pyproject.toml", "uv.lock"]),
        ("poetry install", ["pyproject.toml", "poetry.lock"]),
        ("pipenv install --skip-lock", ["Pipfile"]),
    ],
)
@pytest.mark.parametrize(
    "hostile", [f"a = {'[' * 100_000}", f"a = {'9' * 5000}"], ids=["deep", "long"]
)
def test_a_project_or_lock_that_no_parser_takes_breaks_nothing(
    command: str, files: list[str], hostile: str
):
    text = f"FROM python:3.12\nCOPY . .\nRUN {command}\n"
    dockerfile = read(text, dict.fromkeys(files, hostile))
    assert "lock-stale" not in {each.code for each in dockerfile.stages[0].faults}
    assert dockerfile.all_unread


UV_LOCK = """version = 1
requires-python = ">=3.11"
[[package]]
name = "app"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "flask" }]
[[package]]
name = "flask"
version = "3.0.0"
source = { registry = "https://index.example/simple" }
sdist = { url = "https://index.example/flask-3.0.0.tar.gz" }
"""
SYNC = "RUN uv sync --frozen"
INSTALL = "RUN poetry install --no-root"


def policy(run: str, project: str = "", files: dict[str, str] | None = None):
    """Which files a step may choose: names or ``*``, without wheels and without sdists."""
    lock = {"uv.lock": UV_LOCK, "poetry.lock": POETRY_LOCK, "Pipfile.lock": PIPFILE_LOCK}
    own = POETRY if "poetry" in run else PROJECT
    context = {"pyproject.toml": own + project, **lock, **(files or {})}
    dockerfile = read(f"FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\n{run}", context)
    (step,) = dockerfile.final.steps
    controls = (step.requirements.policy.no_binary, step.requirements.policy.only_binary)
    return tuple("*" if each.all_projects else " ".join(sorted(each.names)) for each in controls)


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (SYNC, ("", "")),
        (f"{SYNC} --no-binary-package flask --no-build-package=pytest", ("flask", "pytest")),
        (f"{SYNC} --no-binary", ("*", "")),
        (f"{SYNC} --no-build", ("", "*")),
        (f"ENV UV_NO_BINARY_PACKAGE='flask ujson'\n{SYNC}", ("flask ujson", "")),
        (f"ENV UV_NO_BUILD=1\n{SYNC}", ("", "*")),
        (f"ENV UV_NO_BUILD=0 PIP_NO_BINARY=flask\n{SYNC}", ("", "")),
        ("RUN UV_NO_BUILD_PACKAGE=flask uv sync --frozen", ("", "flask")),
        (f"ENV POETRY_INSTALLER_NO_BINARY=flask,click\n{INSTALL}", ("click flask", "")),
        (f"ENV POETRY_INSTALLER_ONLY_BINARY=:all:\n{INSTALL}", ("", "*")),
        (f"ENV POETRY_INSTALLER_NO_BINARY=true\n{INSTALL}", ("*", "")),
        (f"ENV POETRY_INSTALLER_NO_BINARY=false\n{INSTALL}", ("", "")),
        (f"ENV PIP_NO_BINARY=flask\n{INSTALL}", ("", "")),
        ("ENV PIP_NO_BINARY=flask\nRUN pipenv sync", ("flask", "")),
    ],
)
def test_options_and_variables_of_a_locks_tool_say_what_may_be_chosen(run, expected):
    assert policy(run) == expected


@pytest.mark.parametrize("run", [SYNC, "RUN uv sync", "RUN uv pip install -r pyproject.toml"])
def test_settings_of_uv_say_what_may_be_chosen(run):
    project = '[tool.uv]\nno-binary-package = ["flask"]\nno-build = true\n'
    assert policy(run, project) == ("flask", "*")
    other = {"uv.toml": 'no-build-package = ["click"]\n'}
    assert policy(run, project, other) == ("", "click"), "uv passes over [tool.uv] then"


@pytest.mark.parametrize("run", [SYNC, "RUN uv sync", "RUN uv pip install -r pyproject.toml"])
def test_settings_of_uv_constrain_builds(run):
    project = '[tool.uv]\nbuild-constraint-dependencies = ["setuptools<70"]\n'
    context = {"pyproject.toml": PROJECT + project, "uv.lock": UV_LOCK}
    text = f"FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\n{run}"
    (step,) = read(text, context).final.steps
    assert step.requirements.build_constraints == ("setuptools<70",)


def test_settings_of_uv_say_nothing_to_pip():
    assert policy("RUN pip install .", "[tool.uv]\nno-build = true\n") == ("", "")


def test_settings_of_poetry_give_way_to_its_variables():
    files = {"poetry.toml": '[installer]\nno-binary = ["flask"]\nonly-binary = true\n'}
    assert policy(INSTALL, files=files) == ("flask", "*")
    variable = f"ENV POETRY_INSTALLER_NO_BINARY=click\n{INSTALL}"
    assert policy(variable, files=files) == ("click", "*")
