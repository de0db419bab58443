"""The page's data, small: every value is written once, however often it occurs."""

from __future__ import annotations

import json
from collections.abc import Hashable
from math import isfinite

from wheelcheck.reports.wording.phrases import clean

__all__ = ["SCRIPT_ESCAPES", "encode"]

SCRIPT_ESCAPES = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}
"""What JSON inside a script element must not hold as it is (HTML, section 4.12.1.3)."""


class _Pool:
    """Values by number, each after those that it is made of.

    An entry is a scalar, or a list of numbers that starts with the number of its keys in `shapes`
    (-1: it is a list).
    """

    def __init__(self) -> None:
        self.shapes: dict[tuple[str, ...], int] = {}
        self._numbers: dict[tuple[type, Hashable], int] = {}
        self._scalars: dict[tuple[type, object], int] = {}

    @property
    def entries(self) -> list[Hashable]:
        return [entry for _, entry in self._numbers]

    def add(self, value: object) -> int:
        """Return the value's number."""
        if isinstance(value, dict):
            shape = self.shapes.setdefault(tuple(value), len(self.shapes))
            return self._number((shape, *map(self.add, value.values())))
        if isinstance(value, list | tuple):
            return self._number((-1, *map(self.add, value)))
        # The type is part of the key: True, 1 and 1.0 are equal, and different values.
        key = (type(value), value)
        if key not in self._scalars:
            self._scalars[key] = self._number(_scalar(value))
        return self._scalars[key]

    def _number(self, entry: Hashable) -> int:
        return self._numbers.setdefault((type(entry), entry), len(self._numbers))


def _scalar(value: object) -> Hashable:
    if isinstance(value, str):
        return "\n".join(map(clean, value.splitlines()))
    if isinstance(value, float) and not isfinite(value):
        return None  # JSON has no such number
    assert value is None or isinstance(value, bool | int | float)
    return value


def encode(value: object) -> str:
    """JSON of ``{"shapes": …, "entries": …}``, safe inside a script element.

    The value itself is the last entry. Strings are cleaned of control characters, line by line.
    """
    pool = _Pool()
    pool.add(value)
    document = {"shapes": list(pool.shapes), "entries": pool.entries}
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.translate(SCRIPT_ESCAPES)
