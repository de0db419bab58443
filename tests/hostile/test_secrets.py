"""A secret in any place of the input is in no format, message, log or cache file."""

from __future__ import annotations

import argparse
import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hostile_server import TAG, Ask, HostileIndex, Kind, Reply

from wheelcheck import fence
from wheelcheck.cli import main
from wheelcheck.cli.rendering import rendered
from wheelcheck.reports.values.report import Report

SECRET = "Pr1vate-T0ken"
WHEEL = f"honest-1.0-{TAG}.whl"
DIGEST = "sha256=" + "0" * 64
FORMATS = ("text", "json", "html", "markdown", "sarif", "csv", "junit", "github")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the secret is: `{s}` in files, words and variables; `{b}` is the index's beginning."""

    words: tuple[str, ...]
    files: Mapping[str, str] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)


def line(text: str, **environ: str) -> Place:
    return Place(("r.txt",), {"r.txt": f"honest\n{text}\n"}, environ)


def docker(text: str) -> Place:
    return Place(("Dockerfile",), {"Dockerfile": f"FROM python:3.12-slim\n{text}\n"})


FILE = f"127.0.0.1:9/{WHEEL}"
PLACES: Mapping[str, Place] = {
    "package": Place(("-p", f"honest @ http://who:{{s}}@{FILE}")),
    "package user": Place(("-p", f"honest @ http://{{s}}@{FILE}")),
    "package hash": Place(("-p", f"honest @ http://who:{{s}}@{FILE}#{DIGEST}")),
    "package bare": Place(("-p", f"http://who:{{s}}@{FILE}")),
    "package query": Place(("-p", f"honest @ http://{FILE}?access_token={{s}}")),
    "package signed": Place(("-p", f"honest @ http://{FILE}?X-Amz-Signature={{s}}&x=1")),
    "package git": Place(("-p", "x @ git+https://{s}@127.0.0.1:9/x.git")),
    "package malformed": Place(("-p", "x @ http://who:{s}@[/x.whl")),
    "package port": Place(("-p", f"honest @ http://who:{{s}}/1@{FILE}")),
    "package refused": Place(("-p", "x @ gopher://who:{s}@h/x.whl")),
    "package scheme": Place(("-p", "x @ ftp://who:{s}@h/x-1.0.tar.gz")),
    "index": Place(("-p", "honest", "-i", "http://who:{s}@{b}")),
    "index user": Place(("-p", "honest", "-i", "http://{s}@{b}")),
    "index dead": Place(("-p", "honest", "-i", "http://who:{s}@127.0.0.1:9/simple/")),
    "index malformed": Place(("-p", "honest", "-i", "http://who:{s}@[/simple/")),
    "index scheme": Place(("-p", "honest", "-i", "gopher://who:{s}@h/simple/")),
    "index extra": Place(("-p", "honest", "--extra-index-url", "http://who:{s}@127.0.0.1:9/s/")),
    "links": Place(("-p", "honest", "-f", "http://who:{s}@127.0.0.1:9/links/")),
    "links query": Place(("-p", "honest", "-f", "http://127.0.0.1:9/links/?token={s}")),
    "input url": Place(("http://who:{s}@127.0.0.1:9/r.txt",)),
    "constraint url": Place(("-p", "honest", "-c", "http://who:{s}@127.0.0.1:9/c.txt")),
    "line": line("foo @ http://who:{s}@127.0.0.1:9/foo-1.0-py3-none-any.whl"),
    "line marker": line(f"foo @ http://who:{{s}}@{FILE} ; os_name ~= '1'"),
    "line refused": line("foo @ gopher://who:{s}@h/x.whl"),
    "line index": line("--extra-index-url http://who:{s}@127.0.0.1:9/simple/"),
    "line links": line("--find-links http://who:{s}@127.0.0.1:9/links/"),
    "line include": line("-r http://who:{s}@127.0.0.1:9/more.txt"),
    "line editable": line("-e git+https://who:{s}@127.0.0.1:9/x#egg=x"),
    "line unknown option": line("--bogus http://who:{s}@127.0.0.1:9/"),
    "variable path": line("--find-links http://127.0.0.1:9/${T}/links/", T="{s}"),
    "variable index path": line("--extra-index-url http://127.0.0.1:9/${T}/simple/", T="{s}"),
    "variable index": line("-i http://{b}${T}/", T="{s}"),
    "variable userinfo": line("--extra-index-url http://who:${T}@127.0.0.1:9/simple/", T="{s}"),
    "variable reference": line("foo @ http://127.0.0.1:9/${T}/foo-1.0-py3-none-any.whl", T="{s}"),
    "variable refused": line("foo==${T}", T="{s}"),
    "netrc": Place(("-p", "honest"), {"netrc": "machine 127.0.0.1 login me password {s}\n"}),
    "netrc broken": Place(("-p", "honest"), {"netrc": "machine 127.0.0.1 pass {s} {s}\n"}),
    "proxy": Place(("-p", "honest"), environ={"http_proxy": "http://who:{s}@127.0.0.1:9"}),
    "proxy socks": Place(("-p", "honest"), environ={"ALL_PROXY": "socks5://who:{s}@127.0.0.1:9"}),
    "proxy malformed": Place(("-p", "honest"), environ={"http_proxy": "http://who:{s}@["}),
    "redirect": Place(("-p", "evil", "-i", "http://{r}")),
    "signed files": Place(("-p", "evil", "-i", "http://{f}")),
    "docker step": docker(f"RUN pip install 'foo @ http://who:{{s}}@{FILE}'"),
    "docker index": docker("RUN pip install -i http://who:{s}@127.0.0.1:9/simple/ honest"),
    "docker env": docker("ENV PIP_INDEX_URL=http://who:{s}@127.0.0.1:9/s/\nRUN pip install honest"),
    "docker arg": docker("ARG U=http://who:{s}@127.0.0.1:9/s/\nRUN pip install -i $U honest"),
    "project": Place(
        ("pyproject.toml",),
        {
            "pyproject.toml": '[project]\nname = "a"\nversion = "1"\n'
            f'dependencies = ["honest", "foo @ http://who:{{s}}@{FILE}"]\n'
        },
    ),
    "lock": Place(
        ("pylock.toml",),
        {
            "pylock.toml": 'lock-version = "1.0"\ncreated-by = "x"\n[[packages]]\n'
            'name = "honest"\nversion = "1.0"\nindex = "http://who:{s}@127.0.0.1:9/simple/"\n'
            f'[[packages.wheels]]\nurl = "http://who:{{s}}@{FILE}"\nhashes = {{sha256 = "00"}}\n'
        },
    ),
}


def signed(ask: Ask) -> Reply:
    url = f"{ask.base}/files/evil-1.0-py3-none-any.whl?X-Amz-Signature={SECRET}"
    body = f'{{"files":[{{"filename":"evil-1.0-py3-none-any.whl","url":"{url}"}}]}}'
    headers = (("Content-Type", "application/vnd.pypi.simple.v1+json"),)
    return Reply(body.encode(), headers=headers)


def redirecting(_: Ask) -> Reply:
    return Reply(status="302 Found", headers=(("Location", f"http://a:{SECRET}@127.0.0.1:9/"),))


KINDS = (
    Kind("honest"),
    Kind("signed", answers={"page": signed}),
    Kind("redirecting", answers={"page": redirecting}),
)


@pytest.fixture(scope="module")
def index() -> Iterator[HostileIndex]:
    with HostileIndex(KINDS) as opened:
        yield opened


@pytest.fixture
def run(index, monkeypatch, tmp_path, capsys):
    """Run the command for a place; all that it wrote, anywhere."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("wheelcheck.index.network.http.FIRST_DELAY", 0.01)
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)

    def fill(text: str) -> str:
        found = text.replace("{s}", SECRET)
        for key, kind in (("{b}", "honest"), ("{r}", "redirecting"), ("{f}", "signed")):
            found = found.replace(key, index.url(kind).removeprefix("http://"))
        return found

    def run_it(place: Place, *more: str) -> str:
        for name, text in place.files.items():
            (tmp_path / name).write_text(fill(text))
        monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
        for name, value in place.environ.items():
            monkeypatch.setenv(name, fill(value))
        words = [*map(fill, place.words), "--cache-dir", "cache"]
        if "Dockerfile" not in place.files and "--format" not in more:
            words += ["-t", "python:3.12-slim"]
        if "-i" not in words and "Dockerfile" not in place.files:
            words += ["-i", index.url("honest")]
        if more == ("explain",):  # the name comes first, and it may be a reference
            words = [words[1], *words[2:]]
        main([*more, *words])
        out, err = capsys.readouterr()
        cached = [
            path.read_bytes().decode("latin-1")
            for path in Path("cache").rglob("*")
            if path.is_file()
        ]
        return "\n".join([out, err, *cached])

    return run_it


def shows(text: str) -> bool:
    encoded = base64.b64encode(f"who:{SECRET}".encode()).decode()
    return SECRET in text or encoded in text


@pytest.mark.hostile
@pytest.mark.parametrize("name", PLACES)
def test_a_secret_is_shown_nowhere(run, name, capsys):
    text = run(PLACES[name], "--debug", "-o", "report.json", "--format", "json")
    assert not shows(text)
    if not Path("report.json").is_file():
        return
    report = Report.model_validate_json(Path("report.json").read_bytes())
    for form in FORMATS:
        args = argparse.Namespace(
            format=form, color="never", builds=False, versions=False, fail_on=None, output="x"
        )
        assert not shows(rendered(report, args).decode()), form
    capsys.readouterr()


@pytest.mark.hostile
@pytest.mark.parametrize("command", [["--emit", "dockerfile"], ["explain"]])
@pytest.mark.parametrize("name", ["package", "package hash", "package query", "index"])
def test_nor_by_what_is_emitted_or_explained(run, name, command):
    assert not shows(run(PLACES[name], *command))


@pytest.mark.hostile
def test_pages_of_a_private_index_are_not_given_to_a_run_without_its_password(index, tmp_path):
    words = ["-p", "honest", "-t", "python:3.12-slim", "--cache-dir", str(tmp_path), "--no-advice"]
    words += ["-o", str(tmp_path / "report.json"), "--format", "json"]
    assert main([*words, "-i", index.url("honest", f"who:{SECRET}")]) == 0
    index.received.clear()
    assert main([*words, "-i", index.url("honest", f"who:{SECRET}")]) == 0
    assert index.received == []
    assert main([*words, "-i", index.url("honest"), "--offline"]) == 3
    assert "offline" in (tmp_path / "report.json").read_text()


@pytest.mark.hostile
def test_a_proxy_that_needs_more_than_is_installed_gets_a_single_clear_line(
    index, monkeypatch, capsys, tmp_path
):
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    words = ["-p", "honest", "-i", index.url("honest"), "-t", "python:3.12-slim", "--no-cache"]
    assert main(words) == 3
    (message,) = capsys.readouterr().err.splitlines()
    assert "the proxy socks5://127.0.0.1:9, which the environment names, needs" in message
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with fence.recording() as caught:
        assert main([*words, "-o", str(tmp_path / "report.txt")]) == 0
    assert caught == []
