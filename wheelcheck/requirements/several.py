"""Arguments that take several values: any iterable, read once, but no single string."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wheelcheck.errors import UsageError

__all__ = ["several"]


def several(name: str, given: object) -> list[Any]:
    """The values as a list; none for None.

    Raises `UsageError` for a single string, whose letters would be taken, and for what is not
    iterable. `name` is that of the argument.
    """
    if given is None:
        return []
    if isinstance(given, str):
        raise UsageError(f"{name} wants a list of strings, not one string")
    if isinstance(given, bytes) or not isinstance(given, Iterable):
        raise UsageError(f"{name} wants a list of strings, not {given!r}")
    return list(given)
