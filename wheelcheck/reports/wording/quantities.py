"""Seconds, bytes and estimates in words, as every rendering shows them."""

from __future__ import annotations

from collections.abc import Callable

from wheelcheck.reports.values.cost_values import Estimate

__all__ = ["BASIS", "duration", "estimated", "interval", "size"]

_MINUTE, _HOUR = 60, 3600
_SHORT = 10

BASIS = {
    "exact": "exact",
    "measured": "measured",
    "scaled": "scaled from a measured release",
    "modelled": "modelled",
    "derived": "derived from estimates",
}
"""How each `Estimate.basis` reads."""


def duration(seconds: float) -> str:
    """``0.4 s``, ``45 s``, ``3.5 min``, ``34 min``, ``1 h 42 min``."""
    if round(seconds) < 1.5 * _MINUTE:
        return f"{_short(seconds)} s"
    minutes = seconds / _MINUTE
    if round(minutes) < 1.5 * _MINUTE:
        return f"{_short(minutes)} min"
    hours, rest = divmod(round(minutes), _MINUTE)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def _short(number: float) -> str:
    """A decimal for small numbers alone: ``3.5``, ``4``, ``34``."""
    return f"{number:.1f}".removesuffix(".0") if number < _SHORT else f"{number:.0f}"


def size(count: float) -> str:
    """``812 B``, ``4.2 kB``, ``35 MB``, ``1.2 GB``: powers of 1000, as pip and uv print them."""
    thousand = 1000
    for unit in ("B", "kB", "MB", "GB"):
        if round(count) < thousand or unit == "GB":
            break
        count /= thousand
    return f"{_short(count)} {unit}"


def interval(estimate: Estimate, words: Callable[[float], str]) -> str:
    """``28–45 min``, ``50 s – 2 min``; "" where the number is exact."""
    low, high = words(estimate.low), words(estimate.high)
    if low == high:
        return ""
    number, _, unit = low.partition(" ")
    if unit == high.partition(" ")[2]:
        return f"{number}–{high}"
    return f"{low} – {high}"


def estimated(estimate: Estimate, words: Callable[[float], str]) -> str:
    """``34 min (28–45 min)``."""
    between = interval(estimate, words)
    text = words(estimate.value)
    return f"{text} ({between})" if between else text
