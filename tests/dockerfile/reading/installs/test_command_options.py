"""Options of install commands, as pip and uv read them (`findings/one-date-is-two-bounds.sh`)."""

from datetime import date

import pytest
from dockerfile_context import read

from wheelcheck.dockerfile.reading.installs.command_options import command_options
from wheelcheck.dockerfile.reading.shell.install_commands import InstallerCommand
from wheelcheck.requirements.requirement_set import UNKNOWN_INDEX


@pytest.mark.parametrize(
    ("lines", "given_by"),
    [
        (
            "ARG TOKEN\nRUN pip install --extra-index-url https://a:${TOKEN}@index.example/ x",
            "--extra-index-url",
        ),
        (
            "ARG T\nENV PIP_EXTRA_INDEX_URL=https://a:${T}@index.example/\nRUN pip install x",
            "PIP_EXTRA_INDEX_URL",
        ),
        ("ARG PIP_INDEX_URL\nRUN pip install x", "PIP_INDEX_URL"),
        ("RUN pip install --find-links=$(cat links) x", "--find-links"),
        ("ARG UV_INDEX_URL\nRUN uv pip install --system x", "UV_INDEX_URL"),
    ],
)
def test_an_index_that_only_the_build_knows_is_added(lines: str, given_by: str):
    options = read(f"FROM python:3.12-slim\n{lines}\n").final.steps[0].requirements.index
    assert (options.index_url, options.extra_index_urls) == (None, (f"{UNKNOWN_INDEX}{given_by}",))


def test_an_argument_with_a_value_gives_the_index():
    text = "FROM python:3.12-slim\nARG PIP_INDEX_URL=https://index.example/\nRUN pip install x"
    options = read(text).final.steps[0].requirements.index
    assert (options.index_url, options.extra_index_urls) == ("https://index.example/", ())


@pytest.mark.parametrize(
    ("image", "folder"),
    [("public.ecr.aws/lambda/python:3.12", "/var/task"), ("python:3.12-slim", "/…")],
)
def test_a_folder_of_a_variable_is_filled(image: str, folder: str):
    text = f"FROM {image}\nRUN pip install x -t ${{LAMBDA_TASK_ROOT}} --platform linux_x86_64"
    assert read(text).final.steps[0].folder == folder


@pytest.mark.parametrize(("tool", "day"), [("pip", 5), ("uv", 6)])
def test_a_date_is_its_first_moment_to_pip_and_its_last_to_uv(monkeypatch, tool, day):
    given = (("exclude-newer", "2024-01-05T00:00:00+00:00"), ("exclude-newer", "2024-01-05"))
    monkeypatch.setenv("TZ", "UTC")
    options, problems = command_options(
        InstallerCommand(tool, "install", tool, options=given), date(2026, 1, 1)
    )
    assert problems == []
    assert (options.exclude_newer.day, options.exclude_newer.hour) == (day, 0)
