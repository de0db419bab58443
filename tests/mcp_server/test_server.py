"""The server over standard input and output, asked by the SDK's own client."""

import json
import os
import re
import sys
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sample_reports import alpine_story

from wheelcheck.cli import main
from wheelcheck.cli.options.tool_parsers import mcp_parser
from wheelcheck.errors import UsageError
from wheelcheck.mcp_server.answer_pages import MOST_CHARACTERS, Pages
from wheelcheck.mcp_server.tool_arguments import CheckArguments, parsed
from wheelcheck.reports.text.advice_page import render_advice

mcp = pytest.importorskip("mcp")
anyio = pytest.importorskip("anyio")

ALPINE = "python:3.8-alpine"
THEN = {"targets": [ALPINE], "exclude_newer": "2023-04-14"}
Call = Callable[..., Awaitable[tuple[bool, str]]]


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("work")
    (folder / "secret.txt").write_text("six==1.16.0\n")
    inner = folder / "project"
    inner.mkdir()
    (inner / "requirements.txt").write_text("pandas==2.0.0\nnumpy==1.24.2\n")
    (inner / "names_others.txt").write_text("-r ../secret.txt\n")
    (inner / "constrained.txt").write_text("-c ../secret.txt\nsix\n")
    (inner / "by_url.txt").write_text(f"-r {(folder / 'secret.txt').as_uri()}\n")
    (inner / "hosts.txt").write_text("-r /etc/hosts\n")
    (folder / "netrc").write_text("machine index.example login me password secret\n")
    (inner / "netrc.txt").write_text(f"-r {folder / 'netrc'}\n")
    (inner / "linked.txt").symlink_to(folder / "secret.txt")
    (inner / "links.txt").write_text(f"--no-index\n--find-links {folder}\nsix\n")
    return inner


@pytest.fixture
def session(root, public_index, monkeypatch):
    """Run a function with a client whose server answers for the folder."""

    def run(conversation: Callable[[Call, object], Awaitable[None]]) -> None:
        words = ["-m", "wheelcheck", "mcp", "--root", str(root), "--no-cache"]
        monkeypatch.chdir(root.parent)  # where a client starts the server says nothing
        server = mcp.StdioServerParameters(
            command=sys.executable,
            args=[*words, "--index-url", public_index.url],
            env={**os.environ, "NETRC": str(root.parent / "netrc")},
        )

        async def whole() -> None:
            async with opened(server) as client:

                async def call(tool: str, **arguments: object) -> tuple[bool, str]:
                    answer = await client.call_tool(tool, arguments)
                    (content,) = answer.content
                    assert len(content.text) <= MOST_CHARACTERS
                    return bool(answer.is_error), content.text

                await conversation(call, client)

        anyio.run(whole)

    return run


@asynccontextmanager
async def opened(server):
    async with mcp.Client(mcp.stdio_client(server)) as client:
        yield client


def test_the_server_answers_a_client_of_the_protocol(session, root, public_index, capsys):
    """The tools with their schemas, each tool's answer, pages, and what is refused."""

    async def conversation(call: Call, client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {"check", "explain", "advise", "ready"}
        for tool in tools.values():
            for entry in tool.input_schema["properties"].values():
                assert entry["description"].endswith(".")

        failed, text = await call("check", **THEN)
        assert not failed, text
        os.chdir(root)
        index = ["--index-url", public_index.url, "--no-cache", "--no-advice"]
        assert main(["-t", ALPINE, "--exclude-newer", "2023-04-14", *index]) == 0
        assert text == capsys.readouterr().out

        _, text = await call("explain", package="pandas", files="requirements.txt", **THEN)
        assert "pandas 2.0.0 on python:3.8-alpine: compiles from source" in text
        _, text = await call("advise", **THEN)
        assert "FROM python:3.8-slim" in text
        assert "apk add" in text
        _, text = await call(
            "ready", packages=["six==1.16.0"], pythons=["3.11"], exclude_newer="2023-04-14"
        )
        assert text.startswith("Ready for Python 3.11")

        _, text = await call("check", format="json", **THEN)
        pages = []
        while more := re.search(r'\n\n… [\d,]+ more characters: .* cursor="([^"]+)"$', text):
            pages.append(text[: more.start()])
            _, text = await call("check", cursor=more[1])
        whole = "".join([*pages, text])
        assert len(pages) >= 1
        assert json.loads(whole)["targets"][0]["name"] == ALPINE

        for tool, arguments, sentence in REFUSED:
            failed, text = await call(tool, **arguments)
            assert failed, (tool, arguments, text)
            assert sentence in text
            assert "\n" not in text

    folder = Path.cwd()
    try:
        session(conversation)
    finally:
        os.chdir(folder)


REFUSED = [
    ("check", {"files": 3}, 'files cannot be 3; write for example files=["requirements.txt"]'),
    ("check", {"targets": {"a": 1}}, 'write for example targets=["python:3.12-alpine"]'),
    ("check", {"file": ["x"]}, "check has no argument 'file'; did you mean files?"),
    ("check", {"format": "xml"}, "format cannot be 'xml'"),
    ("check", {"files": ["../secret.txt"]}, "lies outside the server's folder"),
    ("check", {"files": ["/etc/passwd"]}, "lies outside the server's folder"),
    ("check", {"files": ["linked.txt"]}, "lies outside the server's folder"),
    ("check", {"files": ["names_others.txt"]}, "it lies outside the server's folder"),
    ("check", {"files": ["constrained.txt"]}, "it lies outside the server's folder"),
    ("check", {"files": ["by_url.txt"]}, "it lies outside the server's folder"),
    ("check", {"files": ["hosts.txt"]}, "it lies outside the server's folder"),
    ("check", {"files": ["netrc.txt"]}, "it lies outside the server's folder"),
    ("check", {"files": ["-"]}, "name a file in it"),
    ("check", {"files": [""]}, "name a file in it"),
    ("check", {"files": ["a\0b"]}, "name a file in it"),
    ("check", {"files": ["x" * 5000]}, "there is no file"),
    ("check", {"files": ["https://index.example/r.txt"]}, "name a file in it"),
    ("check", {"files": ["nothing.txt"]}, "there is no file 'nothing.txt' in the server's folder"),
    ("check", {"targets": ["python:3.12-alpin"]}, "Did you mean python:3.12-alpine"),
    ("check", {"cursor": "1234.5"}, "is not known here"),
    ("explain", {}, 'package="pandas==2.0.0"'),
    ("explain", {"package": "six"}, 'targets=["python:3.12-alpine"]'),
    ("ready", {}, 'pythons=["3.15"]'),
    ("ready", {"pythons": ["3.99"]}, "there is no Python 3.99"),
    ("judge", {}, "there is no tool 'judge'; there are check, explain, advise, ready"),
]


def test_folders_outside_are_not_listed(session):
    async def conversation(call: Call, _) -> None:
        _, text = await call("check", files=["links.txt"], targets=[ALPINE])
        assert "lies outside" in text
        assert "secret" not in text

    session(conversation)


def test_calls_side_by_side_and_a_cancelled_call(session):
    async def conversation(call: Call, _) -> None:
        answers = []

        async def ask(**arguments: object) -> None:
            answers.append(await call("check", **arguments))

        async with anyio.create_task_group() as group:
            for target in (ALPINE, "python:3.8-slim", "python:3.10-slim"):
                arguments = {**THEN, "targets": [target]}
                group.start_soon(lambda arguments=arguments: ask(**arguments))
        assert len(answers) == 3
        assert not any(failed for failed, _ in answers)
        with anyio.move_on_after(0.05) as scope:
            await call("advise", exclude_newer="2023-04-14")
        assert scope.cancelled_caught
        assert not (await call("check", **THEN))[0]

    session(conversation)


class TestPages:
    def test_pages_together_are_the_answer(self):
        answer = "\n".join(f"line {number}" for number in range(5_000))
        pages, text, parts = Pages(), "", []
        text = pages.first(answer)
        while more := re.search(r'\n\n… .* cursor="([^"]+)"$', text):
            assert len(text) <= MOST_CHARACTERS
            parts.append(text[: more.start()])
            text = pages.following(more[1])
        assert "\n".join([*parts, text]) == answer

    def test_a_line_longer_than_a_page_is_broken(self):
        text = Pages().first("x" * 20_000)
        assert len(text) <= MOST_CHARACTERS
        assert "more characters" in text

    @pytest.mark.parametrize("cursor", ["", "x", "x.1", "1234.-1", "….."])
    def test_a_cursor_that_nobody_gave(self, cursor):
        with pytest.raises(UsageError, match="is not known here"):
            Pages().following(cursor)


def test_a_single_string_becomes_a_list():
    assert parsed("check", CheckArguments, {"files": "a.txt"}).files == ["a.txt"]


def test_advice_by_itself_says_where_nothing_need_be_done():
    report = alpine_story()
    fine = report.model_copy(
        update={"packages": tuple(each for each in report.packages if each.worst.is_wheel)}
    )
    assert "Nothing need be done" in render_advice(fine)


def test_a_root_that_is_not_there_is_a_usage_error(capsys):
    assert main(["mcp", "--root", "/nonexistent"]) == 2
    assert "there is no such folder" in capsys.readouterr().err


def test_help_shows_what_a_client_needs():
    assert '"args": ["mcp", "--root", "FOLDER"]' in mcp_parser().format_help()
