"""Sdists that exist only to fail: their setup script raises, whatever the command."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from wheelcheck.builds.setup_script.script_syntax import parse, walk
from wheelcheck.errors import Unknown

__all__ = ["is_stub"]

_EXITS = {"exit", "_exit", "abort"}
_COMMANDS = {"install", "bdist_wheel", "build", "build_py", "egg_info"}


def is_stub(text: str) -> bool:
    """Whether a ``setup.py`` can only raise.

    True where it raises or exits unconditionally before any call of `setup()`, and where the
    commands it hands to `setup()` for installing do nothing else. Nothing is run; a script that
    cannot be parsed is no stub.
    """
    tree = parse(text)
    if isinstance(tree, Unknown):
        return False
    for statement in _straight(tree.body):
        if isinstance(statement, ast.Raise) or _exits(statement):
            return True
        if any(_called(node) == "setup" for node in walk(statement)):
            return _commands_only_raise(tree, statement)
    return False


def _straight(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run without a condition; ``if __name__ == "__main__"`` is none.

    They end at a condition that holds a call of `setup()`: what follows may never be reached.
    """
    for statement in body:
        if isinstance(statement, ast.With) or (
            isinstance(statement, ast.If) and _is_main(statement)
        ):
            yield from _straight(statement.body)
        elif isinstance(statement, ast.If | ast.Try):
            if any(_called(node) == "setup" for node in walk(statement)):
                return
        elif not isinstance(statement, ast.FunctionDef | ast.ClassDef):
            yield statement


def _is_main(statement: ast.If) -> bool:
    """``if __name__ == "__main__":``, as a build runs it; Nuitka's ``!=`` is for imports."""
    return (
        isinstance(statement.test, ast.Compare)
        and isinstance(statement.test.ops[0], ast.Eq)
        and "__name__" in ast.dump(statement.test)
    )


def _called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return str(getattr(node.func, "attr", getattr(node.func, "id", "")))


def _exits(statement: ast.stmt) -> bool:
    """``sys.exit(…)``: whatever the status, nothing was built."""
    return isinstance(statement, ast.Expr) and _called(statement.value) in _EXITS


def _commands_only_raise(tree: ast.Module, statement: ast.stmt) -> bool:
    """Whether `cmdclass` names classes of this script whose `run` only raises."""
    raising = {
        node.name
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        if any(_only_raises(method) for method in node.body)
    }
    return any(raising & _classes(node.value) for node in walk(statement) if _is_cmdclass(node))


def _is_cmdclass(node: ast.AST) -> TypeGuard[ast.keyword]:
    return isinstance(node, ast.keyword) and node.arg == "cmdclass"


def _classes(value: ast.expr) -> set[str]:
    """Names of the classes that a `cmdclass` dictionary gives to commands of an installation."""
    if not isinstance(value, ast.Dict):
        return set()
    return {
        command.id
        for key, command in zip(value.keys, value.values, strict=True)
        if isinstance(key, ast.Constant) and key.value in _COMMANDS
        if isinstance(command, ast.Name)
    }


def _only_raises(method: ast.stmt) -> bool:
    return (
        isinstance(method, ast.FunctionDef)
        and method.name in {"run", "__init__", "initialize_options", "finalize_options"}
        and isinstance(method.body[-1], ast.Raise)
        and all(isinstance(item, ast.Expr | ast.Assign | ast.Raise) for item in method.body)
    )
