"""Whatever stands wherever in a project, lock or script: nothing but a RequirementsError."""

import copy
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wheelcheck.errors import RequirementsError
from wheelcheck.requirements.collection import Collection
from wheelcheck.requirements.input_document import InputDocument
from wheelcheck.requirements.input_kind import recognise
from wheelcheck.requirements.input_location import InputLocation, Opener
from wheelcheck.requirements.input_reader import reader_of
from wheelcheck.requirements.pip.pip_options import CommandLine
from wheelcheck.requirements.selection import Selection

LOCKS = Path(__file__).parent / "locks"
PROJECT = """
[build-system]
build-backend = "setuptools.build_meta"
[project]
name = "story"
version = "1"
requires-python = ">=3.9"
dynamic = ["optional-dependencies"]
dependencies = ["pandas>=2", "story[all]", "a @ https://x.example/a-1.0.tar.gz", "b @ file:///b"]
[project.optional-dependencies]
all = ["story[web]", "six; extra == 'x'"]
web = []
[dependency-groups]
dev = ["ruff", {include-group = "lint"}]
lint = ["pluggy"]
[tool.setuptools.dynamic]
dependencies = {file = ["r.txt"]}
optional-dependencies.web = {file = "r.txt"}
[tool.uv]
exclude-newer = "2026-01-01"
sources = {pandas = {git = "x"}}
default-groups = "all"
[tool.poetry.dependencies]
python = "^3.9"
pandas = [{version = "^2", python = "<3.12", markers = "os_name == 'x'"}, "^3 || ^4"]
local = {path = "."}
extra = {version = "*", optional = true, platform = "linux", extras = ["a"]}
[tool.poetry.extras]
all = ["extra"]
[tool.poetry.group.dev]
optional = true
dependencies = {ruff = "*"}
"""
POETRY = PROJECT.replace('\ndependencies = ["pandas', '\nother = ["pandas')


def documents() -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield "pyproject.toml", tomllib.loads(PROJECT)
    yield "poetry", tomllib.loads(POETRY)
    for path in sorted(LOCKS.glob("*/*")):
        if path.name != "pyproject.toml" and path.suffix != ".pyc":
            yield str(path.relative_to(LOCKS)), recognise(path.name, path.read_text()).document


DOCUMENTS = dict(documents())
MARKERS = ["os_name ~= 'x'", "x", "extra == 'all'", "'all' in extras", "python_version < '3'", "("]
TEXTS = st.sampled_from(
    [
        *MARKERS, "", ".", "*", "all", "web", "dev", "main", "1.0", "1!2", "==1", ">=", "a b", "\0",
        "six", "story", "story[all]", "sha256:12", "../../x", "file:///etc/passwd", "-r x", "a @ b",
        "https://[/a-1.zip", "https://x.example/a-1-py3-none-any.whl", "git+https://x.example/a",
        "https://x.example/%zz-1.tar.gz", "a @ https://x.example/a.whl", "==1.*", "===x", "2026",
    ]
)  # fmt: skip
VALUES = st.recursive(
    st.one_of(
        TEXTS, st.text(max_size=5), st.none(), st.booleans(), st.integers(), st.floats(), st.dates()
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(TEXTS, st.sampled_from(
            ["name", "version", "marker", "markers", "source", "git", "url", "file", "hash",
             "hashes", "extra", "extras", "include-group", "dependencies", "groups"])),
            inner, max_size=3),
    ),
    max_leaves=6,
)  # fmt: skip


def places(value: object, path: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """Every place in a document, as the keys that lead to it."""
    yield path
    items: Any = ()
    if isinstance(value, Mapping):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, inner in items:
        yield from places(inner, (*path, key))


PLACES = {name: list(places(tree))[1:] for name, tree in DOCUMENTS.items()}


@st.composite
def changed(draw: st.DrawFn) -> tuple[str, Mapping[str, Any]]:
    """A document in which one to three places hold something else, or nothing."""
    name = draw(st.sampled_from(sorted(DOCUMENTS)))
    tree = copy.deepcopy(DOCUMENTS[name])
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from(PLACES[name]))
        inner: Any = tree
        try:
            for key in way:
                inner = inner[key]
            inner[last] = draw(VALUES)
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took the place away
    return name, tree


def read_document(name: str, tree: Mapping[str, Any], folder: Path) -> None:
    path = LOCKS / name
    text = path.read_text() if path.is_file() else PROJECT
    kind = recognise(path.name if path.is_file() else "pyproject.toml", text).kind
    collection = Collection(CommandLine())
    given_document = InputDocument(
        InputLocation.of(str(folder / "document")),
        text,
        tree,
        collection,
        Selection(["all", "web"], ["dev", "main"]),
        Opener(),
        {},
    )
    reader_of(kind)(given_document)
    found = collection.result()
    assert all(skip.why.reason for skip in found.skipped)
    for line in (*found.lines, *found.skipped):
        marker = line.requirement.marker if hasattr(line, "requirement") else line.marker
        assert marker is None or marker.evaluate() in {True, False}


@settings(max_examples=300)
@given(changed())
@example(("uv/uv.lock", {"package": 1, "version": [], "manifest": 3}))
@example(("pdm/pdm.lock", {"metadata": [1], "package": {}}))
@example(("pylock/pylock.toml", {"packages": [{"name": "a", "marker": "os_name ~= 'x'"}]}))
def test_any_value_anywhere(document: tuple[str, Mapping[str, Any]]):
    with tempfile.TemporaryDirectory() as folder:
        try:
            read_document(*document, Path(folder))
        except RequirementsError as error:
            assert error.why  # noqa: PT017 (most values are reported, not refused)


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_the_documents_themselves_are_fine(tmp_path: Path, name: str):
    read_document(name, DOCUMENTS[name], tmp_path)
