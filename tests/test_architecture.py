"""The one law of imports: a room imports from rooms before it.

A room is a folder, or a sub-folder where its parts stand at different places.
"""

import ast
from collections.abc import Sequence
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "wheelcheck"
LAYERS = [
    "version",
    "errors",
    "redaction",
    "fence",
    "regular_files",
    "tables",
    "truth",
    "installers",
    "targets",
    "today",
    "distributions",
    "requirements",
    "dockerfile.reading",
    "index",
    "result_cache",
    "resolution",
    "acceptance",
    "coverage",
    "loading",
    "builds",
    "logs",
    "costs",
    "reports",
    "gate",
    "analysis",
    "advice",
    "readiness",
    "wheels_only",
    "dockerfile.judging",
    "dockerfile.fixing",
    "dockerfile",
    "api",
    "survey",
    "mcp_server",
    "cli",
]
FACES = {"__init__", "__main__"}
REPORTS_MAY_IMPORT = {"errors", "tables", "version", "coverage.verdict", "reports"}
IMPURE = {
    "requirements",
    "dockerfile.reading",
    "index",
    "result_cache",
    "today",
    "api",
    "survey",
    "mcp_server",
    "cli",
    "regular_files",
    *FACES,
}
WORLD = {"httpx", "os", "pathlib", "platform", "random", "socket", "subprocess", "sys", "time"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def layer_of(path: Path) -> str:
    return room_of(path.relative_to(PACKAGE.parent).with_suffix("").parts)


def room_of(parts: Sequence[str]) -> str:
    """The layer of a dotted name, ``wheelcheck`` first: the longest that is listed."""
    inner = ".".join(parts[1:3])
    return inner if inner in LAYERS else parts[1]


def imported(path: Path) -> set[str]:
    """Full names of all that a module imports, also inside functions and under TYPE_CHECKING."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the arrow"
            names.add(str(node.module))
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def test_every_folder_has_its_place():
    assert {layer_of(path) for path in MODULES} - FACES <= set(LAYERS)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_run_in_layer_order(path: Path):
    layer = layer_of(path)
    if layer in FACES:
        return
    own = [name.split(".") for name in imported(path) if name.startswith("wheelcheck.")]
    for parts in own:
        assert LAYERS.index(room_of(parts)) <= LAYERS.index(layer), ".".join(parts)


def test_reports_know_nothing_of_how_things_are_judged():
    for path in (PACKAGE / "reports").rglob("*.py"):
        for name in imported(path):
            if name.startswith("wheelcheck."):
                inner = name.removeprefix("wheelcheck.")
                assert any(
                    inner == may or inner.startswith(f"{may}.") for may in REPORTS_MAY_IMPORT
                )


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_only_few_rooms_read_the_world(path: Path):
    if layer_of(path) in IMPURE:
        return
    roots = {name.split(".")[0] for name in imported(path)}
    assert not roots & WORLD


def test_no_imports_go_in_a_circle():
    graph = {}
    for path in MODULES:
        dotted = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        graph[dotted.removesuffix(".__init__")] = path
    edges = {
        module: {name for name in imported(path) if name in graph and name != module}
        for module, path in graph.items()
    }
    done: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " → ".join([*trail, module])
        if module not in done:
            for other in edges[module]:
                visit(other, (*trail, module))
            done.add(module)

    for module in edges:
        visit(module, ())
