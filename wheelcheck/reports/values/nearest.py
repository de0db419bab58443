"""An entry of a report by its name, or the error that names the nearest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from packaging.utils import canonicalize_name

from wheelcheck.errors import NotInReport

__all__ = ["ByPackage", "ByTarget", "entry"]

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


class ByTarget(dict[str, _T]):
    """Entries by the names of targets; `[]` of another raises `NotInReport`, a KeyError."""

    def __missing__(self, name: object) -> _T:
        return entry("target", name, self)


class ByPackage(dict[str, _T]):
    """Entries by the names of packages, `[]` in any spelling (PEP 503).

    `[]` of a name that is not there raises `NotInReport`, a KeyError.
    """

    def __missing__(self, name: object) -> _T:
        return entry("package", canonicalize_name(str(getattr(name, "name", name))), self)
