import io
import json
import sys

import pytest
from sample_reports import alpine_story

from wheelcheck.cli import main

FAILED = """Collecting psycopg2==2.9.9
  Downloading psycopg2-2.9.9.tar.gz (384 kB)
  Getting requirements to build wheel: finished with status 'error'
      creating build/lib.linux-x86_64-cpython-312/psycopg2
      Error: pg_config executable not found.
"""


@pytest.fixture
def log(tmp_path, monkeypatch):
    """Write a log into the working folder."""
    monkeypatch.chdir(tmp_path)

    def write(text):
        (tmp_path / "log").write_bytes(text if isinstance(text, bytes) else text.encode())
        return "log"

    return write


@pytest.fixture
def judged(monkeypatch):
    """Answers with a sample report, and keeps the question."""
    seen = {}

    def answer(question, _machine, **options):
        seen.update(question=question, options=options)
        return alpine_story()

    monkeypatch.setattr("wheelcheck.api.diagnose.answer", answer)
    return seen


def test_the_packages_that_failed_are_judged_where_it_ran(log, judged, capsys):
    assert main(["--from-log", log(FAILED)]) == 1
    shown = capsys.readouterr().out
    assert "psycopg2 2.9.9 failed: pg_config is missing" in shown
    assert "apt-get install -y --no-install-recommends libpq-dev" in shown
    question = judged["question"]
    assert question.packages == ["psycopg2==2.9.9"]
    assert [target.name for target in question.targets] == ["python:3.12-slim"]


def test_a_target_on_the_command_line_goes_first(log, judged, capsys):
    assert main(["--from-log", log(FAILED), "--target", "python:3.12-alpine"]) == 1
    assert "apk add --no-cache libpq-dev" in capsys.readouterr().out
    assert [target.name for target in judged["question"].targets] == ["python:3.12-alpine"]


def test_a_package_whose_build_requirement_failed_is_judged_too(log, judged):
    text = (
        "Collecting crypt==2\n  Downloading crypt-2.tar.gz (1 kB)\n"
        "  Installing build dependencies: finished with status 'error'\n"
        "  Collecting cffi==1\n  Downloading cffi-1.tar.gz (1 kB)\n"
        "    unable to execute 'gcc': No such file or directory\n"
        "    ERROR: Failed building wheel for cffi\n"
    )
    assert main(["--from-log", log(text)]) == 1
    assert judged["question"].packages == ["crypt==2", "cffi==1"]


@pytest.mark.usefixtures("judged")
def test_json_has_the_same(log, capsys):
    assert main(["--from-log", log(FAILED), "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    (failure,) = found["failures"]
    assert failure["packages"] == ["psycopg2==2.9.9"]
    assert (failure["cause"], failure["missing"], failure["line"]) == (
        "library-missing",
        "pg_config",
        5,
    )
    assert found["place"]["python"] == "3.12"


def test_the_index_is_not_queried_where_it_is_not_the_matter(log, judged, capsys):
    assert (
        main(["--from-log", log("$ pip install x\nerror: externally-managed-environment\n")]) == 1
    )
    assert "virtual environment" in capsys.readouterr().out
    assert not judged


def test_a_log_is_read_from_standard_input(monkeypatch, judged):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(FAILED.encode("utf-16"))))
    assert main(["--from-log", "-"]) == 1
    assert judged["question"].packages == ["psycopg2==2.9.9"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("Collecting a\nSuccessfully installed a-1\n", "nothing failed there"),
        ("Collecting a\n  Building wheel for a (setup.py): started\n", "ends in the middle"),
        ("a poem\nof two lines\n", "no line of it says that an installation failed"),
        (b"\x7fELF\x00\x00", "looks like a binary file"),
    ],
)
def test_a_log_that_shows_no_failure_is_wrong_usage(log, capsys, text, message):
    assert main(["--from-log", log(text)]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert not captured.out


@pytest.mark.usefixtures("judged")
def test_a_failure_that_nothing_explains_is_incomplete(log, capsys):
    assert main(["--from-log", log("Collecting a==1\nERROR: Failed building wheel for a\n")]) == 3
    assert "its build's output may be cut off" in capsys.readouterr().out
    text = "Collecting a==1\n  ValueError: 42 is odd\nERROR: Failed building wheel for a\n"
    assert main(["--from-log", log(text)]) == 3
    shown = capsys.readouterr().out
    assert "no line that is known says why" in shown
    assert "line 2: ValueError: 42 is odd" in shown


def test_from_log_takes_no_other_input(log, capsys):
    assert main(["--from-log", log(FAILED), "requirements.txt"]) == 2
    assert "give no file" in capsys.readouterr().err
