"""Build scripts that other backends than setuptools run, and modules that they do not find.

Poetry, PDM and Hatch run a Python file of the sdist in the build environment. setuptools, which
such a file often imports, is in no environment by itself; neither is distutils since Python 3.12.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from wheelcheck.builds.obstacles.importable import Importable
from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.setup_script.script_syntax import parse
from wheelcheck.errors import Unknown

__all__ = ["backend_scripts"]

_BY_CFFI = ("set_source(", ".compile(")
_DISTUTILS_GONE = (3, 12)


def backend_scripts(
    scripts: Iterable[str], texts: Mapping[str, str], paths: frozenset[str], finds: Importable
) -> Iterator[BuildObstacle]:
    """What the scripts import in any case and do not find; code ``build-script-stops``.

    Parameters:
        scripts: The files that the backend runs.
        texts: The sdist's build files.
        paths: All its files: a script imports those beside it.
        finds: What the build environment holds.
    """
    for path in scripts:
        tree = parse(texts.get(path, ""))
        if isinstance(tree, Unknown):
            continue
        for line, module in _imports(tree):
            why = finds.missing_module(module)
            if why and not _is_own(module, paths):
                yield _stop(f"{path}:{line}", why)
                return
        if all(word in texts[path] for word in _BY_CFFI) and finds.python >= _DISTUTILS_GONE:
            why = finds.missing_module("setuptools")
            if why:
                yield _stop(path, f"it has cffi compile, which takes setuptools; {why}")
                return


def _stop(place: str, why: str) -> BuildObstacle:
    message = f"the build script stops at {place}: {why}"
    return BuildObstacle("build-script-stops", message, place, fatal=True)


def _imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The absolute imports that no condition or handler is around, by line."""
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, each.name) for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module


def _is_own(module: str, paths: frozenset[str]) -> bool:
    root = module.partition(".")[0]
    return any(part in {root, f"{root}.py"} for path in paths for part in path.split("/"))
