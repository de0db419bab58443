"""The notebooks run without a network, from what lies here, and their kept outputs are fresh."""

import json
import re
from importlib import util
from itertools import groupby
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
TEXT = ("text/plain", "text/html", "text/markdown")
MOST_BYTES = 300_000


def read_notebook(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def joined(text) -> str:
    return text if isinstance(text, str) else "".join(text)


def outputs(notebook) -> list[tuple[str, str]]:
    """What every cell of code prints and shows, as text; of pictures only the kind."""
    found = []
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        # A kernel sends what a cell prints in pieces, whose number depends on the machine's load.
        for stream, pieces in groupby(cell["outputs"], lambda output: output.get("name")):
            if stream is not None:
                found += [(stream, "".join(joined(piece["text"]) for piece in pieces))]
                continue
            for data in (output["data"] for output in pieces):
                kinds = sorted(data)
                found += [(kind, joined(data[kind]) if kind in TEXT else "") for kind in kinds]
    return [(kind, text) for kind, text in found if kind != "stderr"]


@pytest.fixture(scope="module")
def refresh():
    """notebooks/refresh.py, which runs them."""
    pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    spec = util.spec_from_file_location("refresh", FOLDER / "refresh.py")
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_there_are_notebooks():
    assert len(NOTEBOOKS) == 5


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_small_and_tells_nothing_of_its_machine(path: Path):
    assert path.stat().st_size < MOST_BYTES
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"/(?:home|root|work|tmp|Users)/", text)
    assert not re.search(r"127\.0\.0\.1:\d", text)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_cell_was_run_in_order_and_none_failed(path: Path):
    cells = [cell for cell in read_notebook(path)["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    kinds = {output["output_type"] for cell in cells for output in cell["outputs"]}
    assert kinds <= {"stream", "execute_result", "display_data"}
    assert "stderr" not in {o.get("name") for cell in cells for o in cell["outputs"]}


@pytest.mark.notebooks
@pytest.mark.filterwarnings("default")  # Jupyter's own affairs
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_without_a_network_and_its_outputs_are_fresh(refresh, path: Path):
    assert outputs(refresh.executed(path)) == outputs(read_notebook(path)), (
        "run notebooks/refresh.py"
    )


@pytest.mark.notebooks
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(
    "reach",
    [
        "socket.create_connection(('192.0.2.1', 80), timeout=1)",
        "socket.getaddrinfo('index.example', 443)",
        "socket.create_connection(server.getsockname())",
    ],
)
def test_notebooks_reach_no_other_host(refresh, tmp_path: Path, reach: str):
    from nbclient.exceptions import CellExecutionError
    from nbformat import v4, write

    source = "import socket\nserver = socket.create_server(('127.0.0.1', 0))\n"
    path = tmp_path / "reaching.ipynb"
    write(v4.new_notebook(cells=[v4.new_code_cell(f"{source}{reach}")]), path)
    if "192" in reach or "index" in reach:
        with pytest.raises(CellExecutionError, match="notebooks run without a network"):
            refresh.executed(path)
    else:
        assert refresh.executed(path).cells[0].execution_count == 1
