"""An entry of a report by its name, or the error that names the nearest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from packaging.utils import canonicalize_name

from wheelcheck.errors import NotInReport, near_names

__all__ = ["ByPackage", "ByTarget", "entry"]

_T = TypeVar("_T")
_MOST = 3


def entry(kind: str, name: object, entries: Mapping[str, _T]) -> _T:
    """The entry of that name, or of a value with that name. Raises `NotInReport` for others."""
    name = getattr(name, "name", name)
    if isinstance(name, str) and name in entries:
        return entries[name]
    near = near_names(str(name), entries, _MOST, cutoff=0.5)
    raise NotInReport(kind, str(name), near, () if near else _some(entries))


def _some(names: Mapping[str, object]) -> tuple[str, ...]:
    shown = tuple(names)[:_MOST]
    more = len(names) - len(shown)
    return (*shown, f"{more} more") if more else shown


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
