"""Conditions of scripts on files and folders that a fresh build does not find."""

from __future__ import annotations

import ast
import re
from typing import TypeGuard

__all__ = ["is_absent", "is_left_over", "prepares"]

_SHELL = re.compile(r"\b(?:ba)?sh +\S+\.sh\b")
_EXISTS = {"exists", "is_dir", "is_file", "isdir", "isfile"}


def is_left_over(test: ast.expr) -> bool:
    """Whether a condition asks for a file or folder whose place the script makes up."""
    name = test.func if isinstance(test, ast.Call) else None
    texts = (part.value for part in ast.walk(test) if isinstance(part, ast.Constant))
    return getattr(name, "attr", getattr(name, "id", "")) in _EXISTS and not any(
        isinstance(text, str) and text.startswith("/") for text in texts
    )


def is_absent(test: ast.expr) -> bool:
    """Whether a condition holds where such a file or folder is not there."""
    if isinstance(test, ast.BoolOp):
        return all(map(is_absent, test.values))
    negated = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
    return isinstance(test, ast.UnaryOp) and negated and is_left_over(test.operand)


def prepares(statement: ast.AST) -> bool:
    """Whether a statement clones a repository or runs a shell script: it makes what is absent."""
    words = [part.value for part in ast.walk(statement) if isinstance(part, ast.Constant)]
    return {"git", "clone"} <= set(words) or any(map(_SHELL.search, filter(_is_text, words)))


def _is_text(word: object) -> TypeGuard[str]:
    return isinstance(word, str)
