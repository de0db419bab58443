"""``wheelcheck diff``, by files and by git revisions."""

import json
import subprocess

import pytest
from sample_reports import alpine_story, compiles, wheel

from wheelcheck.cli import main
from wheelcheck.cli.options.option_groups import FORMATS
from wheelcheck.cli.options.parsers import diff_parser
from wheelcheck.reports.values.report import Problem, Report

SLIM = "python:3.8-slim"
TAG = "cp38-cp38-manylinux_2_17_x86_64"


def with_numpy(cell) -> Report:
    report = alpine_story()
    packages = tuple(
        package.model_copy(update={"on": {**package.on, SLIM: cell}})
        if package.name == "numpy"
        else package
        for package in report.packages
    )
    return report.model_copy(update={"packages": packages})


@pytest.fixture
def report_files(tmp_path):
    """Two reports on disk: before, and after numpy has lost its wheel."""
    before, after = tmp_path / "before.json", tmp_path / "after.json"
    before.write_text(alpine_story().model_dump_json(indent=2))
    after.write_text(with_numpy(compiles("numpy", "1.24.2", TAG)).model_dump_json())
    return str(before), str(after)


def test_a_regression_exits_1_and_is_reported_in_a_line(report_files, capsys):
    assert main(["diff", *report_files]) == 1
    text = capsys.readouterr().out
    assert text.startswith("1 package worse.")
    assert "numpy 1.24.2 on python:3.8-slim: comes as a wheel → compiles from source" in text


def test_the_other_way_round_is_none(report_files, capsys):
    assert main(["diff", *reversed(report_files)]) == 0
    assert "Nothing is worse, 1 package better." in capsys.readouterr().out


def test_the_same_twice(report_files, capsys):
    assert main(["diff", report_files[0], report_files[0]]) == 0
    assert capsys.readouterr().out == "Nothing changed.\n"


def test_what_is_incomplete_is_reported(tmp_path, capsys):
    """Else nothing would explain the exit code."""
    lacking = Problem(code="offline", message="sci is not in the cache")
    report = alpine_story().model_copy(update={"problems": (lacking,)})
    (tmp_path / "report.json").write_text(report.model_dump_json())
    assert main(["diff", *[str(tmp_path / "report.json")] * 2]) == 3
    out, err = capsys.readouterr()
    assert out == "Nothing changed.\n"
    assert err == "wheelcheck: the answer is incomplete: 1 problem\n"


def test_json_names_package_and_kind_of_each_change(report_files, capsys):
    assert main(["diff", *report_files, "--format", "json"]) == 1
    (change,) = json.loads(capsys.readouterr().out)["changes"]
    assert (change["package"], change["kind"]) == ("numpy", "worse")


def test_json_that_is_no_report_is_a_usage_error(report_files, tmp_path, capsys):
    other = tmp_path / "other.json"
    other.write_text('{"name": "x"}')
    assert main(["diff", report_files[0], str(other)]) == 2
    assert "is no report of wheelcheck's" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["a.json"], ["a", "b", "c"], ["--git", "main", "a", "b"]])
def test_the_wrong_number_of_files_is_a_usage_error(words, capsys):
    assert main(["diff", *words]) == 2
    assert "an older and a newer file" in capsys.readouterr().err


class TestGit:
    @pytest.fixture
    def repository(self, tmp_path, monkeypatch):
        """A repository whose file asks for one package, and for another one in the work tree."""

        def git(*words):
            subprocess.run(["git", "-C", tmp_path, *words], check=True, capture_output=True)

        git("init", "-q")
        (tmp_path / "requirements.txt").write_text("-r base.txt\n")
        (tmp_path / "base.txt").write_text("old\n")
        git("add", ".")
        git("-c", "user.name=a", "-c", "user.email=a@index.example", "commit", "-qm", "one")
        (tmp_path / "base.txt").write_text("new\n")
        monkeypatch.chdir(tmp_path)
        seen = []

        def check(requirements, **_):
            text = (requirements[0].parent / "base.txt").read_text()
            seen.append(text.strip())
            cell = wheel("numpy", "1", TAG) if text == "old\n" else compiles("numpy", "1", TAG)
            return with_numpy(cell)

        monkeypatch.setattr("wheelcheck.cli.commands.diff_command.check", check)
        return seen

    def test_a_revision_against_the_work_tree_with_the_files_it_names(self, repository, capsys):
        assert main(["diff", "--git", "HEAD", "requirements.txt"]) == 1
        assert repository == ["old", "new"]
        assert "1 package worse." in capsys.readouterr().out

    @pytest.mark.usefixtures("repository")
    def test_a_revision_that_is_not_there_is_a_usage_error(self, capsys):
        assert main(["diff", "--git", "nonesuch", "requirements.txt"]) == 2
        assert "git archive" in capsys.readouterr().err

    @pytest.mark.usefixtures("repository")
    def test_an_option_in_place_of_a_revision_is_refused(self, capsys):
        assert main(["diff", "--git=--output=x", "requirements.txt"]) == 2
        assert "is no revision" in capsys.readouterr().err

    @pytest.mark.usefixtures("repository")
    def test_a_file_the_revision_lacks(self, tmp_path, capsys):
        (tmp_path / "later.txt").write_text("new\n")
        assert main(["diff", "--git", "HEAD", "later.txt"]) == 2
        assert "is not in revision HEAD" in capsys.readouterr().err


def test_help_is_ascii_and_shows_how():
    text = diff_parser().format_help()
    assert text.isascii()
    assert "wheelcheck diff --git main requirements.txt" in text


class TestShow:
    def test_a_saved_report_is_written_again_in_any_format(self, report_files, capsys):
        assert main(["show", report_files[0]]) == 0
        assert "4 of 10 packages compile" in capsys.readouterr().out
        assert main(["show", report_files[0], "--format", "markdown"]) == 0
        assert "| **numpy**" in capsys.readouterr().out

    @pytest.mark.parametrize("name", FORMATS)
    def test_a_report_is_shown_in_every_format(self, report_files, name, tmp_path):
        output = tmp_path / "out"
        assert main(["show", report_files[0], "--format", name, "-o", str(output)]) == 0
        assert b"numpy" in output.read_bytes()

    def test_what_is_no_report_is_a_usage_error(self, tmp_path, capsys):
        other = tmp_path / "other"
        other.write_text("numpy")
        assert main(["show", str(other)]) == 2
        assert "is no report of wheelcheck's" in capsys.readouterr().err


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_completion_knows_the_options(shell, capsys):
    assert main(["completion", shell]) == 0
    assert "exclude-newer" in capsys.readouterr().out
