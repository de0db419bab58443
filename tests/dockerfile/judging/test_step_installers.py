"""Which installer runs a step, and which Python it may change (PEP 668)."""

from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest
from archive_builders import wheel_of
from dockerfile_context import DictContext

from wheelcheck.costs.machine import Machine
from wheelcheck.dockerfile.dockerfile_report import analyse_dockerfile
from wheelcheck.dockerfile.reading.dockerfile_reader import parse_dockerfile
from wheelcheck.index import open_index
from wheelcheck.reports.values.report import Report
from wheelcheck.requirements.requirement_set import IndexOptions

NOW = datetime(2026, 11, 1, tzinfo=UTC)
COPIED = "FROM python:3.12-slim\nCOPY --from=ghcr.io/astral-sh/uv:{} /uv /bin/\n"
OTHER_ENVIRONMENT = "FROM python:3.12-slim\nRUN pip install uv==0.9.0\nRUN uv venv /v\n"
DEBIAN = "FROM debian:bookworm\nRUN apt-get update && apt-get install -y python3-pip\n"


@pytest.fixture(scope="module")
def links(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("links")
    for name, version in (("app", "1"), ("pip", "20.2.4"), ("uv", "0.9.0")):
        data = wheel_of(name, version)
        (folder / f"{name}-{version}-py3-none-any.whl").write_bytes(data)
    return folder


def judged(links: Path, text: str) -> Report:
    dockerfile = parse_dockerfile(text, as_of=NOW.date(), context=DictContext({}))
    options = IndexOptions(no_index=True, find_links=(str(links),))
    with open_index(options, cache_dir=None) as index:
        return analyse_dockerfile(
            dockerfile, lambda _: nullcontext(index), machine=Machine(), as_of=NOW
        )


@pytest.mark.parametrize(
    ("text", "name", "version", "known"),
    [
        ("FROM python:3.12-slim\nRUN pip install app\n", "pip", "25.0.1", "image"),
        (
            "FROM python:3.8-slim\nRUN pip install pip==20.2.4\nRUN pip install app\n",
            "pip",
            "20.2.4",
            "named",
        ),
        (
            f"{COPIED.format('0.9.3')}RUN uv pip install --system app\n",
            "uv",
            "0.9.3",
            "named",
        ),
        (
            "FROM python:3.12-slim\nRUN pip install uv==0.9.0\nRUN uv pip install --system app\n",
            "uv",
            "0.9.0",
            "named",
        ),
        (
            f"{OTHER_ENVIRONMENT}RUN VIRTUAL_ENV=/v uv pip install app\n",
            "uv",
            "0.9.0",
            "named",
        ),
        (
            f"{COPIED.format('latest')}RUN uv pip install --system app\n",
            "uv",
            None,
            "unknown",
        ),
    ],
)
def test_a_step_is_judged_with_the_installer_that_is_there(links, text, name, version, known):
    installer = judged(links, text).targets[-1].installer
    assert (installer.name, installer.known) == (name, known)
    assert version is None or installer.version == version


def refused(report: Report) -> list[str]:
    findings = report.dockerfile.findings
    return [found.message for found in findings if "externally managed" in found.message]


@pytest.mark.parametrize(
    "command",
    ["pip3 install app", "pip3 install --user app", "python3 -m pip install app"],
)
def test_a_distribution_keeps_its_own_python(links, command):
    (message,) = refused(judged(links, f"{DEBIAN}RUN {command}\n"))
    for way in ("python3 -m venv", "python3-NAME", "--break-system-packages"):
        assert way in message


@pytest.mark.parametrize(
    "rest",
    [
        "RUN pip3 install --break-system-packages app\n",
        "ENV PIP_BREAK_SYSTEM_PACKAGES=1\nRUN pip3 install app\n",
        "RUN pip3 config set global.break-system-packages true\nRUN pip3 install app\n",
        "RUN rm /usr/lib/python3.11/EXTERNALLY-MANAGED && pip3 install app\n",
        "RUN python3 -m venv /opt/venv && /opt/venv/bin/pip install app\n",
        "RUN pip3 install --target /srv/lib app\n",
        "RUN pip3 download app\n",
    ],
)
def test_there_are_ways_to_install_there_all_the_same(links, rest):
    assert not refused(judged(links, DEBIAN + rest))


@pytest.mark.parametrize(
    "base",
    [
        "FROM python:3.12-slim-bookworm\n",
        "FROM debian:bullseye\nRUN apt-get update && apt-get install -y python3-pip\n",
        "FROM alpine:3.18\nRUN apk add py3-pip\n",
    ],
)
def test_a_python_without_a_mark_is_installed_into(links, base):
    assert not refused(judged(links, f"{base}RUN pip3 install app\n"))


def test_alpine_keeps_its_python_since_3_19(links):
    text = "FROM alpine:3.20\nRUN apk add py3-pip\nRUN pip install app\n"
    assert refused(judged(links, text))
