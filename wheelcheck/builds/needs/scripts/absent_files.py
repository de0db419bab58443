"""Conditions of scripts on files and folders that a fresh build does not find."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from wheelcheck.builds.setup_script.script_syntax import walk

__all__ = ["is_absent", "is_left_over", "prepares"]

_SHELL = re.compile(r"\b(?:ba)?sh +\S+\.sh\b")
_EXISTS = {"exists", "is_dir", "is_file", "isdir", "isfile"}


def is_left_over(test: ast.expr) -> bool:
    """Whether a condition asks for a file or folder whose place the script makes up."""
    name = test.func if isinstance(test, ast.Call) else None
    asks = getattr(name, "attr", getattr(name, "id", "")) in _EXISTS
    return asks and not any(text.startswith("/") for text in _texts(test))


def is_absent(test: ast.expr) -> bool:
    """Whether a condition holds where such a file or folder is not there."""
    match test:
        case ast.BoolOp(values=values):
            return all(map(is_absent, values))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return is_left_over(operand)
        case _:
            return False


def prepares(statement: ast.AST) -> bool:
    """Whether a statement clones a repository or runs a shell script: it makes what is absent."""
    texts = set(_texts(statement))
    return {"git", "clone"} <= texts or any(map(_SHELL.search, texts))


def _texts(node: ast.AST) -> Iterator[str]:
    """The strings in a part of a script."""
    for part in walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value
