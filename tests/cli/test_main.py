import io
import json
import os
import shlex
import signal
import socket
import subprocess
import sys
from dataclasses import fields
from datetime import date

import pytest
from sample_reports import alpine_story, mixed

from wheelcheck.analysis.loads.load_options import LoadMode, LoadOptions
from wheelcheck.api.check import machine_of
from wheelcheck.cli import main
from wheelcheck.cli.options.parsers import check_parser
from wheelcheck.cli.options.tool_parsers import cache_parser
from wheelcheck.errors import IndexUnreachable, RequirementsError
from wheelcheck.index.cache.disk import FORMAT, TAG
from wheelcheck.targets import default_matrix_on

PROCESS = [sys.executable, "-m", "wheelcheck"]


@pytest.fixture
def call(monkeypatch):
    """Answers with a sample report, and records how the library is called."""
    seen = {"report": alpine_story()}

    def answer(question, machine, **options):
        question_fields = {field.name: getattr(question, field.name) for field in fields(question)}
        seen.update(question_fields, machine=machine, **options)
        if isinstance(seen["report"], BaseException):
            raise seen["report"]
        return seen["report"]

    monkeypatch.setattr("wheelcheck.cli.commands.check_command.answer", answer)
    return seen


def test_help_is_ascii_and_teaches():
    text = check_parser().format_help()
    assert text.isascii()
    for word in (
        "examples:",
        "exit codes:",
        "python:3.12-alpine",
        "--package 'pandas>=2'",
        "cache",
    ):
        assert word in text
    assert max(map(len, text.splitlines())) <= 100
    assert cache_parser().format_help().isascii()


def test_every_option_of_the_library_is_reached(call):
    words = (
        "a.txt - -r b.txt -p pandas>=2 -c c.txt --extra test --group dev --allow-outside "
        "--build-constraint d.txt --no-deps --pre "
        "--only-binary numpy --no-binary :all: --prefer-binary --exclude-newer 2023-04-14 "
        "-i https://index.example/simple --extra-index-url https://two.example --no-index "
        "-f wheels --pip-config --no-cache --offline --timeout 2 -t python:3.8-alpine "
        "--installer uv "
        "--cores 8 --memory 7GiB --bandwidth 1000 --machine-factor 1.5 --no-advice "
        "--verdicts-only --load-check off --cpu x86-64-v2"
    )
    assert main(words.split()) == 0
    del call["report"]
    assert [str(name) for name in call.pop("requirements")] == ["a.txt", "-", "b.txt"]
    assert call.pop("progress") is None  # stderr is no terminal here
    assert callable(call.pop("released"))  # what the process does with free memory is no option
    assert call.pop("policy").file == ""  # no pyproject.toml says anything here
    assert call == {
        "targets": ["python:3.8-alpine"],
        "packages": ["pandas>=2"],
        "constraints": ["c.txt"],
        "build_constraints": ["d.txt"],
        "extras": ["test"],
        "groups": ["dev"],
        "allow_outside": True,
        "no_deps": True,
        "pre": True,
        "only_binary": ["numpy"],
        "no_binary": [":all:"],
        "prefer_binary": True,
        "exclude_newer": "2023-04-14",
        "index_url": "https://index.example/simple",
        "extra_index_urls": ["https://two.example"],
        "no_index": True,
        "find_links": ["wheels"],
        "pip_config": True,
        "cache_dir": None,
        "offline": True,
        "timeout": 120.0,
        "context": None,
        "platforms": [],
        "build_args": {},
        "stage": None,
        "images": {},
        "service": None,
        "discoveries": (),
        "installer": "uv",
        "machine": machine_of(8, 7 * 1024**3, 125e6, 1.5),
        "advice": False,
        "verdicts_only": True,
        "loading": LoadOptions(LoadMode.OFF, 2),
        "report_cache": None,  # what pip's configuration says cannot be vouched for
    }


@pytest.mark.parametrize("word", ["0", "-1", "x", "inf", "nan"])
def test_numbers_that_cannot_be_meant_are_refused(word, capsys):
    assert main(["a.txt", "--cores", word]) == 2
    assert main(["a.txt", "--machine-factor", word]) == 2
    assert main(["a.txt", "--memory", word]) == 2
    assert "--memory" in capsys.readouterr().err


@pytest.mark.parametrize("word", ["-1", "x", "nan"])
@pytest.mark.parametrize("option", ["--max-build-minutes", "--max-image-mb", "--min-coverage"])
def test_limits_that_cannot_be_meant_are_refused(option, word, capsys):
    assert main(["a.txt", option, word]) == 2
    assert f"wheelcheck: argument {option}: " in capsys.readouterr().err
    assert main(["a.txt", "--min-coverage", "101"]) == 2
    assert "101 is not from 0 to 100" in capsys.readouterr().err


@pytest.mark.usefixtures("call")
class TestPolicy:
    def test_a_broken_policy_exits_1_and_is_reported(self, capsys):
        assert main(["a.txt", "--fail-on", "source-native"]) == 1
        assert "The policy is broken in 4 ways" in capsys.readouterr().out

    def test_allowing_all_that_breaks_it_exits_0(self):
        allowed = [f"--allow={name}" for name in ("numpy", "pandas", "scipy", "scikit-learn")]
        assert main(["a.txt", "--fail-on", "source-native", *allowed]) == 0

    def test_allowing_for_a_single_target(self):
        words = [f"--allow={n}:python:3.8-alpine" for n in ("numpy", "pandas", "scipy")]
        assert main(["a.txt", "--fail-on", "source-native", *words]) == 1

    def test_a_verdict_that_is_none_is_a_usage_error(self, capsys):
        assert main(["a.txt", "--fail-on", "compiles"]) == 2
        assert "source-native" in capsys.readouterr().err

    def test_pyproject_in_this_folder_is_used_and_can_be_left_alone(
        self, call, tmp_path, monkeypatch
    ):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "pyproject.toml").write_text(
            '[tool.wheelcheck]\nfail-on = ["source-native"]\ntargets = ["python:3.8-alpine"]\n'
            'requirements = ["base.txt"]\n'
        )
        assert main([]) == 1
        assert call["targets"] == ["python:3.8-alpine"]
        assert [str(name) for name in call["requirements"]] == ["base.txt"]
        assert main(["a.txt", "--no-policy"]) == 0

    def test_another_file_can_be_named(self, tmp_path):
        file = tmp_path / "rules.toml"
        file.write_text("[tool.wheelcheck]\nmin-coverage = 80\n")
        assert main(["a.txt", "--policy", str(file)]) == 1

    def test_a_key_that_is_unknown_is_a_usage_error(self, tmp_path, capsys):
        file = tmp_path / "rules.toml"
        file.write_text("[tool.wheelcheck]\nfail-at = 3\n")
        assert main(["a.txt", "--policy", str(file)]) == 2
        assert "fail-at" in capsys.readouterr().err

    def test_json_has_the_violations(self, capsys):
        assert main(["a.txt", "--fail-on", "source-native", "--format", "json"]) == 1
        document = json.loads(capsys.readouterr().out)
        assert {violation["package"] for violation in document["violations"]} >= {"numpy", "pandas"}


def test_calibrate_tells_the_option_to_pass(capsys):
    import shutil

    code = main(["calibrate"])
    output = capsys.readouterr()
    if shutil.which("cc") or shutil.which("c++"):
        assert code == 0
        assert float(output.out.split()[1]) > 0
    else:
        assert code == 3
        assert "cannot calibrate" in output.err


def test_without_targets_the_library_takes_its_default_matrix(call):
    main(["requirements.txt"])
    assert call["targets"] is None
    assert call["cache_dir"] == "default"


def test_axes_are_expanded_and_added_to_named_targets(call):
    words = (
        "a.txt -t python:3.8-alpine --python 3.12,3.13t --libc musl --arch x86_64,aarch64 "
        "--exclude-newer 2026-06-01"
    )
    main(words.split())
    named, *axes = call["targets"]
    assert named == "python:3.8-alpine"
    assert {(t.python, t.free_threaded, t.libc, t.arch) for t in axes} == {
        (python, threaded, "musl", arch)
        for python, threaded in (((3, 12), False), ((3, 13), True))
        for arch in ("x86_64", "aarch64")
    }


def test_an_axis_that_is_not_given_is_that_of_the_default_matrix(call):
    main(["a.txt", "--arch", "s390x", "--exclude-newer", "2026-06-01"])
    usual = default_matrix_on(as_of=date(2026, 6, 1))
    half = {(t.python, t.free_threaded, t.libc, t.libc_version) for t in usual}
    assert {(t.python, t.free_threaded, t.libc, t.libc_version) for t in call["targets"]} == half
    assert {t.arch for t in call["targets"]} == {"s390x"}


@pytest.mark.usefixtures("call")
def test_text_is_the_default(capsys):
    assert main(["requirements.txt"]) == 0
    assert capsys.readouterr().out.startswith("On python:3.8-alpine 4 of 10 packages compile")


@pytest.mark.usefixtures("call")
def test_json_round_trips(capsys):
    assert main(["requirements.txt", "--format", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown == json.loads(alpine_story().model_dump_json())
    assert shown["schema_version"] == "1.0"


def test_the_schema_describes_the_json(capsys):
    assert main(["--schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert {"schema_version", "targets", "packages", "problems"} <= set(schema["properties"])
    assert "reason" in schema["$defs"]["Cell"]["properties"]


def test_an_incomplete_answer_is_exit_3_and_still_an_answer(call, tmp_path, capsys):
    call["report"] = mixed()
    output = tmp_path / "report.json"
    assert main(["requirements.txt", "--format", "json", "-o", str(output)]) == 3
    assert json.loads(output.read_text())["problems"]
    out, err = capsys.readouterr()
    assert not out
    assert err == "wheelcheck: the answer is incomplete: 1 problem\n"


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (
            RequirementsError("requirements.txt", 3, "pandas=>2", "not a requirement"),
            2,
            "requirements.txt:3: 'pandas=>2': not a requirement",
        ),
        (
            IndexUnreachable("https://index.example/simple/", "no answer"),
            3,
            "the index https://index.example/simple/ cannot be reached: no answer",
        ),
        (OSError(13, "Permission denied", "x"), 2, "x: Permission denied"),
        (RequirementsError("\x1b[1m", 1, "", "odd"), 2, "�[1m:1: odd"),
    ],
)
def test_errors_are_a_single_sentence(call, capsys, error, code, sentence):
    call["report"] = error
    assert main(["requirements.txt"]) == code
    out, err = capsys.readouterr()
    assert not out
    assert err == f"wheelcheck: {sentence}\n"


def test_a_defect_is_reported_as_such_and_is_no_verdict(call, capsys):
    call["report"] = ZeroDivisionError("oops")
    assert main(["requirements.txt"]) == 3
    err = capsys.readouterr().err
    assert "ZeroDivisionError: oops" in err
    assert "defect of wheelcheck" in err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "nothing to check"),
        (["--bogus"], "unrecognized arguments: --bogus"),
        (["a.txt", "--format", "yaml"], "invalid choice: 'yaml'"),
        (["a.txt", "--python", "3.12,,3.13"], "an empty Python version"),
        (["a.txt", "--exclude-newer", "soon"], "'soon' is neither a date"),
        (["a.txt", "-o", "no/such/folder/x"], "there is no folder no/such/folder"),
        (["a.txt", "--no-cache", "--cache-dir", "x"], "not allowed with"),
        (["cache"], "required: action"),
        (["cache", "burn"], "invalid choice: 'burn'"),
    ],
)
def test_wrong_usage_is_exit_2_with_a_sentence(words, sentence, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert not out
    assert sentence in err
    assert err.startswith("wheelcheck: ")
    assert len(err.splitlines()) <= 2


@pytest.mark.parametrize("words", [[], ["."]])
def test_without_a_file_the_working_folder_is_judged(call, tmp_path, monkeypatch, capsys, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "requirements.txt").write_text("six\n")
    (tmp_path / "Dockerfile").write_text("FROM python:3.12-alpine\n")
    assert main(words) == 0
    assert [str(path) for path in call["requirements"]] == ["requirements.txt"]
    assert call["targets"] == ["python:3.12-alpine"]
    assert capsys.readouterr().err == (
        "wheelcheck: found here: requirements.txt on python:3.12-alpine (Dockerfile)\n"
    )
    assert main([*words, "--target", "python:3.13-slim"]) == 0
    assert call["targets"] == ["python:3.13-slim"]


def test_a_folder_goes_with_its_own_policy(call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "uv.lock").write_text("version = 1\n")
    (tmp_path / "shop" / "pyproject.toml").write_text(
        "[tool.wheelcheck]\ntargets = ['python:3.13-slim']\nfail-on = ['source-native']\n"
    )
    assert main(["shop"]) == 1
    assert [str(path) for path in call["requirements"]] == ["shop/uv.lock"]
    assert call["targets"] == ["python:3.13-slim"]


def test_an_empty_folder_is_wrong_usage(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main([]) == 2
    assert "nothing to check in this folder" in capsys.readouterr().err


@pytest.mark.usefixtures("call")
def test_output_in_an_encoding_without_our_signs(monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    assert main(["requirements.txt"]) == 0
    shown = raw.getvalue().decode("ascii")
    assert "C compiles" in shown
    assert "?" not in shown


def test_a_reader_that_has_had_enough_is_no_error():
    with subprocess.Popen(
        [*PROCESS, "--schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


@pytest.mark.parametrize("words", [["--version"], ["--schema"], ["--help"]])
def test_without_standard_output_it_ends_as_with_it(words):
    command = shlex.join([*PROCESS, *words])
    ran = subprocess.run(["sh", "-c", f"{command} >&-"], stderr=subprocess.PIPE, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_interrupted_it_ends_at_once_with_130():
    """While the index keeps it waiting, also in worker threads."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/simple/"
        with subprocess.Popen(
            [*PROCESS, "-p", "six", "--index-url", url, "--no-cache"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "NO_PROXY": "127.0.0.1"},
        ) as process:
            connection, _ = silent.accept()
            with connection:
                process.send_signal(signal.SIGINT)
                out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert (out, err) == (b"", b"")


def test_the_cache_is_described_and_emptied(tmp_path, capsys):
    place = ["--cache-dir", str(tmp_path / "cache")]
    entry = tmp_path / "cache" / FORMAT / "pages" / "a" / "abcd"
    entry.parent.mkdir(parents=True)
    entry.write_bytes(b"x" * 2_500_000)
    assert main(["cache", "clear", *place]) == 2
    assert "CACHEDIR.TAG is missing" in capsys.readouterr().err
    (tmp_path / "cache" / "CACHEDIR.TAG").write_text(TAG)
    assert main(["cache", "info", *place]) == 0
    text = capsys.readouterr().out
    assert f"folder    {tmp_path / 'cache'}\n" in text
    assert "pages     1\n" in text
    assert "size      2.5 MB\n" in text
    assert main(["cache", "clear", *place]) == 0
    assert capsys.readouterr().out == f"Removed 1 file, 2.5 MB, from {tmp_path / 'cache'}\n"
    assert not entry.exists()


@pytest.mark.parametrize("more", [["--builds"], ["--max-image-mb", "1"]])
def test_verdicts_alone_do_not_answer_what_needs_costs(more, capsys):
    assert main(["a.txt", "--verdicts-only", *more]) == 2
    assert "plans and prices nothing" in capsys.readouterr().err


@pytest.mark.parametrize(
    "more",
    [
        ["--load-check", "full"],
        ["--load-check", "quick"],
        ["--cpu", "x86-64-v2"],
        ["--fail-on", "missing-libraries"],
    ],
)
def test_verdicts_alone_do_not_answer_what_needs_the_load_check(more, capsys):
    assert main(["a.txt", "--verdicts-only", *more]) == 2
    assert "--verdicts-only leaves the load check out" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["numpy", "scikit-learn>=1.2", "uvicorn[standard]"])
def test_a_requirement_in_the_place_of_a_file_gets_a_hint_where_it_belongs(name, capsys):
    assert main([name]) == 2
    assert f"name a requirement with --package {name}" in capsys.readouterr().err


def test_the_version_is_printed(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("wheelcheck 0.")


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["a.txt", "--taget", "x"], "Did you mean --target"),
        (["a.txt", "--exclude-never=2d"], "Did you mean --exclude-newer?"),
        (["a.txt", "--format", "jsn"], "Did you mean json?"),
        (["explan", "numpy"], "no command and no file explan. Did you mean explain?"),
        (["requirement.txt"], "there is no file requirement.txt. Did you mean requirements.txt?"),
        (["diff", "a", "b", "--fromat", "json"], "Did you mean --format?"),
    ],
)
def test_the_nearest_word_is_named_for_a_misspelt_word(words, hint, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "requirements.txt").write_text("six\n")
    (tmp_path / "a.txt").write_text("six\n")
    assert main(words) == 2
    assert hint in capsys.readouterr().err


def test_nothing_is_guessed_where_no_word_is_near(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["a.txt", "--zzz"]) == 2
    assert "Did you mean" not in capsys.readouterr().err
