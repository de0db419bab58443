"""A Dockerfile from file to report: each step on its own image, what breaks it, the correction."""

from contextlib import nullcontext
from datetime import UTC, datetime

import pytest
from fake_index import FakeIndex

import wheelcheck
from wheelcheck import Verdict
from wheelcheck.analysis.merging import merged
from wheelcheck.cli import main
from wheelcheck.costs.machine import Machine
from wheelcheck.dockerfile.dockerfile_report import analyse_dockerfile
from wheelcheck.dockerfile.other_platform import differences_on
from wheelcheck.dockerfile.reading.dockerfile_reader import parse_dockerfile
from wheelcheck.dockerfile.reading.recognition import is_dockerfile
from wheelcheck.errors import Unknown, UsageError
from wheelcheck.gate.failing_verdicts import failures
from wheelcheck.gate.policy import Policy
from wheelcheck.gate.violations import violations
from wheelcheck.reports.text.report_text import render_text
from wheelcheck.reports.values.report import Report
from wheelcheck.reports.wording.headline import headline

NOW = datetime(2026, 11, 1, tzinfo=UTC)
COMPILES = (
    "from setuptools import Extension, setup\nsetup(ext_modules=[Extension('core', ['core.c'])])\n"
)
BUILD = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'


def index() -> FakeIndex:
    return FakeIndex(
        {
            "sci": {"1": ["sci-1-cp312-cp312-manylinux_2_17_x86_64.whl", "sci-1.tar.gz"]},
            "old": {"1": ["old-1.tar.gz"]},
            "sdist": {"1": ["sdist-1.tar.gz"]},
            "easy": {"1": ["easy-1-py3-none-any.whl"]},
            "setuptools": {"80.0": ["setuptools-80.0-py3-none-any.whl"]},
        },
        listings={
            "easy-1-py3-none-any.whl": {"easy/__init__.py": 900},
            "sci-1.tar.gz": {
                "sci-1/pyproject.toml": BUILD,
                "sci-1/setup.py": COMPILES,
                "sci-1/core.c": 900,
            },
            "sdist-1.tar.gz": {
                "sdist-1/PKG-INFO": "Metadata-Version: 2.2\nName: sdist\nVersion: 1\n",
                "sdist-1/pyproject.toml": BUILD,
                "sdist-1/setup.py": COMPILES,
                "sdist-1/core.c": 900,
            },
            "old-1.tar.gz": {
                "old-1/PKG-INFO": "Metadata-Version: 2.2\nName: old\nVersion: 1\n",
                "old-1/pyproject.toml": BUILD,
                "old-1/setup.py": f"import numpy.distutils\n{COMPILES}",
                "old-1/core.c": 900,
            },
        },
        upload_times={"easy-1-py3-none-any.whl": "2026-01-01T00:00:00Z"},
    )


def judged(text: str) -> Report:
    dockerfile = parse_dockerfile(text, as_of=NOW.date())
    return analyse_dockerfile(
        dockerfile, lambda _: nullcontext(index()), machine=Machine(), as_of=NOW
    )


ALPINE = "FROM python:3.12-alpine\nRUN pip install sci easy\n"
SLIM = "FROM python:3.12-slim\nRUN pip install sci easy\n"
BARE = "FROM python:3.12-slim\n"
BUILDER = """\
FROM python:3.12-alpine AS builder
RUN apk add --no-cache gcc musl-dev
RUN pip wheel --no-cache-dir --wheel-dir /wheels sci
FROM python:3.12-alpine
COPY --from=builder /wheels /wheels
RUN pip install --no-index --find-links /wheels sci
"""


def errors(report: Report) -> dict[int, str]:
    assert report.dockerfile is not None
    findings = report.dockerfile.findings
    return {finding.line: finding.code for finding in findings if finding.severity == "error"}


def codes(report: Report) -> set[str]:
    assert report.dockerfile is not None
    return {finding.code for finding in report.dockerfile.findings}


def test_a_size_that_is_not_known_is_named_with_what_settles_it():
    text = render_text(judged("FROM ubuntu:25.10\nRUN pip install --break-system-packages easy\n"))
    assert "image of" not in text
    words = " ".join(text.split())
    assert "how large the image is (base image: the size of ubuntu:25.10 is not known" in words
    assert "--image ubuntu:25.10=SIZE" in words


class TestToleratedSteps:
    @pytest.mark.parametrize("names", ["nonesuch", "'easy<1' 'easy>2'", "--require-hashes easy"])
    def test_a_step_that_the_run_passes_over_fails_nothing(self, names):
        lines = f"FROM python:3.12-slim\nRUN pip install {names}{{}}\nRUN pip install sci\n"
        report = judged(lines.format(" || true"))
        assert not report.fails
        assert report.complete
        assert failures(report, Policy(), NOW.date()) == ()
        assert "The Dockerfile goes on where it fails on python:3.12-slim (line 2)." in (
            headline(report)
        )
        assert judged(lines.format("")).fails

    @pytest.mark.parametrize(
        "commands",
        [
            "pip install old; pip install easy",
            "set +e; pip install old; pip install easy",
            "pip install old || apt-get update && apt-get install -y gcc && pip install easy",
        ],
    )
    def test_each_command_of_a_line_fails_the_run_or_not_by_itself(self, commands):
        assert not judged(f"{BARE}RUN {commands}\n").fails

    @pytest.mark.parametrize(
        "commands",
        ["set -e; pip install old; pip install easy", "pip install easy; pip install old"],
    )
    def test_a_line_with_another_command_fails_all_the_same(self, commands):
        assert judged(f"{BARE}RUN {commands}\n").fails

    def test_what_a_step_fails_to_build_is_not_there_afterwards(self):
        report = judged(f"{BARE}RUN pip install sdist || true\nRUN pip install sdist\n")
        assert report.fails
        assert errors(report) == {3: "missing-compiler"}
        assert {target.name: target.outcome for target in report.targets}[
            "python:3.12-slim (line 2)"
        ] == "fails"

    def test_what_may_be_installed_is_not_taken_for_granted(self):
        mixed = "RUN pip install sdist || true\nRUN apt-get update && apt-get install -y gcc\n"
        report = judged(f"{BARE}{mixed}RUN pip install sdist\n")
        assert not report.fails
        after = next(target for target in report.targets if "line 4" in target.name)
        assert report.matrix["sdist"][after.name] is Verdict.SOURCE_NATIVE

    def test_what_a_step_does_install_is_there_though_it_may_fail(self):
        with_gcc = "FROM python:3.12-slim\nRUN apt-get update && apt-get install -y gcc\n"
        report = judged(f"{with_gcc}RUN pip install sdist || true\nRUN pip install sdist\n")
        assert report.dockerfile is not None
        assert "sdist 1 is there already, from line 3" in report.dockerfile.steps[1].note

    def test_what_the_run_passes_over_is_named_as_that(self):
        report = judged(f"{BARE}RUN pip install sdist || true\nRUN pip install easy\n")
        words = headline(report)
        assert "The Dockerfile goes on where it fails on python:3.12-slim (line 2)." in words
        assert "compiles from source; on" in words, "what is never built has no cost"
        assert report.dockerfile is not None
        (found,) = [f for f in report.dockerfile.findings if f.code == "missing-compiler"]
        assert found.severity == "warning"
        assert found.message.endswith("the command fails, and the RUN goes on")


def test_a_file_of_which_nothing_is_followed_is_no_complete_answer():
    report = judged("FROM continuumio/miniconda3\nRUN conda install -y numpy\n")
    assert not report.complete
    text = render_text(report)
    assert "Nothing is known of what it installs: see the problems." in text
    assert "nothing to improve" not in text


@pytest.mark.parametrize("command", ["bash /install.sh", "make install"])
def test_a_file_that_leaves_all_to_a_script_is_no_complete_answer(command):
    report = judged(f"{BARE}RUN {command}\n")
    assert not report.complete
    assert [problem.code for problem in report.problems] == ["script"]
    beside = judged(f"{SLIM}RUN {command}\n")
    assert beside.complete
    assert [problem.code for problem in beside.problems] == ["script"]


def test_the_same_problem_of_a_line_is_named_once():
    choice = 'if [ "$DEV" ]; then pip install easy; else pip install sci; fi'
    report = judged(f"{BARE}RUN {choice}\n")
    assert [problem.where for problem in report.problems] == ["Dockerfile:2"]


def test_a_command_that_a_line_has_twice_is_compared_with_itself():
    text = f"{BARE}RUN pip install sci || apt-get update && pip install sci\n"
    report = judged(text)
    there = parse_dockerfile(text, as_of=NOW.date(), platform="linux/arm64")
    found = differences_on(
        report,
        there,
        lambda _: nullcontext(index()),
        machine=Machine(),
        as_of=NOW,
        bound=None,
    )
    (first,) = found.differences  # here the second finds it there already
    assert (first.here, first.there) == (Verdict.WHEEL, Verdict.SOURCE_NATIVE)


class TestSteps:
    def test_the_image_is_the_target(self):
        report = judged(ALPINE)
        assert [target.name for target in report.targets] == ["python:3.12-alpine"]
        assert report.matrix["sci"]["python:3.12-alpine"] is Verdict.SOURCE_NATIVE

    def test_two_steps_on_an_image_are_two_columns(self):
        report = judged(f"{SLIM}RUN pip install --force-reinstall easy\n")
        names = [target.name for target in report.targets]
        assert names == ["python:3.12-slim (line 2)", "python:3.12-slim (line 3)"]
        assert report.matrix["sci"][names[1]] is Verdict.NOT_REQUIRED
        assert report.matrix["easy"][names[1]] is Verdict.PURE_WHEEL

    def test_two_commands_of_a_line_are_two_columns(self):
        report = judged("FROM python:3.12-slim\nRUN pip install easy && pip install sci\n")
        names = [target.name for target in report.targets]
        assert names == [
            "python:3.12-slim (line 2, command 1)",
            "python:3.12-slim (line 2, command 2)",
        ]
        assert report.matrix["sci"][names[0]] is Verdict.NOT_REQUIRED
        assert report.matrix["sci"][names[1]] is Verdict.WHEEL
        assert report.dockerfile is not None
        assert [step.target for step in report.dockerfile.steps] == names

    def test_a_step_that_is_not_judged_leaves_the_answer_incomplete(self):
        report = judged(f"{SLIM}RUN pip install git+https://git.example/sci\n")
        (problem,) = [each for each in report.problems if each.severity == "error"]
        assert problem.where == "Dockerfile:3"
        assert not report.complete

    def test_a_project_without_its_lock_is_followed_and_the_remark_says_so(self):
        script = "[tool.poetry]\\nname = 'a'\\n[tool.poetry.dependencies]\\neasy = '*'\\n"
        report = judged(f'{SLIM}RUN printf "{script}" > pyproject.toml && poetry install\n')
        (remark,) = [each for each in report.problems if each.code == "no-lock"]
        assert remark.message == (
            "poetry.lock is not there: what pyproject.toml asks for is resolved instead"
        )
        assert remark.severity == "warning"

    def test_wheels_of_another_step_leave_it_complete(self):
        assert judged(BUILDER).complete

    def test_the_installer_is_that_of_the_line(self):
        (plan,) = judged(ALPINE.replace("pip install", "pip install --no-cache-dir")).builds
        assert plan.installer == "pip-no-cache-dir"

    def test_a_step_that_takes_ready_wheels_is_reported_not_judged(self):
        report = judged(BUILDER)
        assert len(report.targets) == 1
        unjudged = [step.unjudged for step in report.dockerfile.steps if step.unjudged]
        assert unjudged == ["it takes wheels that another step has built"]

    def test_why_nothing_is_judged_is_reported_once_and_in_order(self):
        with pytest.raises(UsageError) as caught:
            judged("FROM nobodys.example/base AS one\nRUN pip install sci\nFROM one\n")
        message = str(caught.value)
        assert message.count("nobodys.example/base is not") == 1
        assert ".;" not in message

    def test_a_file_without_any_step_is_a_usage_error_that_says_why(self):
        with pytest.raises(UsageError, match="no command in it installs Python packages"):
            judged("FROM python:3.12-slim\nCOPY . .\n")
        with pytest.raises(UsageError, match="nonesuch"):
            judged("FROM nonesuch:1\nRUN pip install easy\n")


class TestFindings:
    def test_without_a_compiler_the_build_fails(self):
        report = judged(ALPINE)
        assert "missing-compiler" in codes(report)
        text = render_text(report)
        assert "Dockerfile does not work as it is: line 2 fails, see below." in text
        assert "[missing-compiler]" in text

    def test_the_line_is_shown_without_credentials(self):
        text = """\
FROM python:3.12-alpine
RUN cd /tmp \\
    && pip install -i https://me:secret@index.example/simple sci \\
    && rm -rf /tmp
"""
        shown = "&& pip install -i https://****@index.example/simple sci \\"
        report = judged(text)
        assert {finding.excerpt for finding in report.dockerfile.findings if finding.line == 3} == {
            shown
        }
        assert f"\n    3 | {shown}\n" in render_text(report)

    def test_on_slim_there_is_nothing_to_mend(self):
        report = judged("FROM python:3.12-slim\nRUN pip install --no-cache-dir sci easy\n")
        assert codes(report) == set()
        assert report.dockerfile.correction == report.dockerfile.other_image == ""

    def test_compilers_that_nothing_needs(self):
        report = judged(
            "FROM python:3.12-alpine\nRUN apk add --no-cache gcc musl-dev\nRUN pip install easy\n"
        )
        (finding,) = [
            each for each in report.dockerfile.findings if each.code == "build-packages-unused"
        ]
        assert set(finding.superfluous) == {"gcc", "musl-dev"}
        assert "  leave out " in render_text(report)

    def test_compilers_that_the_build_takes_are_removed_behind_it(self):
        report = judged(
            "FROM python:3.12-alpine\nRUN apk add --no-cache gcc musl-dev\nRUN pip install sci\n"
        )
        text = render_text(report)
        assert "compiler-in-final-image" in codes(report)
        assert "  leave out " not in text
        assert "  at the end of the RUN that builds, remove " in text

    def test_copied_wheels_that_stay_as_a_layer(self):
        assert "wheels-kept-in-layer" in codes(judged(BUILDER))


@pytest.mark.parametrize("beside", [[], ["old-1-cp39-cp39-manylinux_2_17_x86_64.whl"]])
@pytest.mark.parametrize(
    ("code", "incomplete"), [("out-of-time", True), ("file-unreachable", True), ("offline", False)]
)
def test_a_build_whose_sdist_was_not_read_in_time_has_no_forecast(beside, code, incomplete):
    late = Unknown(code, "old-1.tar.gz is not read: it took more than 180 seconds")
    slow = FakeIndex({"old": {"1": ["old-1.tar.gz", *beside]}}, listings={"old-1.tar.gz": late})
    text = f"{BARE}RUN apt-get update && apt-get install -y gcc && pip install old\n"
    report = analyse_dockerfile(
        parse_dockerfile(text, as_of=NOW.date()),
        lambda _: nullcontext(slow),
        machine=Machine(),
        as_of=NOW,
    )
    found = [each for each in report.problems if each.code == "build-not-forecast"]
    assert bool(found) is incomplete
    for problem in found:
        assert (problem.package, problem.severity) == ("old", "error")
        assert "whether the build of old 1 succeeds is not known" in problem.message


class TestSizeAndGate:
    def test_a_file_of_a_single_stage_has_no_size_of_several(self):
        image = judged(ALPINE).targets[0].bill.image
        assert image.multi_stage is None

    def test_of_several_stages_the_last_counts(self):
        report = judged(BUILDER)
        image = report.targets[0].bill.image
        assert image.single_stage is None
        assert image.size == image.multi_stage

    @pytest.mark.parametrize(
        ("last", "low", "high"),
        [("python:3.12-slim", 110e6, 140e6), ("python:3.12", 900e6, 1400e6), ("scratch", 0, 5e6)],
    )
    def test_of_several_stages_the_image_is_on_the_base_of_the_last(self, last, low, high):
        report = judged(
            "FROM python:3.12 AS build\nRUN pip install --target=/app easy\n"
            f"FROM {last}\nCOPY --from=build /app /app\n"
        )
        image = report.targets[0].bill.image
        assert low < image.multi_stage.value < high
        parts = sum(part.value for _, part in image.parts)
        assert parts == pytest.approx(image.multi_stage.value, rel=0.01)

    def test_a_last_stage_on_another_stage_has_all_of_it(self):
        report = judged(
            "FROM python:3.12-alpine AS base\nRUN apk add gcc musl-dev && pip install sci\n"
            "FROM base\nCOPY . /app\n"
        )
        image = report.targets[0].bill.image
        assert image.multi_stage is None
        assert "system packages of RUN" in dict(image.parts)

    def test_wheels_that_are_mounted_and_installed_arrive(self):
        report = judged(
            "FROM python:3.12-slim AS build\nRUN pip wheel --wheel-dir /wheels easy\n"
            "FROM python:3.12-slim\nRUN --mount=type=bind,from=build,source=/wheels,target=/w "
            "pip install --no-index --find-links /w easy\n"
        )
        assert dict(report.targets[0].bill.image.parts)["wheels"].value == 1040  # with its metadata

    def test_an_environment_of_the_builder_s_own_base_arrives_too(self):
        report = judged(
            "FROM python:3.12-slim AS base\nRUN python -m venv /venv\n"
            "FROM base AS build\nRUN /venv/bin/pip install easy\n"
            "FROM python:3.12-slim\nCOPY --from=build /venv /venv\n"
        )
        assert "wheels" in dict(report.targets[0].bill.image.parts)

    def test_tools_of_the_build_are_not_in_the_image(self):
        report = judged(
            "FROM python:3.12-slim AS build\nRUN pip install sci\n"
            "RUN python -m venv /venv && /venv/bin/pip install easy\n"
            "FROM python:3.12-slim\nCOPY --from=build /venv /venv\n"
        )
        tools, app = (target.bill.image for target in report.targets)
        assert [name for name, _ in tools.parts] == ["base image", "pip and Python beside"]
        assert dict(app.parts)["wheels"].value < 10_000
        assert "wheels that could not be listed" not in dict(app.parts)

    def test_a_file_that_does_not_work_breaks_a_policy_on_verdicts(self):
        policy = Policy(fail_on=frozenset({Verdict.UNAVAILABLE}))
        found = violations(judged(ALPINE), policy, NOW.date())
        assert {violation.rule for violation in found} == {"dockerfile"}
        assert found[0].where == ("Dockerfile:2",)
        assert violations(judged(ALPINE), Policy(), NOW.date()) == ()


class TestCorrection:
    def test_another_image_on_which_nothing_compiles(self):
        diff = judged(ALPINE).dockerfile.other_image
        assert "-FROM python:3.12-alpine\n+FROM python:3.12-slim\n" in diff

    def test_the_same_image_with_a_stage_that_builds(self):
        diff = judged(ALPINE).dockerfile.correction
        assert "+RUN apk add --no-cache gcc musl-dev" in diff
        assert "--mount=type=bind" in diff

    def test_both_stages_of_a_builder_move(self):
        diff = judged(BUILDER).dockerfile.other_image
        assert diff.count("+FROM python:3.12-slim") == 2

    def test_diffs_are_shown_line_by_line(self):
        lines = render_text(judged(ALPINE)).splitlines()
        assert "+FROM python:3.12-slim" in lines


class TestUnread:
    def test_what_is_not_followed_is_reported_with_its_line(self):
        report = judged(f"{SLIM}RUN $(cat install.sh)\nRUN pip install $NOWHERE\n")
        assert any(problem.where == "Dockerfile:4" for problem in report.problems)
        assert {unread.line for unread in report.dockerfile.unread} >= {4}


class TestRecognition:
    @pytest.mark.parametrize(
        ("name", "text", "expected"),
        [
            ("Dockerfile", "", True),
            ("x.Dockerfile", "# only a comment\n", True),
            ("build", "# syntax=docker/dockerfile:1\nFROM python:3.12 AS a\n", True),
            ("build", "ARG TAG=3.12\nFROM python:$TAG\n", True),
            ("build", "FROM --platform=linux/arm64 python:3.12\n", True),
            ("requirements.txt", "from-here==1\n", False),
            ("requirements.txt", "numpy\nFROM x\n", False),
            ("requirements.txt", "arguments\n", False),
        ],
    )
    def test_by_content_then_by_name(self, name, text, expected):
        assert is_dockerfile(name, text) is expected


class TestFromTheCommandLine:
    @pytest.fixture(autouse=True)
    def served(self, monkeypatch):
        monkeypatch.setattr(
            "wheelcheck.api.questions.question.open_index", lambda *_, **__: nullcontext(index())
        )

    def test_a_dockerfile_with_the_file_it_copies(self, tmp_path, capsys):
        (tmp_path / "requirements.txt").write_text("sci\n")
        file = tmp_path / "Dockerfile"
        file.write_text(
            "FROM python:3.12-alpine\nCOPY requirements.txt .\n"
            "RUN pip install -r requirements.txt\n"
        )
        assert main([str(file)]) == 1  # its build stops
        text = capsys.readouterr().out
        assert "On python:3.12-alpine the only package compiles from source" in text
        assert "does not work as it is" in text

    def test_what_dockerignore_leaves_out_breaks_the_image(self, tmp_path, capsys):
        (tmp_path / "requirements.txt").write_text("sci\n")
        (tmp_path / ".dockerignore").write_text("*\n!src\n")
        file = tmp_path / "Dockerfile"
        file.write_text(
            "FROM python:3.12-slim\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n"
        )
        assert main([str(file), "--fail-on", "unavailable"]) == 1
        text = " ".join(capsys.readouterr().out.split())
        assert "does not work as it is: line 2 fails" in text
        reason = ".dockerignore:1 (*) leaves requirements.txt out of the build context: there is"
        assert f"line 2 (stage 0): {reason} nothing to copy; !requirements.txt behind it" in text
        assert "[excluded-from-context]" in text
        assert "sci" in text  # judged all the same

    def test_a_report_with_a_dockerfile_survives_json(self, tmp_path):
        file = tmp_path / "Dockerfile"
        file.write_text(SLIM)
        report = wheelcheck.check(file)
        assert report.dockerfile is not None
        assert Report.model_validate_json(report.model_dump_json()) == report


class TestEmitting:
    @pytest.fixture(autouse=True)
    def served(self, monkeypatch, tmp_path):
        monkeypatch.setattr(
            "wheelcheck.api.questions.question.open_index", lambda *_, **__: nullcontext(index())
        )
        monkeypatch.chdir(tmp_path)
        (tmp_path / "requirements.txt").write_text("-r base.txt\nsci\n")
        (tmp_path / "base.txt").write_text("easy\n")

    def emitted(self, capsys, *words: str) -> str:
        assert main([*words, "--emit", "dockerfile"]) == 0
        return capsys.readouterr().out

    def test_what_compiles_is_built_in_a_stage_of_its_own(self, capsys):
        text = self.emitted(capsys, "requirements.txt", "-t", "python:3.12-alpine")
        assert "apk add --no-cache gcc musl-dev" in text
        assert "--mount=type=bind,from=" in text
        assert text.count("FROM python:3.12-alpine") == 2

    def test_a_project_is_written_into_it_as_a_requirement_file(self, capsys, tmp_path):
        (tmp_path / "pyproject.toml").write_text(
            "[project]\nname = 'x'\nversion = '1'\n"
            "dependencies = ['sci', \"easy; sys_platform == 'win32'\"]\n"
        )
        text = self.emitted(capsys, "pyproject.toml", "-t", "python:3.12-alpine")
        assert text.count("COPY <<'EOF' /requirements.txt\n# from pyproject.toml") == 2
        assert "\nsci\nEOF\n" in text
        assert "pip wheel --wheel-dir /wheels -r /requirements.txt" in text

    def test_a_lock_is_written_into_it_with_its_versions_alone(self, capsys, tmp_path):
        (tmp_path / "pylock.toml").write_text(
            "lock-version = '1.0'\ncreated-by = 'x'\n[[packages]]\nname = 'easy'\nversion = '1'\n"
            "[[packages.wheels]]\nurl = 'https://index.example/easy-1-py3-none-any.whl'\n"
            "hashes = {sha256 = 'aa'}\n"
        )
        text = self.emitted(capsys, "pylock.toml", "-t", "python:3.12-slim")
        assert "easy==1 \\\n    --hash=sha256:aa\n" in text
        assert "pip install --no-deps -r /requirements.txt" in text

    def test_it_reads_back_and_has_nothing_to_mend(self, capsys, tmp_path):
        text = self.emitted(capsys, "requirements.txt", "-t", "python:3.12-alpine")
        (tmp_path / "Dockerfile").write_text(text)
        dockerfile = wheelcheck.check("Dockerfile").dockerfile
        assert dockerfile is not None
        assert {finding.code for finding in dockerfile.findings} <= {"musl-base"}
        assert dockerfile.unread == ()

    def test_wheels_alone_need_a_single_stage(self, capsys):
        text = self.emitted(capsys, "-p", "sci", "-t", "python:3.12-slim")
        assert text.count("FROM") == 1
        assert "apt-get" not in text

    def test_a_build_that_fails_all_the_same_is_noted_in_the_file(self, capsys):
        text = self.emitted(capsys, "-p", "old", "-t", "python:3.12-alpine")
        first, second, *_ = text.splitlines()
        assert first == "# syntax=docker/dockerfile:1"
        assert second.startswith("# old 1 will not build: ")
        assert "will not build" not in self.emitted(capsys, "-p", "sci", "-t", "python:3.12-alpine")

    def test_options_of_choice_are_passed_to_pip_without_secrets(self, capsys):
        words = ("--pre", "--only-binary", "sci", "--index-url", "https://me:hush@index.example/a/")
        text = self.emitted(capsys, "-p", "sci", "-t", "python:3.12-slim", *words)
        arguments = "--pre --only-binary=sci --index-url=https://index.example/a/ sci"
        assert f"pip install {arguments}\n" in text
        assert "hush" not in text

    def test_a_file_that_demands_source_builds_does_not_bar_their_wheels(self, capsys, tmp_path):
        (tmp_path / "requirements.txt").write_text("--no-binary sci\nsci\n")
        text = self.emitted(capsys, "requirements.txt", "-t", "python:3.12-slim")
        assert text.endswith("pip install --no-cache-dir --no-index --no-deps /wheels/*.whl\n")
        (tmp_path / "requirements.txt").write_text("sci\n")
        text = self.emitted(capsys, "requirements.txt", "-t", "python:3.12-alpine")
        assert "--no-index --find-links /wheels -r" in text

    def test_a_date_bound_that_pip_does_not_know_is_noted(self, capsys):
        words = ("-t", "python:3.12-slim", "--exclude-newer", "2026-10-01")
        text = self.emitted(capsys, "-p", "easy", *words)
        assert "# judged by files from before 2026-10-02 00:00 UTC" in text

    def test_a_folder_of_links_is_a_usage_error(self, capsys):
        words = ["-p", "sci", "-t", "python:3.12-slim", "--find-links", "links"]
        assert main([*words, "--emit", "dockerfile"]) == 2
        assert "links: an image does not see" in capsys.readouterr().err

    def test_a_matrix_is_a_usage_error(self, capsys):
        assert main(["requirements.txt", "--emit", "dockerfile"]) == 2
        assert "--target" in capsys.readouterr().err

    def test_what_cannot_be_installed_is_a_usage_error(self, capsys):
        words = ["-p", "nonesuch", "-t", "python:3.12-slim", "--emit", "dockerfile"]
        assert main(words) == 2
        assert "no file fits for nonesuch" in capsys.readouterr().err


def test_merging_nothing_is_an_error():
    with pytest.raises(ValueError, match="no report"):
        merged([])


@pytest.mark.parametrize(
    "requirement",
    [
        "easy=1",  # refused as it is read
        "easy ; sys_platform ~= '1'",
        "easy ; 'dev' in extras",
        "easy==" + "9" * 5000,
        "easy @ http://[",
        "easy @ http://localhost:99999/easy-1-py3-none-any.whl",
        "easy @ http:///easy-1-py3-none-any.whl",
    ],
)
def test_a_step_fails_where_pip_refuses_a_requirement_or_ends_with_an_error(requirement):
    report = judged(
        f'FROM python:3.12-slim\nRUN pip install easy\nRUN pip install "{requirement}"\n'
    )
    (failing,) = [f for f in report.dockerfile.findings if f.severity == "error"]
    assert (failing.line, failing.code) == (3, "input-refused")


def test_an_unknown_variable_fails_no_step():
    report = judged('FROM python:3.12-slim\nRUN pip install easy\nRUN pip install "easy=$WHICH"\n')
    assert [f for f in report.dockerfile.findings if f.severity == "error"] == []


@pytest.mark.parametrize(("tool", "fails"), [("pip", True), ("uv pip", False)])
def test_a_hash_of_md5_is_judged_by_the_installer_of_the_step(tool, fails):
    report = judged(
        "FROM python:3.12-slim\nCOPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /bin/uv\n"
        "COPY <<EOF r.txt\neasy==1 --hash=md5:a7c927740e4964dd29b72cebfc1429bb\nEOF\n"
        f"RUN {tool} install {'--system ' if 'uv' in tool else ''}-r r.txt\n"
    )
    errors = [f.code for f in report.dockerfile.findings if f.severity == "error"]
    assert errors == (["input-refused"] if fails else [])
    assert render_text(report).startswith("Refused by pip" if fails else "On python:3.12-slim")
