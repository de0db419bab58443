"""What is said of the platform that nobody named: its verdicts, and the errors it has alone."""

from contextlib import nullcontext
from datetime import UTC, datetime

import pytest
from fake_index import FakeIndex

from wheelcheck import Verdict
from wheelcheck.costs.machine import Machine
from wheelcheck.dockerfile.dockerfile_report import analyse_dockerfile
from wheelcheck.dockerfile.ignored_findings import without_ignored
from wheelcheck.dockerfile.other_platform import differences_on
from wheelcheck.dockerfile.reading.dockerfile_reader import parse_dockerfile
from wheelcheck.reports.html.document import render_html
from wheelcheck.reports.json_form import render_json
from wheelcheck.reports.text.report_text import render_text
from wheelcheck.reports.values.dockerfile_values import OtherPlatform
from wheelcheck.reports.values.report import Report
from wheelcheck.reports.wording.dockerfile_phrases import step_notes

CPUS = ("x86_64", "aarch64")
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def index() -> FakeIndex:
    return FakeIndex(
        {
            "sci": {"1": [f"sci-1-cp312-cp312-manylinux_2_17_{cpu}.whl" for cpu in CPUS]},
            "intel": {"1": ["intel-1-cp312-cp312-manylinux_2_17_x86_64.whl"]},
            "easy": {"1": ["easy-1-py3-none-any.whl"]},
            "half": {"1": ["half-1-cp312-cp312-manylinux_2_17_x86_64.whl", "half-1.tar.gz"]},
            "setuptools": {"80.0": ["setuptools-80.0-py3-none-any.whl"]},
        },
        listings={
            "half-1.tar.gz": {
                "half-1/PKG-INFO": "Metadata-Version: 2.2\nName: half\nVersion: 1\n",
                "half-1/setup.py": (
                    "from setuptools import Extension, setup\n"
                    "setup(ext_modules=[Extension('core', ['core.c'])])\n"
                ),
                "half-1/core.c": 900,
            }
        },
    )


def compared(text: str) -> Report:
    """The report for amd64, with what differs on arm64, as a run without --platform has it."""
    report = analyse_dockerfile(
        parse_dockerfile(text, as_of=NOW.date(), platform="linux/amd64"),
        lambda _: nullcontext(index()),
        machine=Machine(),
        as_of=NOW,
    )
    there = parse_dockerfile(text, as_of=NOW.date(), platform="linux/arm64")
    other = differences_on(
        report, there, lambda _: nullcontext(index()), machine=Machine(), as_of=NOW, bound=None
    )
    assert report.dockerfile is not None
    part = report.dockerfile.model_copy(update={"other_platform": other})
    return without_ignored(report.model_copy(update={"dockerfile": part}), text)


def other_of(report: Report) -> OtherPlatform:
    assert report.dockerfile is not None
    assert report.dockerfile.other_platform is not None
    return report.dockerfile.other_platform


def errors(report: Report) -> list[tuple[str, int]]:
    return [(each.code, each.line) for each in other_of(report).findings]


BUILDER = "FROM --platform=$BUILDPLATFORM python:3.12 AS build\n"
TAKEN = {
    "wheels": (
        "RUN pip wheel -w /w {}\nFROM python:3.12-slim\nCOPY --from=build /w /w\n"
        "RUN pip install --no-index --find-links /w {}\n"
    ),
    "mount": (
        "RUN pip wheel -w /w {}\nFROM python:3.12-slim\n"
        "RUN --mount=type=bind,from=build,source=/w,target=/w "
        "pip install --no-index --find-links /w {}\n"
    ),
    "venv": (
        "RUN python -m venv /venv && /venv/bin/pip install {}\nFROM python:3.12-slim\n"
        "COPY --from=build /venv /venv\n"
    ),
    "prefix": (
        "RUN pip install --prefix=/i {}\nFROM python:3.12-slim\nCOPY --from=build /i /usr/local\n"
    ),
    "target": "RUN pip install --target=/d {}\nFROM python:3.12-slim\nCOPY --from=build /d /d\n",
}


@pytest.mark.parametrize("form", TAKEN)
def test_what_the_build_machine_made_does_not_run_on_the_other_cpu(form: str):
    report = compared(BUILDER + TAKEN[form].replace("{}", "sci"))
    assert not report.fails, "on amd64, which is judged, all is well"
    assert errors(report) == [("other-cpu", 4)]
    text = " ".join(render_text(report).split())
    assert "linux/arm64: line 4 (stage 1): " in text
    assert "the CPU is x86_64 there and aarch64 here [other-cpu]" in text
    assert "the same verdicts" not in text


@pytest.mark.parametrize("form", TAKEN)
def test_what_is_pure_runs_on_any_cpu(form: str):
    report = compared(BUILDER + TAKEN[form].replace("{}", "easy"))
    assert errors(report) == []
    assert step_notes(report.dockerfile)[-1] == "linux/arm64: the same verdicts"


@pytest.mark.parametrize("form", TAKEN)
def test_a_stage_of_the_target_platform_is_none_of_the_build_machine(form: str):
    builder = BUILDER.replace("--platform=$BUILDPLATFORM ", "")
    report = compared(builder + TAKEN[form].replace("{}", "sci"))
    assert step_notes(report.dockerfile)[-1] == "linux/arm64: the same verdicts"


def test_an_environment_with_a_copy_of_its_python_is_bound_to_the_cpu():
    text = BUILDER + TAKEN["venv"].replace("{}", "easy").replace(
        "venv /venv &&", "venv --copies /venv &&"
    )
    assert errors(compared(text)) == [("other-cpu", 4)]


@pytest.mark.parametrize(
    "command",
    [
        "pip install --platform manylinux_2_28_aarch64",
        "pip install --platform $WHAT",
        "uv pip install --python-platform aarch64-unknown-linux-gnu",
    ],
)
def test_what_is_installed_for_another_platform_runs_there(command: str):
    text = (
        f"{BUILDER}COPY --from=ghcr.io/astral-sh/uv:0.9.9 /uv /bin/uv\n"
        f"RUN {command} --only-binary=:all: --target /d sci\n"
        "FROM --platform=linux/{} python:3.12-slim\nCOPY --from=build /d /d\n"
    )
    assert "other-cpu" not in {
        each.code for each in compared(text.replace("{}", "arm64")).dockerfile.findings
    }
    at_home = compared(text.replace("{}", "amd64")).dockerfile.findings
    assert ("other-cpu" in {each.code for each in at_home}) is ("$WHAT" not in command)


def test_a_file_that_the_other_platform_lacks_is_an_error_there():
    text = (
        "FROM python:3.12-slim\nARG TARGETARCH\nCOPY <<EOF /r-amd64.txt\neasy\nEOF\n"
        "RUN pip install easy\nRUN pip install -r /r-$TARGETARCH.txt\n"
    )
    assert errors(compared(text)) == [("no-such-file", 7)]


def test_verdicts_and_errors_are_both_shown():
    text = BUILDER + TAKEN["venv"].replace("{}", "sci") + "RUN pip install intel\n"
    report = compared(text)
    assert ("other-cpu", 4) in errors(report)
    differing = [each for each in other_of(report).differences if each.package == "intel"]
    assert [each.there for each in differing] == [Verdict.UNAVAILABLE]
    notes = [each for each in step_notes(report.dockerfile) if each.startswith("linux/arm64: ")]
    assert any("other-cpu" in each for each in notes)
    assert any("intel unavailable (line 5; here wheel)" in each for each in notes)


def test_a_comment_lets_an_error_of_the_other_platform_pass():
    comment = "# wheelcheck: ignore[other-cpu] it is for amd64 alone\n"
    text = BUILDER + TAKEN["venv"].replace("{}", "sci").replace("COPY", f"{comment}COPY")
    report = compared(text)
    assert errors(report) == []
    assert "ignore-unused" not in {each.code for each in report.problems}
    assert report.dockerfile is not None
    (note,) = step_notes(report.dockerfile)
    assert note.startswith("linux/arm64: line ")
    assert "other-cpu is ignored by line" in note
    assert "the same verdicts" not in note


def test_what_a_single_platform_installs_is_a_difference():
    choice = 'if [ "$TARGETARCH" = arm64 ]; then pip install sci; else pip install easy; fi'
    report = compared(f"FROM python:3.12\nARG TARGETARCH\nRUN {choice}\n")
    found = {each.package: (each.here, each.there) for each in other_of(report).differences}
    assert found["sci"][0] is None
    assert found["sci"][1] is not None
    assert found["easy"][1] is not found["easy"][0]


def test_json_and_html_have_the_errors():
    report = compared(BUILDER + TAKEN["venv"].replace("{}", "sci"))
    assert b'"other-cpu"' in render_json(report)
    assert "other-cpu" in render_html(report)


def test_what_compiles_there_alone_needs_a_compiler_there():
    slim = "FROM python:3.12-slim\n"
    assert errors(compared(f"{slim}RUN pip install half\n")) == [("missing-compiler", 2)]
    gcc = "RUN apt-get update && apt-get install -y gcc\n"
    report = compared(f"{slim}{gcc}RUN pip install half\n")
    assert errors(report) == []
    assert [each.package for each in other_of(report).differences] == ["half"]


def test_a_command_that_names_the_platform_is_compared_with_itself():
    text = (
        "FROM python:3.12-slim\nARG TARGETARCH\nCOPY <<EOF /r-amd64.txt\nsci\nEOF\n"
        "COPY <<EOF /r-arm64.txt\neasy\nEOF\nRUN pip install -r /r-$TARGETARCH.txt\n"
    )
    differing = {each.package: each.there for each in other_of(compared(text)).differences}
    assert differing == {"sci": Verdict.NOT_REQUIRED, "easy": Verdict.PURE_WHEEL}
