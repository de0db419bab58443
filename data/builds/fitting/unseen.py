"""By how much intervals must widen to hold on ground that nothing has seen.

What was said of the builds of each list before they were built missed by more than the model misses
where families are left out: those who made it had not yet seen these kinds of builds either. What
was wrong is mended since, so that the next list will be missed by less than the last, and by more
than what is left out. Each build therefore counts twice, as it was missed then and as the present
model misses it without its family, in units of the present interval (a split-conformal correction,
by quantity, kind of build and side).
"""

import csv
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from fitting import fits, rows
from fitting.fits import JOBS, KINDS, Missed
from wheelcheck.costs import intervals, modelled
from wheelcheck.costs.cost_terms import Coefficients
from wheelcheck.costs.quantity import PredictedCost, Quantity
from wheelcheck.costs.unread import unread
from wheelcheck.errors import Unknown

__all__ = ["COVERED", "KINDS", "Judged", "Powers", "coverage", "judged", "powers", "sides", "width"]

LISTS = (
    ("unseen", "held-out", 0.5),
    ("second", "second", 0.5),
    ("fifth", "fifth", 1.0),
    ("sixth", "sixth", 1.0),
    ("sixth-rest", "sixth", 1.0),
    ("eighth", "eighth", 2.0),
    ("ninth", "ninth", 2.0),
    ("tenth_development", "tenth-development", 2.0),
    ("tenth", "tenth", 2.0),
    ("eleventh", "eleventh", 2.0),
    ("eleventh_development", "eleventh-development", 2.0),
    ("twelfth", "twelfth", 2.0),
    ("thirteenth", "thirteenth", 2.0),
    ("fifteenth", "fifteenth", 2.0),
    ("sixteenth", "sixteenth", 2.0),
    ("seventeenth", "seventeenth", 2.0),
)
"""Tables of results (``…-results.csv``), the half of each that was judged as unseen, and how much
its builds weigh: the later the list, the nearer was the model of its day to the present one."""
_ALL = "all together"
"""What `coverage` calls the builds of all lists."""
COVERED = 0.8
"""What intervals should cover of a list that is left out, as it was missed at first sight."""
_SIDES = tuple(side / 200 for side in range(6, 41))
"""What may lie beyond each bound: tried from 3 % to 20 %."""
_VALUES: Mapping[str, Callable[[PredictedCost], Quantity | Unknown]] = {
    "cpu": lambda cost: cost.cpu_seconds,
    "memory": lambda cost: cost.peak_bytes_at(JOBS),
    "size": lambda cost: cost.built_bytes,
}
Powers = Mapping[str, Mapping[str, tuple[float, float]]]
"""Powers of the lower and of the upper bounds, by quantity and kind of build."""
Sides = Mapping[str, Mapping[str, float]]
"""What may lie beyond each bound, likewise."""


@dataclass(frozen=True)
class Judged:
    """One quantity of one build: in units of the distance to the bound that it lies beyond.

    −1 is the lower bound of the present interval, 1 the upper, which lie so far (`low` and `high`,
    as logarithms) from its middle. `then` is what was missed on the day, `now` what the present
    model misses, without the build's family where that is known.
    """

    list: str
    quantity: str
    kind: str
    weight: float
    then: float
    now: float
    low: float
    high: float


def judged(
    folder: Path, features: Path, missed: Iterable[Missed], table: Coefficients
) -> list[Judged]:
    """What was said of the builds of all lists, in units of the intervals of `table`."""
    stored = {key: rows.read_features_of(value) for key, value in rows.stored(features).items()}
    known = {key: value for key, value in stored.items() if unread(value) is None}
    left_out = {(miss.row.name, miss.row.version, miss.row.python): miss for miss in missed}
    found = []
    for name, half, weight in LISTS:
        with (folder / f"{name}-results.csv").open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                key = row["name"], row["version"], row["python"]
                if row["half"] == half and row["outcome"] == "success" and key in known:
                    cost = modelled.modelled_cost(known[key], table)
                    some = _distances(row, cost, left_out.get(key), table)
                    read = modelled.read_build(known[key], table)
                    found += [
                        Judged(name, each, _kind(each, read), weight, *pair) for each, pair in some
                    ]
    return found


def _kind(quantity: str, read: modelled.ReadBuild) -> str:
    return intervals.build_kind(quantity, read.features, read.group, read.seconds)


def _distances(
    row: Mapping[str, str], cost: PredictedCost, miss: Missed | None, table: Coefficients
) -> Iterable[tuple[str, tuple[float, float, float, float]]]:
    for quantity, value in _VALUES.items():
        numbers = [row[f"{quantity}_{end}"] for end in ("measured", "said")]
        now = value(cost)
        if all(text and float(text) > 0 for text in numbers) and isinstance(now, Quantity):
            measured, answer = map(float, numbers)
            then = _distance(math.log(measured / answer), now)
            ends = math.log(now.value / now.low), math.log(now.high / now.value)
            yield quantity, (then, _left_out(quantity, measured, now, miss, table), *ends)


def _left_out(
    quantity: str, measured: float, now: Quantity, miss: Missed | None, table: Coefficients
) -> float:
    """What is missed without the build's family; of sizes, which are seldom known, with it."""
    if miss is None or quantity == "size" or quantity not in miss.truth:
        return _distance(math.log(measured / now.value), now)
    low, high = fits.interval(miss, quantity, table)
    return _distance(miss.error(quantity), Quantity(miss.answers[quantity], low, high, now.basis))


def _distance(missed: float, now: Quantity) -> float:
    bound = now.high / now.value if missed > 0 else now.value / now.low
    return missed / max(1e-3, math.log(bound))


def sides(builds: Sequence[Judged]) -> dict[str, dict[str, float]]:
    """What may lie beyond each bound, so that `COVERED` of a list left out lie inside.

    Later lists weigh more. Builds count as they were missed on the day: the present model knows all
    lists, and leaves out nothing of a package that nobody has looked at but its family.
    """
    return {
        quantity: {
            kind: min(_SIDES, key=partial(_off, _only(builds, quantity, kind)))
            for kind in KINDS
            if _only(builds, quantity, kind)
        }
        for quantity in _VALUES
    }


def _only(builds: Iterable[Judged], quantity: str, kind: str) -> list[Judged]:
    return [build for build in builds if (build.quantity, build.kind) == (quantity, kind)]


def _off(builds: Sequence[Judged], side: float) -> float:
    """How far from `COVERED` builds of one kind are, where `side` may lie beyond each bound."""
    first = builds[0]
    inside = [then for then, _ in _inside_of_lists(builds, {first.quantity: {first.kind: side}})]
    weights = [build.weight for build in builds]
    return abs(float(np.average(inside, weights=weights)) - COVERED)


def powers(builds: Iterable[Judged], beyond: Sides) -> dict[str, dict[str, tuple[float, float]]]:
    """To what powers bounds must be raised, at least 1, by quantity and kind of build.

    No more than the share `beyond` then lies beyond each bound.
    """
    builds = list(builds)
    return {
        quantity: {
            kind: _powers(_only(builds, quantity, kind), side) for kind, side in shares.items()
        }
        for quantity, shares in beyond.items()
    }


def _powers(builds: Sequence[Judged], side: float) -> tuple[float, float]:
    distances = np.array([[build.then, build.now] for build in builds]).ravel()
    weights = np.repeat([build.weight for build in builds], 2)
    order = np.argsort(distances)
    share = (np.cumsum(weights[order]) - weights[order] / 2) / weights.sum()
    low, high = np.interp([side, 1 - side], share, distances[order])
    return max(1.0, float(-low)), max(1.0, float(high))


def _inside_of_lists(builds: Sequence[Judged], beyond: Sides) -> list[tuple[bool, bool]]:
    """Whether each build lies inside what all lists but its own set, then and now."""
    set_by = {
        name: powers((build for build in builds if build.list != name), beyond)
        for name in dict.fromkeys(build.list for build in builds)
    }
    return [_inside(build, set_by[build.list]) for build in builds]


def coverage(builds: Sequence[Judged], beyond: Sides) -> dict[str, dict[str, tuple[float, float]]]:
    """What intervals that all other lists set cover of each list, then and now, by quantity."""
    inside: dict[tuple[str, str], list[tuple[bool, bool]]] = {}
    for build, own in zip(builds, _inside_of_lists(builds, beyond), strict=True):
        for name in (build.list, _ALL):
            inside.setdefault((name, build.quantity), []).append(own)
    return {
        name: {quantity: _shares(inside[name, quantity]) for quantity in beyond}
        for name in (*dict.fromkeys(build.list for build in builds), _ALL)
    }


def width(builds: Iterable[Judged], set_by: Powers) -> dict[str, float]:
    """The mean factor from the lower to the upper bound, by quantity."""
    found: dict[str, list[float]] = {}
    for build in builds:
        low, high = set_by[build.quantity][build.kind]
        found.setdefault(build.quantity, []).append(low * build.low + high * build.high)
    return {quantity: math.exp(float(np.mean(logs))) for quantity, logs in found.items()}


def _shares(inside: Sequence[tuple[bool, bool]]) -> tuple[float, float]:
    then, now = np.mean(inside, axis=0)
    return float(then), float(now)


def _inside(build: Judged, set_by: Powers) -> tuple[bool, bool]:
    low, high = set_by[build.quantity][build.kind]
    return -low <= build.then <= high, -low <= build.now <= high
