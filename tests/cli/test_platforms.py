"""Platforms beside Linux, from the command line: what is judged, priced and refused."""

import json
from datetime import date

import pytest
from fake_index import FakeIndex

from wheelcheck import analyse, parse_target
from wheelcheck.cli import main
from wheelcheck.gate.policy import Policy
from wheelcheck.gate.violations import violations
from wheelcheck.reports.text.report_text import render_text
from wheelcheck.requirements import read

FILES = {
    "sci": {
        "1.0": [
            "sci-1.0-cp312-cp312-win_amd64.whl",
            "sci-1.0-cp312-cp312-macosx_11_0_arm64.whl",
            "sci-1.0-cp312-cp312-manylinux_2_17_x86_64.whl",
            "sci-1.0.tar.gz",
        ]
    },
    "pywin32": {"311": ["pywin32-311-cp312-cp312-win_amd64.whl"]},
}
TARGETS = tuple(
    parse_target(spelling)
    for spelling in (
        "cp312-win_amd64",
        "cp312-win_arm64",
        "cp312-macosx_14_0_arm64",
        "cp312-manylinux_2_28_x86_64",
    )
)


@pytest.fixture
def report(tmp_path):
    path = tmp_path / "requirements.txt"
    path.write_text('sci\npywin32 ; sys_platform == "win32"\n', encoding="utf-8")
    return analyse(read([path]), TARGETS, FakeIndex(FILES))


def verdicts(report, package):
    return [report.package(package).on[target.name].verdict.value for target in TARGETS]


def test_each_platform_has_its_wheels_and_markers(report):
    assert verdicts(report, "sci") == ["wheel", "source-native", "wheel", "wheel"]
    assert verdicts(report, "pywin32") == ["wheel", "unavailable", "not-required", "not-required"]


def test_builds_beside_linux_name_the_toolchain_and_are_not_priced(report):
    cell = report.package("sci").on["cp312-win_arm64"]
    assert "compiling there takes MSVC" in cell.reason
    assert "not priced" in cell.reason
    priced = {target.name for target in report.targets if target.bill}
    assert priced == {"cp312-manylinux_2_28_x86_64"}
    assert report.plan("cp312-win_arm64") is None


def test_a_limit_on_build_time_is_exceeded_where_builds_are_not_priced(report):
    found = violations(report, Policy(max_build_minutes=5), date(2026, 11, 28))
    broken = [each.target for each in found if each.rule == "max-build-minutes"]
    assert broken == ["cp312-win_arm64"]


def test_the_text_groups_by_platform(report):
    text = render_text(report, width=80)
    assert "Windows" in text
    assert "macOS 14" in text
    assert max(map(len, text.splitlines())) <= 80


def test_the_json_tells_the_system(report):
    found = json.loads(report.model_dump_json())["targets"]
    assert [(each["system"], each["system_version"], each["libc"]) for each in found] == [
        ("windows", None, None),
        ("windows", None, None),
        ("macos", "14.0", None),
        ("linux", None, "glibc"),
    ]


@pytest.mark.parametrize(
    "words",
    [
        "-t windoze",
        "-t cp38-win_arm64",
        "-t cp314-macosx_10_9_x86_64",
        "-t linux-14-arm64",
        "--platforms macoss",
        "--platforms all --libc musl",
        "-t windows-arm64 --python 3.8",
        "-t windows,",
        "--image python:3.13-slim",  # of a Dockerfile; -t is meant
    ],
)
def test_what_does_not_exist_ends_in_a_single_line(words, tmp_path, capsys):
    path = tmp_path / "requirements.txt"
    path.write_text("sci\n", encoding="utf-8")
    assert main([str(path), *words.split()]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_no_dockerfile_is_written_for_another_system(tmp_path, capsys):
    path = tmp_path / "requirements.txt"
    path.write_text("", encoding="utf-8")
    words = [str(path), "--emit", "dockerfile", "-t", "3.12@windows"]
    assert main(words) == 2
    assert "is no Linux" in capsys.readouterr().err
