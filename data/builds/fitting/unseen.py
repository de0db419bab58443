"""By how much intervals must widen to hold on ground that nothing has seen.

What was said of the builds of each list before they were built missed by more than the model misses
where families are left out: those who made it had not yet seen these kinds of builds either. The
intervals that the present model gives are held against what was missed on those days (a
split-conformal correction, by quantity and by side).
"""

import csv
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fitting import rows
from fitting.fits import JOBS
from wheelcheck.costs import modelled
from wheelcheck.costs.cost_terms import Coefficients
from wheelcheck.costs.quantity import PredictedCost, Quantity
from wheelcheck.errors import Unknown

LISTS = (
    ("unseen", "held-out"),
    ("second", "second"),
    ("fifth", "fifth"),
    ("sixth", "sixth"),
    ("sixth-rest", "sixth"),
)
"""Tables of results (``…-results.csv``), and the half of each that was judged as unseen."""
SIDE = 0.1
"""What may lie beyond each bound of an interval of 80 %."""
_VALUES: Mapping[str, Callable[[PredictedCost], Quantity | Unknown]] = {
    "cpu": lambda cost: cost.cpu_seconds,
    "memory": lambda cost: cost.peak_bytes_at(JOBS),
    "size": lambda cost: cost.built_bytes,
}
Powers = Mapping[str, Mapping[str, tuple[float, float]]]
"""Powers of the lower and of the upper bounds, by quantity and size of the build."""
SIZES = ("small", "large")


@dataclass(frozen=True)
class Judged:
    """One quantity of one build: in units of the distance to the bound that it lies beyond.

    −1 is the lower bound of the present interval, 1 the upper.
    """

    list: str
    quantity: str
    size: str
    distance: float


def judged(folder: Path, features: Path, table: Coefficients) -> list[Judged]:
    """What was said of the builds of all lists, in units of the intervals of `table`."""
    known = {key: rows.read_features_of(value) for key, value in rows.stored(features).items()}
    found = []
    for name, half in LISTS:
        with (folder / f"{name}-results.csv").open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                key = row["name"], row["version"], row["python"]
                if row["half"] == half and row["outcome"] == "success" and key in known:
                    cost = modelled.modelled_cost(known[key], table)
                    found += list(_distances(name, row, cost))
    return found


def _distances(name: str, row: Mapping[str, str], cost: PredictedCost) -> Iterable[Judged]:
    seconds = cost.cpu_seconds
    large = isinstance(seconds, Quantity) and seconds.value >= modelled.LARGE
    for quantity, value in _VALUES.items():
        numbers = [row[f"{quantity}_{end}"] for end in ("measured", "said")]
        now = value(cost)
        if all(text and float(text) > 0 for text in numbers) and isinstance(now, Quantity):
            measured, answer = map(float, numbers)
            yield Judged(name, quantity, SIZES[large], _distance(measured, answer, now))


def _distance(measured: float, answer: float, now: Quantity) -> float:
    missed = math.log(measured / answer)
    bound = now.high / now.value if missed > 0 else now.value / now.low
    return missed / max(1e-3, math.log(bound))


def powers(builds: Iterable[Judged]) -> dict[str, dict[str, tuple[float, float]]]:
    """To what powers bounds must be raised, so that a tenth lies beyond each; at least 1."""
    builds = list(builds)
    return {
        quantity: {
            size: _powers([b.distance for b in builds if (b.quantity, b.size) == (quantity, size)])
            for size in SIZES
        }
        for quantity in _VALUES
    }


def _powers(distances: Sequence[float]) -> tuple[float, float]:
    low, high = np.quantile(distances, [SIDE, 1 - SIDE])
    return max(1.0, float(-low)), max(1.0, float(high))


def coverage(builds: Sequence[Judged]) -> dict[str, dict[str, float]]:
    """What intervals that all other lists set would have covered of each list, by quantity."""
    found: dict[str, dict[str, float]] = {}
    for name in dict.fromkeys(build.list for build in builds):
        set_by = powers(build for build in builds if build.list != name)
        own = [build for build in builds if build.list == name]
        found[name] = {
            quantity: float(np.mean([_inside(b, set_by) for b in own if b.quantity == quantity]))
            for quantity in _VALUES
        }
    return found


def _inside(build: Judged, set_by: Powers) -> bool:
    low, high = set_by[build.quantity][build.size]
    return -low <= build.distance <= high
