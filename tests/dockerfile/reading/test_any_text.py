"""Reading any text as a Dockerfile ends, and reports what it left out."""

import pytest
from dockerfile_context import read
from hypothesis import given
from hypothesis import strategies as st

PIECES = st.sampled_from(
    [
        "FROM python:3.12-alpine AS a\n", "FROM a\n", "FROM $X\n", "ARG X=1\n", "ENV A=$A$A\n",
        "RUN ", "COPY ", "ADD ", "--from=a ", "--mount=type=bind,from=a,source=/x,target=/y ",
        "pip install ", "pip wheel -w /w ", "-r requirements.txt ", "-c ", "flask==", "$X ",
        "${A:-", "}", "<<EOF\n", "EOF\n", "apk add ", "--virtual .b ", "apk del ", "gcc ", "&& ",
        "|| ", "; ", "\\\n", "\n", "'", '"', "if x; then ", "fi", "$(", ")", "[", "]", ". /", "\0",
        "/w ", "/../.. ", "*", "#", "é\u2028", 'SHELL ["x"]\n', "WORKDIR $X/\n", "ONBUILD ",
        "git+https://x/y ", "https://u:p@index.example/z.whl ", "-e . ", "--hash=x ", "uv sync\n",
    ]
)  # fmt: skip
FILES = {"requirements.txt": "-r requirements.txt\n--bad\n", "x": "${A}\n", "a/b": "c"}


@given(st.lists(PIECES, max_size=40))
def test_any_sequence_of_pieces_is_read(pieces: list[str]):
    text = "".join(pieces)
    found = read(text, FILES)
    last = text.count("\n") + 1
    for each in found.all_unread:
        assert 1 <= each.line <= last
        assert each.why.reason
        assert len(each.text) < 400


@given(st.text())
def test_any_text_is_read(text: str):
    found = read(text)
    assert found.stages or found.unread


@pytest.mark.parametrize(
    "text",
    [
        "FROM python:3.12-slim\n" + "ENV A=x\n" + "ENV A=$A$A\n" * 60 + "RUN pip install $A",
        "FROM python:3.12-slim\nENV A=" + "a*" * 2000 + "\nRUN pip install ${A%%*a*b*}",
        "FROM python:3.12-slim\nRUN " + "$(" * 20_000,
        "FROM python:3.12-slim\nRUN " + "${A:-" * 10_000,
        "FROM python:3.12-slim\nRUN " + "bash -c 'bash -c " * 1_000,
        "FROM python:3.12-slim\nRUN " + "( " * 20_000 + "pip install x",
        "FROM python:3.12-slim\nRUN " + "if x; then " * 5_000 + "pip install x",
        "".join(f"FROM python:3.12-slim AS s{n}\nCOPY --from=s{n - 1} / /\n" for n in range(300))
        + "RUN pip install -r /x",
        "FROM python:3.12-slim\n" + "COPY . /\n" * 3_000 + "RUN pip install -r /none\n" * 20,
        "FROM python:3.12-slim\nRUN " + '"' * 50_001,
    ],
)
def test_hostile_texts_come_to_an_end(text: str):
    assert read(text, FILES).stages
