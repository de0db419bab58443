"""uv, poetry and their like, run in images that nothing brought them into."""

import pytest
from dockerfile_context import read

FILES = {"pyproject.toml": '[project]\nname = "a"\nversion = "1"\n', "uv.lock": "", "uv": ""}


def codes(text: str) -> list[int]:
    found = read(text, FILES)
    return [each.line for each in found.final.faults if each.code == "no-installer"]


@pytest.mark.parametrize("image", ["python:3.12", "python:3.12-slim", "docker.io/library/python:3"])
@pytest.mark.parametrize(
    "command",
    [
        "uv pip install --system six",
        "uv sync",
        "poetry install",
        "pipenv sync",
        "pipx install six",
        "uv tool install six",
        "uvx six",
    ],
)
def test_an_official_image_has_pip_alone(image, command):
    assert codes(f"FROM {image}\nRUN {command}") == [2]


@pytest.mark.parametrize(
    "brought",
    [
        "RUN pip install uv",
        "RUN pip install --no-cache-dir 'uv==0.9.*'",
        "RUN pip install hatch",
        "COPY --from=ghcr.io/astral-sh/uv:latest /uv /uvx /bin/",
        "COPY uv /usr/local/bin/uv",
        "RUN curl -LsSf https://host.example/install.sh | sh",
        "RUN ./bootstrap.sh",
        "RUN apk add uv",
        "RUN pip install pipx && pipx install uv",
    ],
)
def test_an_installer_that_something_brings_or_may_bring_is_there(brought):
    assert codes(f"FROM python:3.12-slim\n{brought}\nRUN uv pip install --system six") == []


@pytest.mark.parametrize(
    "image", ["ghcr.io/astral-sh/uv:python3.12-bookworm-slim", "mine.example/base:1", "debian:13"]
)
def test_of_other_images_nothing_is_reported(image):
    assert codes(f"FROM {image}\nRUN uv pip install --system six") == []


def test_other_ways_to_run_it_are_not_judged():
    assert codes("FROM python:3.12\nRUN /opt/uv pip install --system six") == []
    assert codes("FROM python:3.12\nRUN python -m uv pip install six") == []
    assert codes("FROM python:3.12 AS a\nRUN pip install uv\nFROM a\nRUN uv sync") == []
