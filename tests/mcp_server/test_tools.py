"""The tools within this process: what the server answers, without its pipes."""

from pathlib import Path

import pytest

anyio = pytest.importorskip("anyio")
types = pytest.importorskip("mcp_types")

from wheelcheck.mcp_server.server import Calls  # noqa: E402 (only with the SDK)
from wheelcheck.mcp_server.tools import Workplace  # noqa: E402

THEN = {"targets": ["python:3.8-alpine"], "exclude_newer": "2023-04-14"}


@pytest.fixture
def called(tmp_path: Path, public_index, monkeypatch):
    (tmp_path / "requirements.txt").write_text("pandas==2.0.0\nnumpy==1.24.2\n")
    monkeypatch.chdir(tmp_path)
    calls = Calls(Workplace(tmp_path, {"index_url": public_index.url, "cache_dir": None}))

    def call(tool: str, **arguments: object) -> tuple[bool, str]:
        request = types.CallToolRequestParams(name=tool, arguments=arguments)
        answer = anyio.run(calls.called, None, request)
        return bool(answer.is_error), answer.content[0].text

    call.listed = lambda: anyio.run(calls.listed)
    return call


def test_every_tool_answers_for_the_folder(called):
    assert {tool.name for tool in called.listed().tools} == {"check", "explain", "advise", "ready"}
    failed, text = called("check", **THEN)
    assert not failed, text
    assert "compile from source" in text
    _, text = called("check", format="json", **THEN)
    assert text.startswith("{")
    _, text = called("explain", package="pandas", files="requirements.txt", **THEN)
    assert "compiles from source" in text
    _, text = called("advise", **THEN)
    assert "FROM python:3.8-slim" in text
    _, text = called(
        "ready", packages=["six==1.16.0"], pythons=["3.11"], exclude_newer="2023-04-14"
    )
    assert text.startswith("Ready for Python 3.11")


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("chek", {}, "there is no tool 'chek'"),
        ("check", {"files": "nowhere.txt"}, "nowhere.txt"),
        ("check", {"files": "../elsewhere.txt"}, "outside"),
        ("check", {"targets": 7}, "targets"),
        ("explain", {}, "package"),
        ("check", {"cursor": "1:2"}, "cursor"),
    ],
)
def test_a_wrong_call_gets_a_single_sentence(called, tool, arguments, words):
    failed, text = called(tool, **arguments)
    assert failed
    assert words in text
    assert "\n" not in text
