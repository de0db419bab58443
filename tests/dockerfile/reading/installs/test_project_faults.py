"""Files that a project's build reads and the image does not have."""

import pytest
from dockerfile_context import read

PROJECT = """[project]
name = "app"
version = "1"
readme = {readme}
[build-system]
requires = ["x"]
build-backend = "{backend}"
"""
POETRY = """[tool.poetry]
name = "app"
version = "1"
readme = ["README.md", "CHANGES.md"]
[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"
"""
PARTS = "FROM python:3.12-slim\nWORKDIR /app\nCOPY pyproject.toml uv.lock poetry.lock ./\n"
LOCKS = {"uv.lock": 'version = 1\nrequires-python = ">=3.12"\n', "poetry.lock": ""}


def faults(text: str, files: dict[str, str]) -> list[tuple[int, str, bool]]:
    found = read(text, {"README.md": "", "CHANGES.md": "", **LOCKS, **files})
    return [
        (each.line, each.code, each.certain)
        for each in found.final.faults
        if "readme" in each.message
    ]


def project(backend: str = "hatchling.build", readme: str = '"README.md"') -> dict[str, str]:
    return {"pyproject.toml": PROJECT.format(backend=backend, readme=readme)}


@pytest.mark.parametrize(
    "backend",
    ["hatchling.build", "flit_core.buildapi", "poetry.core.masonry.api", "pdm.backend"],
)
def test_a_build_fails_without_its_readme(backend):
    assert faults(f"{PARTS}RUN pip install .", project(backend)) == [(4, "no-such-file", True)]


@pytest.mark.parametrize("backend", ["setuptools.build_meta", "", "of.its.own"])
def test_other_backends_build_without_it(backend):
    assert faults(f"{PARTS}RUN pip install .", project(backend)) == []


@pytest.mark.parametrize("readme", ['{file = "README.md", content-type = "text/plain"}'])
def test_a_table_names_it_as_well(readme):
    found = faults(f"{PARTS}RUN pip install .", project(readme=readme))
    assert found == [(4, "no-such-file", True)]


@pytest.mark.parametrize(
    "readme", ['{text = "README.md", content-type = "text/plain"}', '"docs/../pyproject.toml"']
)
def test_what_is_there_or_is_no_file_is_not_missed(readme):
    assert faults(f"{PARTS}RUN pip install .", project(readme=readme)) == []


@pytest.mark.parametrize(
    "made",
    [
        "COPY README.md ./\n",
        "COPY . .\n",
        "COPY *.md .\n",
        "RUN touch README.md\n",
        "RUN echo hello > /app/README.md\n",
        "RUN curl -O https://host.example/README.md\n",
    ],
)
def test_a_readme_that_comes_in_time_is_found(made):
    assert faults(f"{PARTS}{made}RUN pip install .", project()) == []


def test_where_scripts_ran_it_may_be_there():
    found = faults(f"{PARTS}RUN ./prepare.sh\nRUN pip install .", project())
    assert found == [(5, "no-such-file", False)]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("pip install -e .", [True]),
        ("pip install /app", [True]),
        ("uv pip install --system .", [True]),
        ("pip install -r pyproject.toml", []),
        ("uv sync --frozen", [True]),
        ("uv sync --frozen --no-install-project", []),
        ("uv sync --frozen --no-install-workspace", []),
        ("pip install x || true", []),
    ],
)
def test_only_commands_that_build_the_project_need_it(command, expected):
    found = faults(f"{PARTS}RUN {command}", project())
    assert [certain for _, _, certain in found] == expected


@pytest.mark.parametrize(
    ("command", "count"),
    [("poetry install", 2), ("poetry install --no-root", 0), ("poetry install --only main", 2)],
)
def test_poetry_builds_the_root_and_may_go_on_without_it(command, count):
    found = faults(f"{PARTS}RUN {command}", {"pyproject.toml": POETRY})
    assert [certain for _, _, certain in found] == [False] * count


def test_a_project_that_is_no_package_is_not_built():
    text = project()["pyproject.toml"] + "[tool.uv]\npackage = false\n"
    assert faults(f"{PARTS}RUN uv sync --frozen", {"pyproject.toml": text}) == []
    alone = project()["pyproject.toml"].partition("[build-system]")[0]
    assert faults(f"{PARTS}RUN uv sync --frozen", {"pyproject.toml": alone}) == []


SLIM = "FROM python:3.12-slim\nWORKDIR /app\n"


def faults_of_paths(text: str) -> list[bool]:
    found = read(text, {"lib/pyproject.toml": PROJECT, "data/a.txt": ""})
    return [each.certain for each in found.final.faults if "an archive" in each.message]


@pytest.mark.parametrize(
    "step",
    ["RUN pip install .", "RUN pip install -e .[dev]", "COPY data ./\nRUN pip install six ."],
)
def test_a_folder_without_a_project_cannot_be_installed(step):
    assert faults_of_paths(SLIM + step) == [True]


@pytest.mark.parametrize(
    "step", ["RUN pip install ./lib", "RUN pip install a-1.tar.gz", "COPY . .\nRUN pip install ./x"]
)
def test_a_path_that_nothing_brings_may_fail(step):
    assert faults_of_paths(SLIM + step) == [False]


@pytest.mark.parametrize(
    "step",
    [
        "COPY . .\nRUN pip install ./lib",
        "COPY lib .\nRUN pip install .",
        "RUN pip install . || true",
        "RUN echo 'from setuptools import setup' > setup.py && pip install .",
        "RUN git clone https://x.example/a . && pip install .",
        "RUN curl -LO https://x.example/a-1.tar.gz && pip install a-1.tar.gz",
        "RUN cp -r /usr/share/a/. . && pip install .",
        "ADD https://x.example/a.git .\nRUN pip install .",
        "RUN pip wheel -w . six && pip install ./six-1-py3-none-any.whl",
        "RUN uv build && pip install dist/app.whl",
        "RUN --mount=type=cache,target=/c pip install /c/app.whl",
        "RUN --mount=type=bind,source=lib,target=/src pip install /src",
        "RUN pip install /usr/share/a",
        "COPY --from=ghcr.io/x/y /a .\nRUN pip install .",
    ],
)
def test_a_path_that_something_may_bring_is_not_missed(step):
    assert not any(faults_of_paths(SLIM + step))


LOCKED = "FROM python:3.12-slim\nRUN pip install uv\nWORKDIR /app\nCOPY pyproject.toml uv.lock ./\n"


@pytest.mark.parametrize(
    ("steps", "missed"),
    [
        ("RUN uv sync --frozen", True),
        ("RUN uv sync --frozen --no-install-project\nCOPY . .\nRUN uv sync --frozen", False),
        ("COPY src/app ./src/app\nRUN uv sync --frozen", False),
        ("ENV UV_NO_INSTALL_PROJECT=1\nRUN uv sync --frozen", False),
        ("RUN UV_NO_INSTALL_PROJECT=true uv sync --frozen", False),
        ("ENV UV_NO_INSTALL_PROJECT=0\nRUN uv sync --frozen", True),
        ("RUN export UV_NO_INSTALL_WORKSPACE=1 && uv sync --frozen", False),
        ("RUN uv sync --frozen --no-install-package app", False),
        ("RUN uv sync --frozen --package lib", False),
        ("COPY src ./src\nRUN uv sync --frozen", False),
        ("COPY . .\nRUN pip install .", False),
        ("COPY src/other ./src/other\nRUN pip install .", True),
        ("RUN mkdir -p src/app && touch src/app/__init__.py && pip install .", False),
        ("RUN --mount=type=bind,target=/src pip install /src", False),
    ],
)
def test_a_build_misses_the_module_that_is_not_copied(steps, missed):
    files = {**project(), "src/app/__init__.py": "", "src/other/__init__.py": "", **LOCKS}
    found = read(LOCKED + steps, files).final.faults
    assert any("looks for the package app" in each.message for each in found) is missed


@pytest.mark.parametrize(
    ("steps", "missed"),
    [
        ("COPY app ./app\nRUN pip install .", [True]),
        ("COPY app ./app\nCOPY _backend ./_backend\nRUN pip install .", []),
        ("COPY . .\nRUN pip install .", []),
        ("COPY app ./app\nRUN git clone https://x.example/b _backend && pip install .", []),
    ],
)
def test_a_backend_of_the_project_must_be_copied_as_well(steps, missed):
    system = '[build-system]\nrequires = []\nbuild-backend = "own"\nbackend-path = ["_backend"]\n'
    files = {"pyproject.toml": f'[project]\nname = "app"\n{system}'}
    files |= {"app/__init__.py": "", "_backend/own.py": "def build_wheel(): ..."}
    found = read(f"{SLIM}COPY pyproject.toml .\n{steps}", files).final.faults
    assert [each.certain for each in found if "backend" in each.message] == missed


@pytest.mark.parametrize(
    ("before", "certain"),
    [
        ("RUN pip install poetry", True),
        ("RUN pip install poetry==2.1.3", True),
        ("RUN pip install 'poetry<2'", False),
        ("RUN pip install poetry==1.8.3", False),
        ("ENV POETRY_VERSION=1.8.3\nRUN pip install poetry==$POETRY_VERSION", False),
        ("RUN curl -sSL https://x.example/install | python -", False),
    ],
)
def test_poetry_since_2_ends_with_an_error_without_the_project(before, certain):
    text = f"FROM python:3.12-slim\n{before}\nWORKDIR /a\nCOPY pyproject.toml poetry.lock ./\n"
    found = read(f"{text}RUN poetry install", {"pyproject.toml": POETRY, **LOCKS}).final.faults
    assert {each.certain for each in found if "looks for the package" in each.message} == {certain}
