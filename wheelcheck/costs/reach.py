"""How far a build lies beyond those that the model was fitted to.

A sum of files and megabytes can be carried on for ever, the evidence for it cannot: the largest
measured build has a tenth of the C++ of the largest that people meet. What the model gives for a
kind of source is covered as far as some measured build went; the rest is extrapolation.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

__all__ = ["FAR", "beyond", "reach", "seconds_by_kind"]

FAR = math.log(1.5)
"""From this distance on, half as much again as is covered, an estimate says that it is far."""


def seconds_by_kind(seconds: Mapping[str, float]) -> dict[str, float]:
    """Seconds by kind of source, from seconds by term: old and modern C++ are one kind."""
    found: dict[str, float] = {}
    for term, value in seconds.items():
        kind = term.removeprefix("modern_").split("_", 1)[0]
        found[kind] = found.get(kind, 0.0) + value
    return found


def reach(builds: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """The most seconds of each kind that any of some builds has (seconds by term)."""
    found: dict[str, float] = {}
    for build in builds:
        for kind, value in seconds_by_kind(build).items():
            found[kind] = max(found.get(kind, 0.0), value)
    return found


def beyond(seconds: Mapping[str, float], covered: Mapping[str, float]) -> float:
    """The logarithm of a build's seconds (by term) ÷ those that `covered` (by kind) reaches to.

    0 where every kind of source is within what was measured.
    """
    kinds = seconds_by_kind(seconds)
    within = sum(min(value, covered.get(kind, 0.0)) for kind, value in kinds.items())
    everything = sum(kinds.values())
    return math.log(everything / within) if within > 0 else 0.0
