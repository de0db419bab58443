"""What a Dockerfile's own commands install with the system's package manager, in its image."""

from contextlib import nullcontext
from datetime import UTC, datetime

import pytest
from fake_index import FakeIndex

from wheelcheck.costs.image import ImageOptions
from wheelcheck.costs.image_parts.system_sizes import SLIM_SHARE
from wheelcheck.costs.machine import Machine
from wheelcheck.dockerfile.dockerfile_report import analyse_dockerfile
from wheelcheck.dockerfile.judging.stage_images import image_options
from wheelcheck.dockerfile.reading.dockerfile_reader import parse_dockerfile
from wheelcheck.reports.text.report_text import render_text
from wheelcheck.reports.values.cost_values import ImageSize
from wheelcheck.reports.values.report import Report

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SLIM, ALPINE = "FROM python:3.13-slim-trixie\n", "FROM python:3.13-alpine\n"
UPDATE, CLEAN = "apt-get update && ", " && rm -rf /var/lib/apt/lists/*"
APT = f"{UPDATE}apt-get install -y --no-install-recommends "
EASY = "RUN pip install --no-cache-dir easy\n"
MB = 1e6


def report_of(text: str) -> Report:
    index = FakeIndex(
        {"easy": {"1": ["easy-1-py3-none-any.whl"]}},
        listings={"easy-1-py3-none-any.whl": {"easy/__init__.py": 900}},
    )
    dockerfile = parse_dockerfile(text, as_of=NOW.date())
    return analyse_dockerfile(
        dockerfile, lambda _: nullcontext(index), machine=Machine(), as_of=NOW
    )


def image_of(text: str) -> ImageSize:
    bill = report_of(text).targets[-1].bill
    assert bill is not None
    assert bill.image is not None
    return bill.image


def installed(text: str) -> float:
    return dict(image_of(text).parts)["system packages of RUN"].value / MB


def options_of(text: str) -> ImageOptions:
    dockerfile = parse_dockerfile(text, as_of=NOW.date())
    final = dockerfile.final
    assert final is not None
    return image_options(dockerfile, final.steps[-1])


@pytest.mark.parametrize(
    ("names", "recommends", "expected"),
    [
        ("ffmpeg", False, 466),
        ("ffmpeg", True, 721),
        ("curl git", False, 121),
        ("libgl1", False, 213),
        ("default-jre-headless", False, 210),
    ],
)
def test_packages_weigh_what_apt_says_with_all_they_bring(names, recommends, expected):
    """`apt-get install --assume-no` in a root of Debian 13: MB of additional disk space."""
    command = APT if not recommends else APT.replace(" --no-install-recommends", "")
    found = installed(f"{SLIM}RUN {command}{names}{CLEAN}\n{EASY}")
    assert found == pytest.approx(expected * SLIM_SHARE, rel=0.02)


@pytest.mark.parametrize("after", [True, False])
def test_they_count_before_and_after_the_python_packages(after):
    packages = f"RUN {APT}ffmpeg{CLEAN}\n"
    text = f"{SLIM}{EASY}{packages}" if after else f"{SLIM}{packages}{EASY}"
    image = image_of(text)
    assert image.size.value > 500 * MB
    assert sum(part.value for _, part in image.parts) == pytest.approx(image.size.value, rel=0.01)


def test_what_the_image_has_already_weighs_nothing():
    assert "system packages of RUN" not in dict(
        image_of(f"{SLIM}RUN {APT}ca-certificates{CLEAN}\n{EASY}").parts
    )


class TestRemoved:
    def test_what_the_same_run_takes_away_with_its_orphans_weighs_nothing(self):
        text = f"{SLIM}RUN {APT}gcc && apt-get purge -y --auto-remove gcc{CLEAN}\n{EASY}"
        assert "system packages of RUN" not in dict(image_of(text).parts)

    def test_an_autoremove_of_its_own_takes_them_too(self):
        text = (
            f"{SLIM}RUN {APT}gcc && apt-get remove -y gcc && apt-get autoremove -y{CLEAN}\n{EASY}"
        )
        assert "system packages of RUN" not in dict(image_of(text).parts)

    def test_without_it_what_a_package_had_brought_stays(self):
        stays = installed(f"{SLIM}RUN {APT}gcc && apt-get remove -y gcc{CLEAN}\n{EASY}")
        assert stays == pytest.approx(installed(f"{SLIM}RUN {APT}gcc{CLEAN}\n{EASY}"), rel=0.01)

    def test_a_later_run_takes_nothing_from_the_layer(self):
        text = f"{SLIM}RUN {APT}gcc\nRUN apt-get purge -y --auto-remove gcc{CLEAN}\n{EASY}"
        assert installed(text) > 100


class TestStages:
    def test_those_of_a_builder_are_not_in_the_image(self):
        text = (
            f"{SLIM.strip()} AS build\nRUN {APT}ffmpeg\n"
            "RUN python -m venv /v && /v/bin/pip install easy\n"
            f"{SLIM}RUN {APT}libgl1{CLEAN}\nCOPY --from=build /v /v\n"
        )
        assert installed(text) == pytest.approx(213 * SLIM_SHARE, rel=0.02)

    def test_those_of_a_stage_below_are(self):
        text = f"{SLIM.strip()} AS base\nRUN {APT}libgl1{CLEAN}\nFROM base\n{EASY}"
        assert installed(text) == pytest.approx(213 * SLIM_SHARE, rel=0.02)

    def test_a_tool_of_the_build_leaves_them_in_its_image(self):
        text = (
            f"{SLIM.strip()} AS build\nRUN pip install easy\n{SLIM}RUN {APT}libgl1{CLEAN}\n"
            "COPY --from=build /etc/hosts /h\n"
        )
        assert image_of(text).size.value > 300 * MB


def test_lists_weigh_where_they_are_left():
    assert options_of(f"{SLIM}RUN {APT}curl\n{EASY}").package_lists
    assert not options_of(f"{SLIM}RUN {APT}curl{CLEAN}\n{EASY}").package_lists
    # apt-get(8), clean: "retrieved package files" alone
    assert options_of(f"{SLIM}RUN {APT}curl && apt-get clean\n{EASY}").package_lists


@pytest.mark.parametrize(
    ("text", "unsized"),
    [
        (f"{ALPINE}RUN apk add --no-cache ffmpeg git\n{EASY}", ("ffmpeg",)),
        (f"{SLIM}RUN {APT}./local.deb{CLEAN}\n{EASY}", ("local.deb",)),
        (f"{SLIM}ARG MORE\nRUN {APT}$MORE{CLEAN}\n{EASY}", ("some packages of line 3",)),
        (
            f'{SLIM}RUN if [ -n "$X" ]; then {APT}ffmpeg; fi\n{EASY}',
            ("what line 2 may install",),
        ),
        (f"{SLIM}RUN {APT}google-chrome-stable{CLEAN}\n{EASY}", ("google-chrome-stable",)),
    ],
)
def test_what_has_no_known_size_is_named_and_the_size_is_the_least(text, unsized):
    assert image_of(text).unsized == unsized
    shown = " ".join(render_text(report_of(text)).split())
    assert "image at least " in shown
    assert "Not in these numbers: the size of" in shown


def test_what_nobody_has_looked_at_is_named():
    text = f"{SLIM}COPY . /app\nRUN curl -sSf https://sh.example/rustup | sh -s -- -y\n{EASY}"
    shown = " ".join(render_text(report_of(text)).split())
    assert (
        "Not in these numbers: what the script of line 3 may install; other files that COPY and "
        "ADD bring"
    ) in shown
    assert "other files" not in render_text(report_of(f"{SLIM}{EASY}"))


def test_git_on_alpine_brings_no_perl():
    """docker-library/repo-info, docker:29.8.1-cli: git with its libraries has 12.7 MiB."""
    assert installed(f"{ALPINE}RUN apk add --no-cache git\n{EASY}") == pytest.approx(13, abs=2)
