"""The action for GitHub, its steps run for real, and the hook for pre-commit."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from wheelcheck.cli import main

yaml = pytest.importorskip("yaml")

ROOT = Path(__file__).parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = ACTION["runs"]["steps"]
needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="the steps are for bash")


def test_the_jobs_python_is_left_alone():
    assert not any("setup-python" in step.get("uses", "") for step in STEPS)
    text = (ROOT / ".github" / "action" / "install.sh").read_text(encoding="utf-8")
    assert '-m venv "$home"' in text


def test_every_input_reaches_a_step_and_every_output_comes_from_a_step():
    text = str(STEPS)
    for name in ACTION["inputs"]:
        assert f"inputs.{name}" in text
    for output in ACTION["outputs"].values():
        assert "steps.check.outputs." in output["value"]


def test_uploads_happen_on_request_even_where_the_check_fails():
    (upload,) = [step for step in STEPS if "upload-sarif" in step.get("uses", "")]
    assert upload["if"].startswith("always() && inputs.sarif == 'true'")
    assert ACTION["inputs"]["sarif"]["default"] == "false"


def test_a_cache_is_stored_by_each_run_and_found_by_the_next():
    (cache,) = [step for step in STEPS if "actions/cache" in step.get("uses", "")]
    assert "github.run_id" in cache["with"]["key"]
    prefixes = cache["with"]["restore-keys"].splitlines()
    assert all(cache["with"]["key"].startswith(prefix) for prefix in prefixes)


@needs_bash
class TestCheckStep:
    @pytest.fixture
    def use(self, tmp_path, public_index):
        """Use the action with some inputs; exit code, its outputs, and what it printed."""
        command = tmp_path / "wheelcheck"
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m wheelcheck "$@"\n')
        command.chmod(0o755)
        (tmp_path / "requirements.txt").write_text("numpy==1.24.2\n")
        (tmp_path / "output").touch()

        def run(targets: str, fail_on: str = "", sarif: str = "false"):
            before = (tmp_path / "output").read_text()
            environment = {
                "COMMAND": str(command),
                "FILES": "requirements.txt",
                "TARGETS": targets,
                "FAIL_ON": fail_on,
                "OPTIONS": f"--exclude-newer 2023-04-14 -i {public_index.url} --no-advice",
                "SARIF": sarif,
                "CACHE": str(tmp_path / "cache"),
                "RUNNER_TEMP": str(tmp_path),
                "GITHUB_OUTPUT": str(tmp_path / "output"),
                "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
            }
            ended = subprocess.run(
                ["bash", ROOT / ".github" / "action" / "check.sh"],
                cwd=tmp_path,
                env={**os.environ, **environment},
                capture_output=True,
                text=True,
                check=False,
            )
            lines = (tmp_path / "output").read_text().removeprefix(before).splitlines()
            return ended.returncode, dict(line.split("=", 1) for line in lines), ended.stdout

        return run

    def test_each_use_has_its_own_report_and_exit_code(self, use, tmp_path):
        code, first, shown = use("python:3.8-alpine", "source-native", "true")
        assert code == 1
        assert "::error file=requirements.txt,line=1,title=policy%3A fail-on::numpy" in shown
        code, second, _ = use("python:3.8-slim", sarif="true")
        assert code == 0
        for name in ("report", "sarif"):
            assert Path(first[name]).is_file()
            assert first[name] != second[name]
        assert first["category"] != second["category"]
        assert "The policy is violated" in (tmp_path / "summary").read_text(encoding="utf-8")
        assert (tmp_path / "cache").is_dir()

    def test_a_mistake_leaves_no_report(self, use):
        code, outputs, _ = use("python:3.8-alpin")
        assert (code, outputs) == (2, {})


class TestHook:
    HOOK = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))[0]

    def words(self, *more: str) -> list[str]:
        return [*self.HOOK["entry"].split()[1:], *self.HOOK["args"], *more]

    def test_it_prints_the_verdict_in_a_few_lines(
        self, tmp_path, monkeypatch, public_index, capsys
    ):
        monkeypatch.chdir(tmp_path)
        Path("requirements.txt").write_text("pandas==2.0.0\nnumpy==1.24.2\n")
        index = ["-i", public_index.url, "--exclude-newer", "2023-04-14", "--no-cache"]
        alpine = self.words("-t", "python:3.8-alpine", *index, "requirements.txt")
        assert main(alpine) == 1
        out, err = capsys.readouterr()
        assert err == ""
        assert out.startswith("On python:3.8-alpine 2 of 6 packages compile from source")
        assert "The policy is broken in 2 ways:\n" in out
        assert len(out.splitlines()) <= 8
        assert main(self.words("-t", "python:3.8-slim", *index, "requirements.txt")) == 0
        assert len(capsys.readouterr().out.splitlines()) == 1

    def test_a_project_that_only_configures_tools_passes(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        Path("pyproject.toml").write_text("[tool.ruff]\nline-length = 100\n")
        assert main(self.words("-t", "python:3.8-slim", "pyproject.toml")) == 0
