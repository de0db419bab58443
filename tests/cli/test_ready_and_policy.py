"""The commands ``ready`` and ``policy``: exit codes, formats, and what a folder leads to."""

import json
import tomllib
from pathlib import Path

import pytest
from archive_builders import tar_of, wheel_of

from wheelcheck.cli import main

MANY = "manylinux_2_17_x86_64"


@pytest.fixture
def links(tmp_path) -> Path:
    """A folder with ``sci 1`` for CPython 3.14, ``sci 2`` for 3.15 too, and a pure sdist."""
    folder = tmp_path / "links"
    folder.mkdir()
    for version, pythons in (("1", ("cp314",)), ("2", ("cp314", "cp315"))):
        for python in pythons:
            tag = f"{python}-{python}-{MANY}"
            (folder / f"sci-{version}-{tag}.whl").write_bytes(wheel_of("sci", version))
    info = "Metadata-Version: 2.2\nName: plain\nVersion: 1\n"
    project = '[build-system]\nrequires = ["flit_core"]\nbuild-backend = "flit_core.buildapi"\n'
    members = {"plain-1/PKG-INFO": info.encode(), "plain-1/pyproject.toml": project.encode()}
    (folder / "plain-1.tar.gz").write_bytes(tar_of(members))
    (folder / "flit_core-3-py3-none-any.whl").write_bytes(wheel_of("flit_core", "3"))
    return folder


@pytest.fixture
def ask(links, tmp_path, monkeypatch):
    def run(command: str, *words: str) -> int:
        here = tmp_path / "project"
        here.mkdir(exist_ok=True)
        monkeypatch.chdir(here)
        return main([command, *words, "--no-index", "-f", str(links), "--no-cache"])

    return run


READY = ("--python", "3.15", "--platforms", "glibc-x86_64")


class TestReady:
    def test_what_must_be_bumped_fails(self, ask, capsys):
        assert ask("ready", "-p", "sci==1", *READY) == 1
        assert capsys.readouterr().out.startswith("Ready for Python 3.15 after 1 bump")

    def test_what_is_ready_passes(self, ask, capsys):
        assert ask("ready", "-p", "sci", *READY) == 0
        assert "Ready for Python 3.15 as it is: the only package." in capsys.readouterr().out

    def test_what_cannot_be_judged_is_incomplete(self, ask):
        assert ask("ready", "-p", "sci", "-p", "nowhere", *READY) == 3

    @pytest.mark.parametrize("python", ["3.99", "three", "3.15.77"])
    def test_a_python_that_does_not_exist_is_a_sentence(self, ask, python, capsys):
        assert ask("ready", "-p", "sci", "--python", python) == 2
        written = capsys.readouterr()
        assert written.out == ""
        assert len(written.err.splitlines()) == 1

    def test_no_python_is_a_sentence(self, ask, capsys):
        assert ask("ready", "-p", "sci") == 2
        assert "name a Python, for example --python 3.15" in capsys.readouterr().err

    def test_the_folder_is_looked_into(self, ask, tmp_path, capsys):
        (tmp_path / "project").mkdir()
        (tmp_path / "project" / "requirements.txt").write_text("sci==1\n")
        assert ask("ready", *READY) == 1
        assert "sci==2  # requirements.txt:1" in capsys.readouterr().out

    def test_an_empty_folder_is_a_sentence(self, ask, capsys):
        assert ask("ready", *READY) == 2
        assert "nothing to check in this folder" in capsys.readouterr().err

    def test_json_and_constraints(self, ask, capsys):
        ask("ready", "-p", "sci==1", *READY, "--json")
        answer = json.loads(capsys.readouterr().out)
        assert answer["pythons"][0]["bumps"][0]["after"] == "2"
        ask("ready", "-p", "sci==1", *READY, "--format", "constraints")
        assert capsys.readouterr().out == "# for Python 3.15, made together\nsci==2\n"

    def test_what_the_project_of_a_lock_caps_is_named(self, ask, tmp_path, capsys):
        here = tmp_path / "project"
        here.mkdir()
        project = '[project]\nname = "app"\nversion = "1"\ndependencies = ["sci<2"]\n'
        (here / "pyproject.toml").write_text(project)
        (here / "uv.lock").write_text(
            'version = 1\nrevision = 3\nrequires-python = ">=3.14"\n\n'
            '[[package]]\nname = "app"\nversion = "1"\nsource = { virtual = "." }\n'
            'dependencies = [{ name = "sci" }]\n\n'
            '[package.metadata]\nrequires-dist = [{ name = "sci", specifier = "<2" }]\n\n'
            '[[package]]\nname = "sci"\nversion = "1"\n'
            'source = { registry = "https://index.example/simple" }\n'
            f'wheels = [{{ url = "https://index.example/sci-1-cp314-cp314-{MANY}.whl", '
            'hash = "sha256:00" }]\n'
        )
        assert ask("ready", *READY) == 1
        written = capsys.readouterr().out
        assert "# first lift sci<2 (pyproject.toml:4)" in written
        assert "uv lock --upgrade-package sci==2" in written


class TestPolicy:
    TARGET = ("-t", "3.15@glibc-x86_64")

    def test_the_lines_of_a_tool_alone(self, ask, capsys):
        assert ask("policy", "-p", "sci", "-p", "plain", *self.TARGET, "--tool", "pip") == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines[0] == "--only-binary :all:"
        assert lines[1].startswith("--no-binary plain  # pure: 1")
        ask("policy", "-p", "plain", *self.TARGET, "--tool", "uv")
        uv = tomllib.loads(capsys.readouterr().out)["tool"]["uv"]
        assert uv == {"no-build": True, "no-binary-package": ["plain"]}

    def test_the_pip_lines_are_read_back_as_a_policy_that_installs(self, ask, tmp_path, capsys):
        ask("policy", "-p", "sci", "-p", "plain", *self.TARGET, "--tool", "pip")
        file = tmp_path / "strict.txt"
        file.write_text(capsys.readouterr().out + "sci\nplain\n")
        words = [str(file), *self.TARGET, "--no-index", "-f", str(tmp_path / "links")]
        assert main([*words, "--no-cache", "--verdicts-only"]) == 0

    def test_where_nothing_installs_it_fails_and_says_so(self, ask, capsys):
        assert ask("policy", "-p", "sci", "-t", "3.13@glibc-x86_64") == 1
        assert "Nothing installs, with or without a policy" in capsys.readouterr().out

    def test_an_exception_whose_build_fails_fails_as_the_installation_would(
        self, ask, links, capsys
    ):
        stops = b"import nowhere\nfrom setuptools import setup\nsetup(name='plain')\n"
        info = b"Metadata-Version: 2.2\nName: plain\nVersion: 2\n"
        members = {"plain-2/PKG-INFO": info, "plain-2/setup.py": stops}
        (links / "plain-2.tar.gz").write_bytes(tar_of(members))
        (links / "setuptools-80-py3-none-any.whl").write_bytes(wheel_of("setuptools", "80"))
        assert ask("policy", "-p", "plain==2", *self.TARGET) == 1
        assert "does not install: the build of plain fails." in capsys.readouterr().out
        assert ask("-p", "plain==2", *self.TARGET) == 1

    def test_targets_that_cannot_share_a_file_are_a_sentence(self, ask, links, capsys):
        (links / "sci-2.tar.gz").write_bytes(
            tar_of({"sci-2/PKG-INFO": b"Metadata-Version: 2.2\nName: sci\nVersion: 2\n"})
        )
        targets = ("-t", "3.15@glibc-x86_64", "-t", "3.15@musl-x86_64")
        assert ask("policy", "-p", "sci", *targets, "--tool", "pip") == 2
        assert "name them one at a time" in capsys.readouterr().err

    def test_json_names_the_kind_of_each_exception(self, ask, capsys):
        ask("policy", "-p", "plain", *self.TARGET, "--json")
        answer = json.loads(capsys.readouterr().out)
        assert answer["exceptions"][0]["kind"] == "pure"
