"""A command that is repeated is answered from the cached report, unless anything has changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
from frozen import FrozenRelease, Project
from loopback import Request, Response
from replay import MIRROR, PUBLIC, Manner, Replay

from wheelcheck.cli import main
from wheelcheck.index.cache.disk import FORMAT
from wheelcheck.result_cache import report_cache

ALPINE, SLIM = "python:3.12-alpine", "python:3.12-slim"


class Made:
    """Projects of one pure wheel per version; `app` needs `dep`."""

    def __init__(self, **versions: list[str]) -> None:
        self.versions = {"app": ["1.0"], "dep": ["1.0"], **versions}

    @property
    def names(self) -> list[str]:
        return list(self.versions)

    def project(self, name: str) -> Project | None:
        if name not in self.versions:
            return None
        needs = {"Requires-Dist": ["dep"]} if name == "app" else {}
        return Project(name, [_release(name, each, needs) for each in self.versions[name]])


def _release(name: str, version: str, needs: dict[str, list[str]]) -> FrozenRelease:
    fields = {"Metadata-Version": "2.1", "Name": name, "Version": version, **needs}
    file = {"filename": f"{name}-{version}-py3-none-any.whl", "size": 1000}
    return FrozenRelease(version, [file], fields)


class Broken(Replay):
    """An index that fails to tell of one project."""

    def answer(self, request: Request) -> Response:
        if "/dep/" in request.path:
            return Response(HTTPStatus.INTERNAL_SERVER_ERROR)
        return super().answer(request)


class Repeated:
    """One command against one index, whose content may be replaced at the same address."""

    def __init__(self, folder: Path, manner: Manner, capture: pytest.CaptureFixture[bytes]) -> None:
        self.manner = manner
        self.file = folder / "requirements.txt"
        self.file.write_text("app\n")
        self.cache = folder / "cache"
        self._capture = capture
        self.index = Replay(Made(), manner).start()
        self.url = self.index.url

    def ask(self, *words: str, code: int = 0) -> bytes:
        """What the command writes; its requests are in `requests`."""
        self.index.log.clear()
        command = [str(self.file), "--index-url", self.url, "-t", ALPINE, *words]
        command += [] if "--format" in words else ["--format", "json"]
        command += [] if "--no-cache" in words else ["--cache-dir", str(self.cache)]
        assert main(command) == code
        written = self._capture.readouterr()
        self.complaints = written.err
        return written.out

    @property
    def requests(self) -> list[tuple[str, int]]:
        """Paths that the last command requested, with the status of the response."""
        return sorted((path, status) for _, path, status in self.index.log)

    def pins(self, *words: str) -> dict[str, str]:
        """Versions that the command tells, by package."""
        report = json.loads(self.ask(*words))
        return {p["name"]: next(iter(p["on"].values()))["version"] for p in report["packages"]}

    def publish(self, kind: type[Replay] = Replay, **versions: list[str]) -> None:
        """Replace what the index has."""
        port = int(self.url.split(":")[2].split("/")[0])
        self.index.stop()
        self.index = kind(Made(**versions), self.manner).start(port)

    def pass_minutes(self) -> None:
        """Let pages be older than their ten minutes."""
        for page in (self.cache / FORMAT / "pages").glob("*/*"):
            then = page.stat().st_mtime - 1000
            os.utime(page, (then, then))


@pytest.fixture(params=[PUBLIC, MIRROR], ids=["public", "mirror"])
def repeated(
    request: pytest.FixtureRequest, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> Iterator[Repeated]:
    made = Repeated(tmp_path, request.param, capsysbinary)
    yield made
    made.index.stop()


@pytest.fixture
def unjudged(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From when it is called on, nothing can be judged again."""

    def judged(*_: object, **__: object) -> None:
        raise AssertionError("judged again")

    return lambda: monkeypatch.setattr("wheelcheck.api.analyse.analyse_sharing", judged)


def test_a_repeated_command_asks_nothing_and_says_the_same(repeated, unjudged):
    first = repeated.ask()
    unjudged()
    assert repeated.ask() == first
    assert repeated.requests == []
    assert repeated.ask("--offline") == first


def test_what_was_read_online_is_answered_offline_however_old(repeated, unjudged):
    first = repeated.ask()
    repeated.pass_minutes()
    unjudged()
    assert repeated.ask("--offline") == first
    assert repeated.requests == []


def test_every_format_is_written_from_the_same_cached_report(repeated, unjudged):
    texts = {form: repeated.ask("--no-cache", "--format", form) for form in ("text", "csv")}
    repeated.ask()
    unjudged()
    for form, text in texts.items():
        assert repeated.ask("--format", form) == text


def test_old_pages_are_requested_again_and_nothing_else(repeated, unjudged):
    first = repeated.ask()
    repeated.pass_minutes()
    unjudged()
    assert repeated.ask() == first
    status = 304 if repeated.manner.validators else 200
    assert repeated.requests == [("/simple/app/", status), ("/simple/dep/", status)]
    assert repeated.ask() == first
    assert repeated.requests == [], "they count as fresh again"


def test_a_changed_page_is_judged_anew(repeated):
    assert repeated.pins() == {"app": "1.0", "dep": "1.0"}
    repeated.publish(dep=["1.0", "2.0"])
    assert repeated.pins() == {"app": "1.0", "dep": "1.0"}, "its pages are not ten minutes old"
    repeated.pass_minutes()
    assert repeated.pins() == {"app": "1.0", "dep": "2.0"}
    assert repeated.pins() == {"app": "1.0", "dep": "2.0"}


def test_a_page_that_another_question_has_renewed_is_judged_anew(repeated):
    assert repeated.pins() == {"app": "1.0", "dep": "1.0"}
    repeated.publish(dep=["1.0", "2.0"])
    repeated.pass_minutes()
    repeated.ask("-t", SLIM)
    assert repeated.pins() == {"app": "1.0", "dep": "2.0"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_file_that_has_become_a_pipe_is_not_waited_for(repeated):
    included = repeated.file.with_name("more.txt")
    repeated.file.write_text("-r more.txt\n")
    included.write_text("app\n")
    assert repeated.pins() == {"app": "1.0", "dep": "1.0"}
    included.unlink()
    os.mkfifo(included)
    repeated.ask(code=2)


def test_a_project_that_appears_is_judged_anew(repeated):
    repeated.file.write_text("app\nlate\n")
    repeated.ask(code=1)
    repeated.publish(late=["1.0"])
    repeated.pass_minutes()
    assert repeated.pins()["late"] == "1.0"


@pytest.mark.parametrize("included", [False, True])
def test_a_changed_file_is_judged_anew(repeated, included):
    changing = repeated.file
    if included:
        changing = repeated.file.with_name("more.txt")
        repeated.file.write_text("-r more.txt\n")
        changing.write_text("app\n")
    repeated.publish(app=["1.0", "2.0"])
    assert repeated.pins()["app"] == "2.0"
    changing.write_text("app<2\n")
    assert repeated.pins()["app"] == "1.0"


@pytest.mark.parametrize(
    "words",
    [
        ("-t", SLIM),
        ("--no-deps",),
        ("--pre",),
        ("--cores", "4"),
        ("--no-advice",),
        ("--verdicts-only",),
    ],
)
def test_another_question_has_an_answer_of_its_own(repeated, unjudged, words):
    first = repeated.ask()
    other = repeated.ask(*words)
    unjudged()
    assert repeated.ask(*words) == other
    assert repeated.ask() == first


def test_a_policy_is_held_against_a_cached_report(repeated, unjudged):
    repeated.file.write_text("app\nabsent\n")
    assert b'"violations": []' in repeated.ask(code=1)
    unjudged()
    assert b'"violations": []' not in repeated.ask("--fail-on", "unknown", code=1)
    assert b'"violations": []' in repeated.ask(code=1)


@pytest.mark.parametrize(
    "policy",
    ["[tool.wheelcheck]\nFAIL", "[tool]\nwheelcheck.FAIL", "tool = {wheelcheck = {FAIL}}"],
)
def test_a_policy_is_held_against_a_cached_report_however_it_is_spelled(
    repeated, monkeypatch, tmp_path, policy
):
    monkeypatch.chdir(tmp_path)
    repeated.ask()
    file = tmp_path / "pyproject.toml"
    file.write_text(policy.replace("FAIL", 'fail-on = ["pure-wheel"]'))
    repeated.ask(code=1)
    repeated.ask(code=1)


def test_a_policy_file_that_is_not_there_is_reported_although_a_report_is_cached(
    repeated, tmp_path
):
    repeated.ask()
    assert repeated.ask("--policy", str(tmp_path / "absent.toml"), code=2) == b""


@pytest.mark.parametrize("broken", [b"[project\n", b"# b\xe9b\xe9\n"])
def test_a_broken_policy_file_is_reported_although_a_report_is_cached(
    repeated, monkeypatch, tmp_path, broken
):
    monkeypatch.chdir(tmp_path)
    repeated.ask()
    (tmp_path / "pyproject.toml").write_bytes(broken)
    assert repeated.ask(code=2) == b""


def test_other_code_or_another_day_answers_anew(repeated, monkeypatch):
    assert repeated.pins()["dep"] == "1.0"
    monkeypatch.setattr(report_cache, "_made_of", lambda: "another day")
    repeated.publish(dep=["2.0"])
    (repeated.cache / FORMAT / "pages").rename(repeated.cache / FORMAT / "gone")
    assert repeated.pins()["dep"] == "2.0"


def test_what_cannot_be_looked_at_again_is_not_cached(repeated, monkeypatch, tmp_path):
    def cached_reports() -> int:
        return len(list((repeated.cache / FORMAT / "answers").glob("*/*")))

    monkeypatch.setenv("NEEDED", "app")
    repeated.file.write_text("${NEEDED}\n")
    repeated.ask()
    repeated.file.write_text("app\n")
    repeated.ask("--no-cache")
    repeated.ask("--exclude-newer", "0d", code=1)
    links = tmp_path / "links"
    links.mkdir()
    repeated.ask("--find-links", str(links))
    assert cached_reports() == 0
    repeated.ask()
    assert cached_reports() == 1


def test_an_answer_that_misses_something_for_the_day_is_not_cached(repeated, monkeypatch):
    monkeypatch.setattr("wheelcheck.index.network.http.ATTEMPTS", 1)
    repeated.publish(Broken)
    repeated.ask(code=3)
    repeated.publish()
    assert repeated.pins() == {"app": "1.0", "dep": "1.0"}


def test_a_damaged_answer_counts_for_nothing(repeated):
    first = repeated.ask()
    [path] = (repeated.cache / FORMAT / "answers").glob("*/*")
    path.write_bytes(path.read_bytes()[:-20])
    assert repeated.ask() == first


def test_only_so_many_reports_are_cached(repeated, monkeypatch):
    monkeypatch.setattr(report_cache, "MOST", 3)
    for cores in range(1, 6):
        repeated.ask("--cores", str(cores))
    assert len(list((repeated.cache / FORMAT / "answers").glob("*/*"))) == 3


@pytest.fixture
def not_rendered(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From when it is called on, nothing can be rendered again."""

    def rendered(*_: object, **__: object) -> None:
        raise AssertionError("rendered again")

    return lambda: monkeypatch.setattr("wheelcheck.cli.commands.check_command.rendered", rendered)


@pytest.mark.parametrize("form", ["text", "html", "markdown", "sarif", "csv", "junit", "github"])
def test_a_report_is_rendered_once_for_a_command_that_is_repeated(repeated, not_rendered, form):
    first = repeated.ask("--format", form)
    not_rendered()
    assert repeated.ask("--format", form) == first
    assert repeated.requests == []


def test_a_repeated_command_ends_with_the_same_code_and_complaint(repeated, not_rendered):
    words = ("--format", "json", "--min-coverage", "100", "--fail-on", "pure-wheel")
    first = repeated.ask(*words, code=1)
    complaints = repeated.complaints
    assert complaints
    not_rendered()
    assert repeated.ask(*words, code=1) == first
    assert repeated.complaints == complaints


def test_another_manner_is_rendered_anew(repeated, monkeypatch):
    wide = repeated.ask("--format", "text")
    monkeypatch.setenv("COLUMNS", "70")
    narrow = repeated.ask("--format", "text")
    assert max(map(len, narrow.decode().splitlines())) <= 70 < max(map(len, wide.splitlines()))
    assert b"\x1b[" in repeated.ask("--format", "text", "--color", "always")
    repeated.ask("--format", "text", "--fail-on", "pure-wheel", code=1)
    repeated.ask("--format", "text")


def test_what_is_rendered_follows_a_changed_page(repeated):
    assert b"dep 1.0" in repeated.ask("--format", "text", "--versions")
    repeated.publish(dep=["1.0", "2.0"])
    repeated.pass_minutes()
    assert b"dep 2.0" in repeated.ask("--format", "text", "--versions")


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_cached_report_is_given_before_anything_heavy_is_imported(repeated, form):
    command = [str(repeated.file), "--index-url", repeated.url, "-t", ALPINE, "--format", form]
    command += ["--cache-dir", str(repeated.cache)]
    program = f"import sys; from wheelcheck.cli import main; main({command!r})"
    listing = "print(*sys.modules, file=sys.stderr)"
    first, done = (
        subprocess.run(
            [sys.executable, "-c", f"{program}; {listing}"], capture_output=True, check=True
        )
        for _ in range(2)
    )
    assert done.stdout == first.stdout
    heavy = {"httpx", "logging", "msgspec", "packaging", "pydantic", "rich"}
    assert not heavy & set(done.stderr.decode().split())
