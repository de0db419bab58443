"""Projects whose version comes from the repository, in images without it or without git."""

import pytest
from dockerfile_context import read

SCM = '[project]\nname = "app"\ndynamic = ["version"]\n[build-system]\nrequires = ["{}"]\n{}'
SETUPTOOLS = SCM.format("setuptools_scm>=8", "[tool.setuptools_scm]\n")
HATCH = SCM.format("hatch-vcs", '[tool.hatch.version]\nsource = "vcs"\n')
PDM = SCM.format("pdm-backend", '[tool.pdm.version]\nsource = "scm"\n')
WHOLE = "FROM python:3.12-slim\nRUN apt-get update && apt-get install -y git\nCOPY . /app\n"
PARTS = "FROM python:3.12\nCOPY pyproject.toml /app/\n"
INSTALL = "RUN pip install /app"


def faults(text: str, project: str = SETUPTOOLS, **files: str) -> list[tuple[str, bool]]:
    found = read(text, {"pyproject.toml": project, ".git/HEAD": "", **files})
    return [
        (each.code, each.certain) for each in found.final.faults if "version out" in each.message
    ]


@pytest.mark.parametrize("project", [SETUPTOOLS, HATCH, PDM])
def test_without_its_repository_a_version_cannot_be_worked_out(project):
    assert faults(PARTS + INSTALL, project) == [("no-such-file", True)]
    assert faults(WHOLE + INSTALL, project) == []


def test_the_program_git_is_needed_as_well():
    slim = "FROM python:3.12-slim\nCOPY . /app\n"
    assert faults(slim + INSTALL) == [("missing-build-tool", True)]
    assert faults("FROM python:3.12\nCOPY . /app\n" + INSTALL) == []


@pytest.mark.parametrize(
    "given",
    [
        "ENV SETUPTOOLS_SCM_PRETEND_VERSION=1\n" + INSTALL,
        "ARG SETUPTOOLS_SCM_PRETEND_VERSION_FOR_APP=1\n" + INSTALL,
        "RUN SETUPTOOLS_SCM_PRETEND_VERSION=1.0 pip install /app",
        "COPY .git /app/.git\n" + INSTALL,
        "RUN --mount=type=bind,source=.git,target=/app/.git pip install /app",
        "RUN git init /app || true\nRUN mkdir /app/.git\n" + INSTALL,
        "COPY PKG-INFO /app/\n" + INSTALL,
        "RUN echo 'Version: 1' > /app/PKG-INFO && pip install /app",
        "RUN apt-get update && apt-get install -y git && git init /app && pip install /app",
        "RUN cd /app && git init && git commit --allow-empty -m x && pip install .",
        "RUN git -C /app init -q && pip install /app",
        "RUN git clone https://x.example/a /app2 && mv /app2/.git /app/ && pip install /app",
        "RUN export SETUPTOOLS_SCM_PRETEND_VERSION=1 && pip install /app",
        "RUN export PDM_BUILD_SCM_VERSION=1 SETUPTOOLS_SCM_PRETEND_VERSION; pip install /app",
    ],
)
def test_what_gives_the_version_in_another_way(given):
    assert faults(PARTS + given, **{"PKG-INFO": "Version: 1\n"}) == []


@pytest.mark.parametrize(
    "project",
    [
        SCM.format("setuptools_scm>=8", ""),
        SCM.format("setuptools_scm", '[tool.setuptools_scm]\nfallback_version = "0"\n'),
        SCM.format("hatch-vcs", '[tool.hatch.version]\nsource = "vcs"\nfallback-version = "0"\n'),
        SETUPTOOLS.replace('dynamic = ["version"]', 'version = "1"'),
    ],
)
def test_other_projects_need_no_repository(project):
    assert faults(PARTS + INSTALL, project) == []


def test_a_context_without_a_repository_may_be_an_export():
    found = read(WHOLE + INSTALL, {"pyproject.toml": SETUPTOOLS})
    assert [each.certain for each in found.final.faults if "version out" in each.message] == [False]


def checkouts(text: str, requirements: str = "") -> list[tuple[str, bool]]:
    found = read(text, {"requirements.txt": requirements})
    return [
        (each.code, each.certain) for each in found.final.faults if "fetched by git" in each.message
    ]


@pytest.mark.parametrize(
    "install",
    [
        "pip install git+https://host.example/a.git",
        "pip install 'a @ git+https://host.example/a.git@v1'",
        "pip install -e git+ssh://git@host.example/a.git#egg=a",
        "uv pip install --system git+https://host.example/a.git",
    ],
)
def test_repositories_are_fetched_by_git(install):
    assert checkouts(f"FROM python:3.12-alpine\nRUN {install}") == [("missing-build-tool", True)]
    assert checkouts(f"FROM python:3.12\nRUN {install}") == []
    there = f"FROM python:3.12-alpine\nRUN apk add --no-cache git\nRUN {install}"
    assert checkouts(there) == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a @ git+https://host.example/a.git", [("missing-build-tool", True)]),
        ("a @ git+https://host.example/a.git ; os_name == 'nt'", []),
        ("a @ hg+https://host.example/a", []),
        ("a @ https://host.example/git+x/a-1.zip", []),
    ],
)
def test_requirement_files_name_repositories_as_well(line, expected):
    text = "FROM python:3.12-slim\nCOPY requirements.txt .\nRUN pip install -r requirements.txt"
    assert checkouts(text, f"{line}\n") == expected
