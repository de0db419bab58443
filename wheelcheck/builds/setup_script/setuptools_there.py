"""What of a setup script is for want of setuptools, which every build has."""

from __future__ import annotations

import ast

from wheelcheck.builds.setup_script.script_syntax import lines_of, parse, walk
from wheelcheck.errors import Unknown

__all__ = ["lines_in_doubt", "without_setuptools"]

_THERE = frozenset(
    {"Command", "Distribution", "Extension", "build_ext", "build_py", "bdist_egg", "develop"}
    | {"egg_info", "find_packages", "install", "install_lib", "sdist", "setup"}
)
"""What setuptools has had from its first release to its newest."""


def without_setuptools(text: str) -> frozenset[int]:
    """The lines that run only where setuptools cannot be imported.

    They are in handlers of an attempt that imports nothing else, beside what cannot fail so.
    """
    tree = parse(text) if "setuptools" in text else None
    return frozenset(
        line
        for node in (walk(tree) if isinstance(tree, ast.Module) else ())
        if isinstance(node, ast.Try) and _imports_setuptools_alone(node.body)
        for handler in node.handlers
        if _minds_imports(handler)
        for line in lines_of(handler)
    )


def lines_in_doubt(text: str) -> frozenset[int]:
    """The lines that a build may leave out: branches, and imports that may fail.

    Not those that a script keeps from ``egg_info``: every build comes to them.
    """
    tree = parse(text)
    if isinstance(tree, Unknown):
        return frozenset()
    return frozenset(
        line for node in walk(tree) for part in _doubtful(node) for line in lines_of(part)
    )


def _doubtful(node: ast.AST) -> list[ast.stmt | ast.ExceptHandler]:
    if isinstance(node, ast.If):
        test = ast.unparse(node.test)
        return [] if "egg_info" in test or "__name__" in test else [*node.body, *node.orelse]
    if isinstance(node, ast.Try):
        forgiven = any(map(_minds_imports, node.handlers))
        return [*(node.body if forgiven else ()), *node.handlers]
    return []


def _minds_imports(handler: ast.ExceptHandler) -> bool:
    caught = ast.unparse(handler.type) if handler.type is not None else "ImportError"
    return "ImportError" in caught or caught in {"Exception", "BaseException"}


def _imports_setuptools_alone(body: list[ast.stmt]) -> bool:
    imports = [part for part in body if isinstance(part, ast.Import | ast.ImportFrom)]
    others = (part for part in body if part not in imports)
    return bool(imports) and all(map(_is_there, imports)) and all(map(_is_harmless, others))


def _is_there(node: ast.Import | ast.ImportFrom) -> bool:
    if isinstance(node, ast.Import):
        return all(alias.name == "setuptools" for alias in node.names)
    module = node.module or ""
    names = {alias.name for alias in node.names}
    return module.partition(".")[0] == "setuptools" and names <= _THERE


def _is_harmless(node: ast.stmt) -> bool:
    """A definition, or a statement that imports nothing where it stands."""
    simple = isinstance(node, ast.Assign | ast.Expr | ast.Pass)
    return simple or isinstance(node, ast.ClassDef | ast.FunctionDef)
