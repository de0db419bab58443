"""Images that run no pip at deployment: which files to take, and what a CI image takes instead."""

import subprocess
import sys
from datetime import date

import pytest
from fake_index import FakeIndex
from situations import requirements_of

import wheelcheck
from wheelcheck.api.analyse import analyse
from wheelcheck.reports.text.report_text import render_text
from wheelcheck.reports.values.advice_values import Advice

DAY = date(2026, 11, 1)
OLD_LAMBDA = "public.ecr.aws/lambda/python:3.11"  # Amazon Linux 2, glibc 2.26
LAMBDA = "public.ecr.aws/lambda/python:3.12"
DISTROLESS = "gcr.io/distroless/python3-debian13"


def release(name: str, python: str, *platforms: str, sdist: bool = False) -> dict[str, list[str]]:
    files = [f"{name}-1-{python}-{python}-{platform}.whl" for platform in platforms]
    return {"1": files + [f"{name}-1.tar.gz"] * sdist}


def outside(projects: dict[str, dict[str, list[str]]], image: str) -> Advice | None:
    target = wheelcheck.parse_target(image, as_of=DAY)
    report = analyse(requirements_of(*projects), [target], FakeIndex(projects))
    return next((each for each in report.advice if each.kind == "outside"), None)


PURE = {"1": ["pure-1-py3-none-any.whl"]}
LEGACY = "manylinux_2_17_x86_64.manylinux2014_x86_64"


def test_the_command_has_each_platform_tag_that_occurs_once_the_preferred_first():
    projects = {
        "old": release("old", "cp312", LEGACY),
        "new": release("new", "cp312", "manylinux_2_34_x86_64"),
        "other": release("other", "cp312", LEGACY, "musllinux_1_2_x86_64"),
        "pure": PURE,
    }
    found = outside(projects, LAMBDA)
    (command,) = found.change
    assert command == (
        "pip install --target package --only-binary=:all: --implementation cp --python-version 3.12"
        " --platform manylinux_2_34_x86_64 --platform manylinux_2_17_x86_64 -r requirements.txt"
    )
    assert "takes files that fit this target too" in found.caveat


def test_pip_accepts_every_chosen_wheel_with_those_tags(tmp_path):
    found = outside({"old": release("old", "cp312", LEGACY), "pure": PURE}, LAMBDA)
    options = found.change[0].split()
    platforms = options[options.index("--implementation") : options.index("-r")]
    shown = subprocess.run(
        [sys.executable, "-m", "pip", "debug", "--verbose", *platforms],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    accepted = set(shown.stdout.split())
    assert {"cp312-cp312-manylinux_2_17_x86_64", "py3-none-any"} <= accepted


def test_pure_packages_alone_need_a_platform_too_else_pip_takes_those_of_its_own():
    assert "--platform manylinux_2_41_x86_64 -r" in outside({"pure": PURE}, DISTROLESS).change[0]


@pytest.mark.parametrize(
    ("image", "platforms", "wrong"),
    [
        (
            OLD_LAMBDA,
            ("manylinux_2_17_x86_64", "manylinux_2_28_x86_64"),
            "sci 1 comes as cp311-cp311-manylinux_2_28_x86_64",
        ),
        (
            f"{OLD_LAMBDA}@linux/arm64",
            ("manylinux_2_17_aarch64", "manylinux_2_17_x86_64"),
            "sci 1 comes as cp311-cp311-manylinux_2_17_x86_64",
        ),
        (f"{OLD_LAMBDA}@linux/arm64", ("manylinux_2_17_aarch64",), "sci 1 is built from source"),
    ],
)
def test_what_a_ci_image_would_take_that_does_not_fit(image, platforms, wrong):
    projects = {"sci": release("sci", "cp311", *platforms, sdist=True), "pure": PURE}
    found = outside(projects, image)
    assert f"--platform {platforms[0]} -r" in found.change[0]
    assert wrong in found.caveat
    assert "pure" not in found.caveat


def test_no_command_where_a_package_has_no_wheel():
    projects = {"sci": release("sci", "cp313", "win_amd64", sdist=True), "pure": PURE}
    found = outside(projects, DISTROLESS)
    assert found.change == ()
    assert "sci 1" in found.evidence
    assert "pure" not in found.evidence


def test_nothing_where_a_package_is_not_known():
    target = wheelcheck.parse_target(LAMBDA, as_of=DAY)
    report = analyse(requirements_of("pure", "missing"), [target], FakeIndex({"pure": PURE}))
    assert not report.advice


@pytest.mark.parametrize("image", ["python:3.12-slim", "3.12-manylinux_2_34_x86_64", "debian:12"])
def test_nothing_for_targets_that_run_pip(image):
    assert outside({"pure": PURE}, image) is None


def test_the_text_report_shows_the_command():
    target = wheelcheck.parse_target(LAMBDA, as_of=DAY)
    report = analyse(requirements_of("pure"), [target], FakeIndex({"pure": PURE}))
    text = render_text(report, width=100)
    assert "pip install --target package --only-binary=:all:" in text
