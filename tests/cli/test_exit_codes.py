"""The table of exit codes in the README, row by row."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from wheelcheck.cli import main

DATA = Path(__file__).parents[2] / "data" / "acceptance"
TARGET = "cp312-manylinux_2_36_x86_64"
Run = Callable[..., int]


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    """The address of the judges' index."""
    sys.path.insert(0, str(DATA))
    from fixtures import FixtureIndex
    from judge import serve

    server = serve(FixtureIndex.load())
    yield f"http://127.0.0.1:{server.port}"
    server.stop()


@pytest.fixture
def run(base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command on files of these names; its exit code."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str, **files: str) -> int:
        for name, text in files.items():
            Path(name.replace("_", ".")).write_text(text.replace("<base>", base))
        target = [] if "Dockerfile" in words else ["--target", TARGET]
        return main([*words, *target, "--index-url", f"{base}/simple", "--no-cache", "--no-advice"])

    return run


def test_0_where_everything_installs(run: Run):
    assert run("-p", "alpha") == 0
    assert run("-p", "sourced") == 0  # from source


def test_1_where_a_package_has_no_file(run: Run):
    assert run("-p", "armonly") == 1


@pytest.mark.parametrize("requirement", ["nosuchproject", "gamma==9", "recalled"])
def test_1_where_no_index_has_it(run: Run, requirement: str):
    assert run("-p", requirement) == 1


def test_1_where_the_requirements_conflict(run: Run):
    assert run("-p", "conflicting", "-p", "beta==1.1") == 1


def test_1_where_the_whole_input_is_refused(run: Run, capsys):
    hashes = "gamma==1.0 --hash=sha256:" + "0" * 64
    assert run("requirements.txt", requirements_txt=f"{hashes}\nbeta==1.0\n") == 1
    text = " ".join(capsys.readouterr().out.split())
    assert text.startswith("Refused by pip: requirements.txt:2: hash-checking mode is on")
    assert "--hash=sha256:" in text
    lock = 'lock-version = "1.0"\ncreated-by = "me"\nrequires-python = "<3.12"\npackages = []\n'
    assert run("pylock.toml", pylock_toml=lock) == 1


def test_1_where_a_step_of_a_dockerfile_fails(run: Run):
    text = "FROM python:3.12-slim\nRUN pip install --index-url <base>/simple armonly\n"
    assert run("Dockerfile", Dockerfile=text) == 1


def test_1_where_a_policy_is_broken(run: Run):
    assert run("-p", "sourced", "--fail-on", "source-pure,source-unknown,source-native") == 1


def test_0_for_all_of_these_with_fail_on_none(run: Run, tmp_path: Path):
    assert run("-p", "armonly", "--fail-on", "none") == 0
    assert run("-p", "conflicting", "-p", "beta==1.1", "--fail-on", "none", "--format", "csv") in {
        0,
        3,  # nothing is judged where the requirements conflict
    }
    (tmp_path / "pyproject.toml").write_text('[tool.wheelcheck]\nfail-on = "none"\n')
    assert run("-p", "armonly") == 0


def test_0_for_a_package_that_is_allowed(run: Run):
    assert run("-p", "armonly", "--allow", "armonly") == 0
    assert run("-p", "armonly", "--allow", "gamma") == 1


def test_1_for_a_line_that_only_old_pips_read(run: Run):
    assert run("requirements.txt", requirements_txt="gamma>=1.*\n") == 1


def test_2_for_what_cannot_be_read(run: Run):
    assert run("requirements.txt", requirements_txt="gamma 1\n") == 2
    assert run("nothing-there.txt") == 2


def test_3_where_the_answer_is_incomplete(run: Run):
    assert run("requirements.txt", requirements_txt="-e git+https://x.example/a#egg=a\n") == 3


def test_with_json_the_reason_is_on_standard_error(run: Run, capsys):
    assert run("-p", "armonly", "--format", "json") == 1
    assert "the installation fails for armonly" in capsys.readouterr().err


@pytest.mark.parametrize(
    "line",
    ["beta\0", "-r more\0.txt", "beta ; os_name ~= '1'", "beta @ http://[", "beta<" + "9" * 5000],
)
def test_1_where_the_installer_ends_with_an_error_at_a_line(run: Run, capsys, line: str):
    assert run("requirements.txt", "--format", "json", requirements_txt=f"gamma\n{line}\n") == 1
    report = json.loads(capsys.readouterr().out)
    ((refusal,),) = [target["refusals"] for target in report["targets"]]
    assert (refusal["code"], refusal["where"]) == ("ends-with-an-error", "requirements.txt:2")
    assert {"gamma"} <= {package["name"] for package in report["packages"]}


def test_a_null_byte_in_a_comment_is_no_matter(run: Run):
    assert run("requirements.txt", requirements_txt="gamma # \0\n") == 0


@pytest.mark.parametrize("file", ["gamma-1.0-py3-none-any.whl", "nowhere-1.0.tar.gz"])
def test_3_where_nothing_of_a_named_file_can_be_read(run: Run, capsys, file: str):
    url = f"{file.partition('-')[0]} @ http://127.0.0.1:9/{file}"
    assert run("-p", url, "--format", "json") == 3
    (package,) = json.loads(capsys.readouterr().out)["packages"]
    assert {cell["verdict"] for cell in package["on"].values()} == {"unknown"}
    assert run("-p", url, "--emit", "dockerfile") == 2
