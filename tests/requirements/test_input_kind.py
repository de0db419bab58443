"""The kind of an input is recognised by what it holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wheelcheck.errors import RequirementsError
from wheelcheck.requirements.input_kind import InputKind, recognise

BEGINNINGS = {
    InputKind.PYPROJECT: ["[project]\nname = 'x'", "[build-system]\n", "[tool.poetry]\n"],
    InputKind.PYLOCK: ["lock-version = '1.0'\ncreated-by = 'me'\npackages = []\n"],
    InputKind.UV_LOCK: ["version = 1\nrequires-python = '>=3.9'\n", "version = 9\n[[package]]\n"],
    InputKind.POETRY_LOCK: [
        "# made by Poetry\n\npackage = []\n\n[metadata]\nlock-version = '2.1'\n",
        "[[package]]\nname='x'\n[metadata]\ncontent-hash = ''\npython-versions = '*'\n",
    ],
    InputKind.PDM_LOCK: ["[metadata]\nlock_version = '4.5.0'\n"],
    InputKind.PIPFILE_LOCK: ['{"_meta": {}, "default": {}}', '\n  {\n "_meta": {"hash": {}}}'],
    InputKind.SCRIPT: ["#!/bin/sh\n# /// script\n# ///\n", "# /// script\r\n# ///\r\n"],
    InputKind.REQUIREMENT_FILE: [
        "", "pandas\n", "a==1\n", "# [project]\npandas", "-r x.txt", "a===1", "a @ https://x=y",
        "a ; os_name == 'x'", "--hash=sha256:12",
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", ["-", "requirements.txt", "my.lock", "https://x.example/all"])
@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in BEGINNINGS.items() for text in texts]
)
def test_content_tells_the_kind(name, kind, text):
    assert recognise(name, text).kind is kind


def test_many_dots_are_not_deep_keys():
    urls = ", ".join(f'{{ url = "https://x.example/a-1.0.{n}.zip" }}' for n in range(100))
    rule = "." * 200
    text = f'[tool]\nwheels = [{urls}]\nnote = """\n{rule}\n"""\n'
    assert recognise("x.toml", text).document["tool"]["note"] == f"{rule}\n"


def test_an_empty_project_is_a_project():
    assert recognise("sub/pyproject.toml", "# nothing yet\n").kind is InputKind.PYPROJECT


@pytest.mark.parametrize(
    ("name", "text", "line", "why"),
    [
        ("pyproject.toml", "[project]\nname = \n", 2, "not valid TOML"),
        ("uv.lock", "pandas\n", 1, "not valid TOML"),
        ("poetry.lock", "# nothing yet\n", None, "it is empty"),
        ("pylock.dev.toml", "", None, "it is empty"),
        ("x.toml", "[other]\n", None, "neither a project"),
        ("Pipfile.lock", "{\n,}", 2, "not valid JSON"),
        ("x.json", "{}", None, "no Pipfile.lock"),
        ("Pipfile.lock", '{"_meta": 1}', None, "no Pipfile.lock"),
        ("tool.py", "import x\n", None, "PEP 723"),
        ("x.toml", "a" + ".a" * 5000 + " = 1", 1, "nested too deeply"),
        ("x.toml", "[" + "a." * 5000 + "a]", 1, "nested too deeply"),
        ("x.toml", "a = {" + "'='." * 5000 + "a = 1}", 1, "nested too deeply"),
        ("x.toml", "a = " + "[" * 100_000, None, ""),
        ("x.toml", "a = " + "{a=" * 50_000, None, ""),
        ("x", '{"a":' * 100_000, None, ""),
        ("x.toml", "a = " + "1" * 10_000, None, "nested too deeply"),
    ],
)
def test_what_is_broken_or_of_no_known_kind(name, text, line, why):
    with pytest.raises(RequirementsError) as caught:
        recognise(name, text)
    assert why in caught.value.why
    assert line in (None, caught.value.line)


@given(st.sampled_from(["uv.lock", "x", "Pipfile.lock", "x.py"]), st.text())
def test_no_text_raises_anything_else(name, text):
    try:
        recognise(name, text)
    except RequirementsError as error:
        assert error.file == name  # noqa: PT017 (any text may also be fine)
