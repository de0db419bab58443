"""One question at every door: what ``[tool.wheelcheck]`` says, the API and each command use."""

import json
from argparse import Namespace
from datetime import date

import pytest
from sample_reports import alpine_story, compiles

import wheelcheck
from wheelcheck.cli import main
from wheelcheck.cli.options.option_groups import FORMATS
from wheelcheck.cli.rendering import rendered
from wheelcheck.errors import UsageError
from wheelcheck.gate.difference import difference
from wheelcheck.gate.held_against import held_against
from wheelcheck.gate.policy import Allowance, Policy
from wheelcheck.gate.settings import Settings

ALPINE, SLIM = "python:3.8-alpine", "python:3.8-slim"
TODAY = date(2026, 11, 28)
SETTINGS = """
[tool.wheelcheck]
requirements = ["requirements.txt"]
targets = ["python:3.8-alpine", "python:3.8-slim"]
fail-on = ["source-native"]
[[tool.wheelcheck.allow]]
package = "Pandas"
target = "*alpine*"
reason = "we build it once"
"""
INDEX = ["--exclude-newer", "2023-04-14", "--no-cache", "-i"]


@pytest.fixture
def project(tmp_path, monkeypatch, public_index):
    """A folder whose settings name inputs and targets; the words for its index."""
    (tmp_path / "pyproject.toml").write_text(SETTINGS)
    (tmp_path / "requirements.txt").write_text("pandas==2.0.0\nnumpy==1.24.2\n")
    monkeypatch.chdir(tmp_path)
    return [*INDEX, public_index.url]


def test_the_library_answers_as_the_command_does(project, capsys):
    assert main([*project, "--format", "json", "--no-advice"]) == 1
    printed = json.loads(capsys.readouterr().out)
    report = wheelcheck.check(
        policy="pyproject.toml",
        exclude_newer="2023-04-14",
        cache_dir=None,
        index_url=project[-1],
        advice=False,
    )
    assert json.loads(report.model_dump_json()) == printed
    assert [target.name for target in report.targets] == [ALPINE, SLIM]
    assert [(broken.package, broken.target) for broken in report.violations] == [("numpy", ALPINE)]


def test_without_a_policy_the_library_reads_no_file(project):
    with pytest.raises(UsageError, match="no target"):
        wheelcheck.check("requirements.txt", targets=[], index_url=project[-1])


def test_files_are_named_from_the_folder_of_the_settings(project, tmp_path, monkeypatch, capsys):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    words = ["--policy", "../pyproject.toml", "--format", "json", "--no-advice", "--verdicts-only"]
    assert main([*words, *project]) == 1
    assert json.loads(capsys.readouterr().out)["inputs"] == ["../requirements.txt"]


def test_explain_takes_targets_and_files_of_the_settings(project, capsys):
    assert main(["explain", "numpy", *project, "--format", "json"]) == 0
    explanation = json.loads(capsys.readouterr().out)
    assert explanation["inputs"] == ["requirements.txt"]
    assert [each["target"]["name"] for each in explanation["on"]] == [ALPINE, SLIM]


def test_explain_takes_a_requirement_by_itself(project, capsys):
    assert main(["explain", "six==1.16.0", *project, "-t", SLIM, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["inputs"] == ["six==1.16.0"]


def test_diff_takes_targets_and_allowances_of_the_settings(project, tmp_path, capsys):
    (tmp_path / "old.txt").write_text("six==1.16.0\n")
    assert main(["diff", "old.txt", "requirements.txt", *project, "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    worse = {
        each["package"]: each["allowed"] for each in found["changes"] if each["kind"] == "worse"
    }
    assert worse == {"numpy": None, "pandas": "we build it once"}
    words = ["--allow", "numpy", *project]
    assert main(["diff", "old.txt", "requirements.txt", *words]) == 0
    assert "2 packages worse that the policy allows" in capsys.readouterr().out


def test_diff_by_an_allowance_that_has_ended_fails():
    report = alpine_story()
    fewer = tuple(each for each in report.packages if each.name != "scipy")
    before = report.model_copy(update={"packages": fewer})
    ended = Allowance(package="scipy", expires=date(2026, 1, 1))
    (change,) = difference(before, report, allow=[ended], today=TODAY).regressions
    assert change.allowed_until == date(2026, 1, 1)
    assert difference(before, report, allow=[ended], today=date(2026, 1, 1)).regressions == ()


def test_a_package_on_two_targets_counts_once_on_both_streams(tmp_path, capsys):
    """The text and what standard error says are of the same number."""
    report = alpine_story()
    cell = compiles("numpy", "1.24.2", "cp38-cp38-manylinux_2_17_x86_64")
    packages = tuple(
        each.model_copy(update={"on": dict.fromkeys(each.on, cell)})
        for each in report.packages
        if each.name == "numpy"
    )
    settings = Settings(policy=Policy(fail_on=["source-native"]))
    broken = held_against(report.model_copy(update={"packages": packages}), settings, TODAY)
    assert len(broken.violations) == 2
    (tmp_path / "report.json").write_text(broken.model_dump_json())
    assert main(["show", str(tmp_path / "report.json")]) == 1
    assert "The policy is broken in 1 way\n" in capsys.readouterr().out
    assert main(["show", str(tmp_path / "report.json"), "--format", "json"]) == 1
    assert "the policy is broken in 1 way\n" in capsys.readouterr().err


def test_a_report_that_is_shown_again_fails_by_the_same_allowances(tmp_path, monkeypatch):
    report = alpine_story()
    targets = tuple(
        each.model_copy(update={"outcome": "fails"}) if each.name == ALPINE else each
        for each in report.targets
    )
    cell = (
        report.package("numpy")
        .on[ALPINE]
        .model_copy(update={"verdict": wheelcheck.Verdict.UNAVAILABLE})
    )
    packages = tuple(
        each.model_copy(update={"on": {**each.on, ALPINE: cell}}) if each.name == "numpy" else each
        for each in report.packages
    )
    failing = report.model_copy(update={"targets": targets, "packages": packages})
    monkeypatch.chdir(tmp_path)
    (tmp_path / "report.json").write_text(failing.model_dump_json())
    assert main(["show", "report.json"]) == 1
    assert main(["show", "report.json", "--allow", "numpy:*alpine*"]) == 0
    (tmp_path / "pyproject.toml").write_text(
        '[[tool.wheelcheck.allow]]\npackage = "numpy"\nreason = "built apart"\n'
    )
    assert main(["show", "report.json"]) == 0
    assert main(["show", "report.json", "--no-policy"]) == 1


class TestAllowances:
    ENDED = Allowance(package="numpy", expires=date(2026, 1, 1))
    UNUSED = Allowance(package="six", target="*alpine*")

    def remarks(self, *allow: Allowance, fail_on=("source-native",), part=False, **settings):
        held = Settings(policy=Policy(fail_on=fail_on, allow=allow), **settings)
        report = held_against(alpine_story(), held, TODAY, part=part)
        return [(each.code, each.message) for each in report.problems]

    def test_a_needed_allowance_is_no_remark(self):
        assert self.remarks(Allowance(package="numpy", target="*alpine*")) == []

    def test_an_allowance_that_has_ended(self):
        assert self.remarks(self.ENDED) == [
            (
                "allowance-ended",
                "the allowance for numpy ended on 2026-01-01: what it let pass fails again",
            )
        ]

    @pytest.mark.parametrize(
        ("allowance", "why"),
        [
            (UNUSED, "it is pure-wheel there, which the policy admits"),
            (Allowance(package="nothing"), "nothing asks for the package"),
            (Allowance(package="numpy", target="*slim*"), "it is wheel there"),
            (Allowance(package="numpy", target="*alpin"), "no target that was judged matches"),
        ],
    )
    def test_an_allowance_that_lets_nothing_pass(self, allowance, why):
        ((code, message),) = self.remarks(allowance)
        assert code == "allowance-unused"
        assert why in message

    def test_where_a_part_is_judged_the_rest_of_the_settings_is_no_remark(self):
        allow = (Allowance(package="x", target="python:3.13*"), Allowance(package="nothing"))
        rest = {"targets": ("python:3.13-alpine",), "requirements": ("dev.txt",)}
        assert self.remarks(*allow, part=True, **rest) == []
        assert len(self.remarks(*allow, **rest)) == 2

    @pytest.mark.parametrize("name", set(FORMATS) - {"csv"})
    def test_every_format_has_both(self, name):
        settings = Settings(
            policy=Policy(fail_on=["source-native"], allow=(self.ENDED, self.UNUSED))
        )
        report = held_against(alpine_story(), settings, TODAY)
        args = Namespace(
            format=name, output="x", color="never", builds=False, versions=False, fail_on=None
        )
        text = " ".join(rendered(report, args).decode().split())
        assert "ended on 2026-01-01" in text
        assert "lets nothing pass" in text

    def test_a_format_for_spreadsheets_has_them_on_standard_error(self, tmp_path, capsys):
        settings = Settings(policy=Policy(fail_on=["source-native"], allow=(self.UNUSED,)))
        held = held_against(alpine_story(), settings, TODAY)
        (tmp_path / "report.json").write_text(held.model_dump_json())
        main(["show", str(tmp_path / "report.json"), "--format", "csv"])
        assert "the allowance for six on *alpine* lets nothing pass" in capsys.readouterr().err


@pytest.mark.parametrize("word", ["missing-compiler", "wheel-does-not-load", "built-again"])
def test_findings_of_dockerfiles_are_names_that_fail_on_knows(word):
    assert Policy(fail_on=[word]).fail_on == {word}


def test_a_rule_that_is_misspelt_has_the_nearest_in_the_message(capsys):
    assert main(["a.txt", "--fail-on", "missing-compilr"]) == 2
    assert "did you mean missing-compiler" in capsys.readouterr().err
