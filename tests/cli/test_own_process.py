"""A process of the command line writes what the library's own models write."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
from functools import partial
from http import HTTPStatus
from pathlib import Path

import pytest
from loopback import Request, Response, Server

from wheelcheck.cli import main

# a request that nobody waits for may be under way when a command ends
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

REQUIREMENTS = Path(__file__).parents[2] / "data" / "requirements"
STORY, WEB = str(REQUIREMENTS / "story.txt"), str(REQUIREMENTS / "web.txt")
IMAGES = ("-t", "python:3.12-alpine", "-t", "python:3.12-slim", "--exclude-newer", "2023-04-14")
TAGS = (
    "-t",
    "cp310-manylinux_2_28_x86_64",
    "-t",
    "cp36-win_amd64",
    "-t",
    "cp313-macosx_14_0_arm64",
)
FORMATS = ("json", "text", "brief", "html", "markdown", "csv", "sarif", "junit", "github")
DOCKERFILE = """\
FROM python:3.12-slim
RUN apt-get install gcc
RUN pip install idna absent-package
"""


def ran(words: list[str], *flags: str) -> tuple[int, bytes, bytes]:
    """Exit code, output and errors of a process of its own."""
    command = [sys.executable, *flags, "-m", "wheelcheck", *words]
    environment = {**os.environ, "COLUMNS": "100", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, capture_output=True, check=False, env=environment)
    return done.returncode, done.stdout, done.stderr


def called(words: list[str], capture: pytest.CaptureFixture[bytes]) -> tuple[int, bytes, bytes]:
    """The same of the function in this process, in which models are pydantic's."""
    code = main(words)
    gc.collect()
    return code, *capture.readouterr()


@pytest.fixture(autouse=True)
def _screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture
def words(public_index, tmp_path):
    """The options by which a command asks the replayed index."""
    return ["--index-url", public_index.url, "--cache-dir", str(tmp_path / "cache")]


def test_every_format_reads_the_same(words, capsysbinary):
    command = [STORY, *IMAGES, *words, "--builds", "--format"]
    called([*command, "json"], capsysbinary)  # so that all find the same in the cache
    for form in FORMATS:
        assert ran([*command, form]) == called([*command, form], capsysbinary), form


def test_an_answer_that_is_not_in_the_cache_reads_the_same(words, capsysbinary):
    command = [WEB, *TAGS, *words, "--no-cache", "--format", "json"]
    assert ran(command) == called(command, capsysbinary)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="not on this system")
def test_a_single_cpu_reads_the_same_as_all(words, tmp_path):
    command = [WEB, *TAGS, *words, "--format", "json", "--cache-dir"]
    everywhere = ran([*command, str(tmp_path / "everywhere")])
    cpus = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cpus)})
    try:
        assert ran([*command, str(tmp_path / "there")]) == everywhere
    finally:
        os.sched_setaffinity(0, cpus)


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_control_c_ends_all_processes_of_a_command(tmp_path):
    requested, ended = threading.Event(), threading.Event()

    def never(_: Request) -> Response:
        requested.set()
        ended.wait(60)
        return Response(HTTPStatus.NOT_FOUND)

    server = Server(never, threaded=True).start()
    url = f"http://127.0.0.1:{server.port}/simple/"
    command = [sys.executable, "-m", "wheelcheck", "-p", "idna", "-p", "foo", "--index-url", url]
    command += ["--cache-dir", str(tmp_path)]
    how = {
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
        "start_new_session": True,
        # tests may run in the background of a shell, which ignores Ctrl-C
        "preexec_fn": partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    }
    with subprocess.Popen(command, **how) as running:
        assert requested.wait(60)
        os.killpg(running.pid, signal.SIGINT)
        assert running.communicate(timeout=30) == (b"", b"")
    ended.set()
    server.stop()
    assert running.returncode == 130
    with pytest.raises(ProcessLookupError):
        os.killpg(running.pid, 0)


def test_a_dockerfile_reads_the_same(words, tmp_path, capsysbinary):
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    for form in ("json", "html", "text"):
        command = [str(tmp_path / "Dockerfile"), *words, "--format", form]
        assert ran(command) == called(command, capsysbinary), form


def imports(words: list[str]) -> set[str]:
    """The packages that a process imports."""
    _, _, errors = ran(words, "-X", "importtime")
    lines = errors.decode().splitlines()
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}


@pytest.mark.parametrize(
    ("more", "there"),
    [
        ((), False),
        (("--no-policy",), False),
        (("--fail-on", "source-native"), True),
        (("--max-build-minutes", "5"), True),
        (("--allow", "idna"), True),
        (("--policy", "pyproject.toml"), True),
    ],
)
def test_pydantic_is_imported_where_a_policy_is_read(words, tmp_path, monkeypatch, more, there):
    (tmp_path / "pyproject.toml").write_text('[tool.wheelcheck]\nfail-on = ["unavailable"]\n')
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.chdir(tmp_path if "--policy" in more else folder)
    command = ["-p", "idna", *TAGS[:2], *words, "--no-advice", *more]
    assert ("pydantic" in imports(command)) == there
    assert "Traceback" not in ran(command)[2].decode()


def test_httpx_comes_without_a_command_line_of_its_own(words):
    pytest.importorskip("click")
    found = imports([STORY, *TAGS, *words, "--format", "json"])
    assert "httpx" in found
    assert not found & {"pygments", "rich"}
