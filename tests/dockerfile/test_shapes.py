"""Kinds of step that people write: what must come of each is in `data/dockerfiles/shapes.toml`."""

import importlib.util
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "data" / "dockerfiles" / "shapes.py"


def _loaded():
    spec = importlib.util.spec_from_file_location("dockerfile_shapes", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules["dockerfile_shapes"] = module
    spec.loader.exec_module(module)
    return module


SHAPES = _loaded()


@pytest.fixture(scope="module")
def index():
    with SHAPES.index() as url:
        yield url


@pytest.mark.parametrize("shape", list(SHAPES.shapes()), ids=lambda shape: shape.title)
def test_a_shape_is_read_as_the_builder_does(shape, index, tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    if "compose" in shape.judged:
        pytest.importorskip("yaml")
    outcome = SHAPES.judged(shape, tmp_path, index)
    assert list(SHAPES.differences(shape, outcome)) == []


def test_there_are_many_kinds_and_few_shapes_of_each():
    kinds = [shape.kind for shape in SHAPES.shapes()]
    assert len(set(kinds)) >= 40
    assert max(map(kinds.count, kinds)) <= 5
