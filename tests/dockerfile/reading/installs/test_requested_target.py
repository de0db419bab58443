"""`--platform` and its like: the requested target, not the image's."""

from __future__ import annotations

import pytest
from dockerfile_context import read

from wheelcheck.errors import Unknown
from wheelcheck.targets import Target, fit
from wheelcheck.targets.compatibility import Fit


def requested_target(command: str, image: str = "python:3.12-slim") -> Target | Unknown | None:
    (step,) = read(f"FROM {image}\nRUN {command}\n").stages[0].steps
    return step.requested


def test_a_command_that_asks_for_nothing_has_the_images_target():
    assert requested_target("pip install six") is None


@pytest.mark.parametrize(
    ("options", "fits", "fails"),
    [
        ("--platform manylinux2014_aarch64", "manylinux2014_aarch64", "manylinux_2_17_aarch64"),
        ("--platform manylinux2014_x86_64", "manylinux1_x86_64", "manylinux_2_5_x86_64"),
        ("--platform manylinux_2_28_x86_64", "manylinux_2_28_x86_64", "manylinux2014_x86_64"),
        ("--platform musllinux_1_2_x86_64", "musllinux_1_2_x86_64", "musllinux_1_1_x86_64"),
        (
            "--platform manylinux_2_28_x86_64 --platform manylinux2014_x86_64",
            "manylinux2010_x86_64",
            "manylinux_2_27_x86_64",
        ),
    ],
)
def test_pip_takes_the_tags_that_are_named_and_no_levels_below(options: str, fits: str, fails: str):
    target = requested_target(f"pip install {options} --only-binary=:all: --target lib six")
    assert isinstance(target, Target)
    assert isinstance(fit(f"cp312-cp312-{fits}", target), Fit)
    miss = fit(f"cp312-cp312-{fails}", target)
    assert "none of the platforms that are named" in miss.why


@pytest.mark.parametrize(
    ("platform", "fits", "fails"),
    [
        ("win_amd64", "win_amd64", "win32"),
        ("macosx_11_0_arm64", "macosx_11_0_arm64", "macosx_12_0_arm64"),
        ("macosx_10_15_x86_64", "macosx_10_9_x86_64", "macosx_11_0_x86_64"),
    ],
)
def test_pip_takes_wheels_for_other_systems_with_markers_of_its_own(platform, fits, fails):
    target = requested_target(
        f"pip install --platform {platform} --only-binary=:all: --target lib six"
    )
    assert isinstance(target, Target)
    assert isinstance(fit(f"cp312-cp312-{fits}", target), Fit)
    assert not isinstance(fit(f"cp312-cp312-{fails}", target), Fit)
    assert target.marker_environment()["sys_platform"] == "linux"


def test_markers_are_those_of_the_python_that_runs_pip():
    target = requested_target(
        "pip download --platform manylinux2014_aarch64 --python-version 3.11 six"
    )
    assert isinstance(target, Target)
    assert target.python == (3, 11)
    environment = target.marker_environment()
    assert environment["python_version"] == "3.12"
    assert environment["platform_machine"] == "x86_64"


@pytest.mark.parametrize(
    ("name", "platform", "machine"),
    [
        ("aarch64-unknown-linux-gnu", "manylinux_2_28_aarch64", "aarch64"),
        ("x86_64-unknown-linux-musl", "musllinux_1_2_x86_64", "x86_64"),
        ("x86_64-manylinux_2_31", "manylinux_2_31_x86_64", "x86_64"),
        ("linux", "manylinux_2_28_x86_64", "x86_64"),
        ("windows", "win_amd64", "AMD64"),
    ],
)
def test_uv_takes_all_levels_and_the_targets_own_markers(name: str, platform: str, machine: str):
    target = requested_target(f"uv pip install --system --python-platform {name} six")
    assert isinstance(target, Target)
    assert target.platform.tag == platform
    assert target.marker_environment()["platform_machine"] == machine


@pytest.mark.parametrize(
    "options",
    [
        "--platform win_amd64 --platform win32",
        "--abi cp39",
        "--python-version three",
        "--platform nil",
    ],
)
def test_what_is_not_known_is_reported_and_not_judged(options: str):
    unknown = requested_target(f"pip install {options} --only-binary=:all: --target lib six")
    assert isinstance(unknown, Unknown)
    assert unknown.code == "other-platform"
