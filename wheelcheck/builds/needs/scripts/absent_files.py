"""Conditions of scripts on files and folders that a fresh build does not find."""

from __future__ import annotations

import ast

__all__ = ["clones", "is_absent", "is_left_over"]

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
    negated = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
    return isinstance(test, ast.UnaryOp) and negated and is_left_over(test.operand)


def clones(statement: ast.AST) -> bool:
    """Whether a statement clones a repository, which an sdist has not: it lacks the folder."""
    words = [part.value for part in ast.walk(statement) if isinstance(part, ast.Constant)]
    return "git" in words and "clone" in words
