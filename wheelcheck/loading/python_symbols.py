"""Symbols of CPython's API: since when they are there, and since when they are promised.

Source: `stable_abi.csv`, made by ``data/loading/stable_abi.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from msgspec import Struct

from wheelcheck.tables import read_table

__all__ = ["PythonSymbol", "notable_symbols", "python_symbol"]

_MOST_NOTABLE = 8
_EVERY_PYTHON = (3, 7)
"""Symbols that have been there so long concern nobody."""


class PythonSymbol(Struct, frozen=True):
    """A symbol, with the first CPython that promised it (None: never) and the first that had it.

    `exported_until` is the last that had it; None where the newest has it.
    """

    name: str
    stable_since: tuple[int, int] | None
    exported_since: tuple[int, int]
    exported_until: tuple[int, int] | None = None


def python_symbol(name: str) -> PythonSymbol | None:
    """What the table says of a symbol; None for a name that no CPython is known to have."""
    return _symbols().get(name)


def notable_symbols(names: Iterable[str]) -> tuple[str, ...]:
    """Of the symbols that a file uses, those that not every CPython has or promises.

    If there are none, one of the others, as a sign that the file uses Python at all.
    """
    known = [symbol for name in names if (symbol := _symbols().get(name))]
    private = [each for each in known if each.stable_since is None]
    newer = [each for each in known if each.stable_since and each.stable_since > _EVERY_PYTHON]
    newer.sort(key=lambda each: (each.stable_since or _EVERY_PYTHON, each.name), reverse=True)
    latest = sorted(private, key=_concern, reverse=True)
    notable = (*newer[:_MOST_NOTABLE], *latest[:_MOST_NOTABLE]) or known[:1]
    return tuple(each.name for each in notable)


def _concern(symbol: PythonSymbol) -> tuple[bool, tuple[int, int], str]:
    """The order of private symbols: those that a CPython has lost, then the newest."""
    return symbol.exported_until is not None, symbol.exported_since, symbol.name


@cache
def _symbols() -> Mapping[str, PythonSymbol]:
    return {
        row["symbol"]: PythonSymbol(
            row["symbol"],
            _version(row["stable_since"]),
            _version(row["exported_since"]) or (3, 2),
            _version(row["exported_until"]),
        )
        for row in read_table("loading/stable_abi.csv")
    }


def _version(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    major, minor = text.split(".")
    return int(major), int(minor)
