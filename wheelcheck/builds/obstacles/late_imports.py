"""Imports in functions of build scripts that fail where the script comes to them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from itertools import takewhile

from wheelcheck.builds.obstacles.importable import Importable
from wheelcheck.builds.obstacles.setup_run.sdist_modules import named_scripts
from wheelcheck.builds.obstacles.setup_run.stop import Stop, catching
from wheelcheck.builds.setup_script.script_syntax import parse
from wheelcheck.errors import Unknown

__all__ = ["late_imports", "path_imports"]

_CHOOSES = ("version", "PY2", "PY3", "platform", "name", "hex", "win", "darwin", "TYPE_CHECKING")
"""Words of conditions that may keep the present Python from an import."""
_GONE = " is gone since Python "
_PATHS = frozenset({"__str__", "__fspath__"})
"""Methods by which an object among the folders of headers says its path."""
_RUN_BY_BUILDS = ("build_ext", "build_py", "Extension")


def late_imports(texts: Mapping[str, str], finds: Importable) -> Iterator[Stop]:
    """The first import of a module that Python has no more, in a function that may be called.

    Those in `try:` and below conditions on Python or the system do not count, nor do functions
    that nothing names.
    """
    scripts = dict(named_scripts(texts))
    words = "\n".join(scripts.values())
    for path, text in scripts.items():
        tree = parse(text) if "import" in text else None
        if tree is None or isinstance(tree, Unknown):
            continue
        for function in _functions(tree):
            if words.count(function.name) < 2 and not _is_called_by_builds(function, words):  # noqa: PLR2004 (its definition is one)
                continue
            for node, module in _imports(function.body):
                why = finds.missing_module(module)
                if _GONE in why:
                    yield Stop("ModuleNotFoundError", why, f"{path}:{node.lineno}")
                    return


def path_imports(texts: Mapping[str, str], finds: Importable) -> Iterator[Stop]:
    """The first import that fails in a class whose objects are paths, if a setup script makes any.

    Compilers are called with the texts of all folders of headers, so that each extension module
    that compiles comes to it.
    """
    tree = parse(texts.get("setup.py", ""))
    if isinstance(tree, Unknown):
        return
    made = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    for kind in tree.body:
        if not isinstance(kind, ast.ClassDef) or kind.name not in made:
            continue
        for function in kind.body:
            if not isinstance(function, ast.FunctionDef) or function.name not in _PATHS:
                continue
            for node, module in _imports(list(takewhile(_is_import, function.body))):
                if why := finds.missing_module(module):
                    yield Stop("ModuleNotFoundError", why, f"setup.py:{node.lineno}")
                    return


def _is_import(part: ast.stmt) -> bool:
    return isinstance(part, ast.Import | ast.ImportFrom | ast.Expr)


def _is_called_by_builds(function: ast.FunctionDef, words: str) -> bool:
    return function.name in {"run", "build_extension", "build_extensions"} and any(
        word in words for word in _RUN_BY_BUILDS
    )


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _imports(body: list[ast.stmt]) -> Iterator[tuple[ast.stmt, str]]:
    """The imports of statements, and the modules they name, as far as none of them returns."""
    for part in body:
        if any(isinstance(inner, ast.Return) for inner in ast.walk(part)):
            return
        if isinstance(part, ast.Import):
            yield from ((part, alias.name) for alias in part.names)
        elif isinstance(part, ast.ImportFrom) and not part.level and part.module:
            yield part, part.module
        elif isinstance(part, ast.If):
            if not any(word in ast.unparse(part.test) for word in _CHOOSES):
                yield from _imports([*part.body, *part.orelse])
        elif isinstance(part, ast.Try):
            if catching(part.handlers, "ModuleNotFoundError") is None:
                yield from _imports(part.body)
        elif isinstance(part, ast.For | ast.While | ast.With):
            yield from _imports(part.body)
