"""The house's one law of imports: a folder imports from folders before it, and from `errors`."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "wheelcheck"
LAYERS = [
    "errors",
    "installers",
    "targets",
    "requirements",
    "index",
    "resolution",
    "coverage",
    "builds",
    "costs",
    "dockerfiles",
    "reports",
    "advice",
    "gate",
    "today",
    "analysis",
    "cli",
]
IMPURE = {"requirements", "index", "today", "analysis", "cli", "__main__", "__init__"}
WORLD = {"httpx", "os", "pathlib", "platform", "random", "socket", "subprocess", "sys", "time"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def layer_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


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
    faces = {"__init__", "__main__"}
    assert {layer_of(path) for path in MODULES} - faces <= set(LAYERS)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_run_one_way(path: Path):
    layer = layer_of(path)
    if layer in {"__init__", "__main__"}:
        return
    own = [name.split(".") for name in imported(path) if name.startswith("wheelcheck.")]
    for parts in own:
        assert LAYERS.index(parts[1]) <= LAYERS.index(layer), ".".join(parts)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_only_two_folders_read_the_world(path: Path):
    if layer_of(path) in IMPURE:
        return
    roots = {name.split(".")[0] for name in imported(path)}
    assert not roots & WORLD


def test_no_cycles():
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
