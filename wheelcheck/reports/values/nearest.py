"""An entry of a report by its name, or the error that names the nearest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from wheelcheck.errors import NotInReport

__all__ = ["entry"]

_T = TypeVar("_T")
_MOST = 3


def entry(kind: str, name: object, entries: Mapping[str, _T]) -> _T:
    """The entry of that name, or of a value with that name. Raises `NotInReport` for others."""
    name = getattr(name, "name", name)
    if isinstance(name, str) and name in entries:
        return entries[name]
    from difflib import get_close_matches  # for mistakes alone

    near = get_close_matches(str(name), entries, _MOST, 0.5) or list(entries)[:_MOST]
    raise NotInReport(kind, str(name), tuple(near))
