"""A build backend that is part of its sdist and cannot build it (`backend-path`, PEP 517)."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator

from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.sdist.build_system import BuildSystem
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.setup_script.script_syntax import children, parse
from wheelcheck.errors import Unknown
from wheelcheck.requirements.projects.project_modules import backend_places

__all__ = ["own_backend_obstacles"]

_HOOK = "build_wheel"
"""The one hook without which no frontend makes a wheel; the others may be left out."""
_SOURCE = "PEP 517"
_BINDS_UNSEEN = ("setattr", "globals", "sys.modules", "__dict__", "exec", "eval")
"""Words of modules that may bind names by other ways than statements, be it in a function that
they call (PyYAML's backend)."""


def own_backend_obstacles(
    system: BuildSystem, contents: SdistContents, *, complete: bool
) -> Iterator[BuildObstacle]:
    """Yield why a backend below `backend-path` does not load, or has no hook to build with.

    `complete` says that all files of the sdist are known. A backend that is an object of its module
    (``module:object``) is not looked into.
    """
    module, _, inside = system.backend.partition(":")
    bases = backend_places(system.backend, system.backend_path)
    if not bases:
        return
    found = next(_files_of(bases, contents.paths), None)
    if found is None:
        if complete and not _is_compiled(bases, contents.paths):
            where = ", ".join(system.backend_path)
            message = f"the build backend {module} is not in backend-path ({where})"
            yield BuildObstacle("backend-missing", message, _SOURCE, fatal=True)
    elif not inside and found in contents.texts and _lacks_hook(contents.texts[found]):
        message = f"the build backend {found} has no {_HOOK}"
        yield BuildObstacle("backend-without-hook", message, _SOURCE, fatal=True)


def _files_of(bases: Iterable[str], paths: Collection[str]) -> Iterator[str]:
    """Where a backend is found, the first place first."""
    for base in bases:
        yield from (path for path in (f"{base}/__init__.py", f"{base}.py") if path in paths)


def _is_compiled(bases: Iterable[str], paths: Iterable[str]) -> bool:
    """Whether a backend may be an extension module, or a package without ``__init__.py``."""
    starts = tuple(start for base in bases for start in (f"{base}.", f"{base}/"))
    return any(path.startswith(starts) for path in paths)


def _lacks_hook(text: str) -> bool:
    """Whether a module binds no name of the hook, by whatever statement."""
    tree = parse(text)
    if isinstance(tree, Unknown) or any(word in text for word in _BINDS_UNSEEN):
        return False
    return set(_bound(tree)).isdisjoint({_HOOK, "*", "__getattr__"})


def _bound(tree: ast.AST) -> Iterator[str]:
    """Names that a module's own statements bind or use: functions are not entered."""
    for node in children(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
            continue
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]
        yield from _bound(node)
