"""Truths that may not be known: True, False, or None where only the target or a build knows."""

from __future__ import annotations

import ast
from collections.abc import Collection

__all__ = ["all_of", "any_of", "joined_by", "opposite"]


def all_of(truths: Collection[bool | None]) -> bool | None:
    """The truth of ``a and b``: False already where one of them is."""
    if False in truths:
        return False
    return None if None in truths else True


def any_of(truths: Collection[bool | None]) -> bool | None:
    """The truth of ``a or b``: True already where one of them is."""
    if True in truths:
        return True
    return None if None in truths else False


def joined_by(operator: ast.boolop, truths: Collection[bool | None]) -> bool | None:
    """The truth of Python's ``a and b``, or ``a or b``, by the operator of its syntax tree."""
    return any_of(truths) if isinstance(operator, ast.Or) else all_of(truths)


def opposite(truth: bool | None) -> bool | None:  # noqa: FBT001 (a truth is all that it takes)
    """The truth of ``not a``."""
    return None if truth is None else not truth
