"""How well one measured build speaks for another release of its project."""

import math
from collections.abc import Callable, Sequence
from itertools import permutations

from fitting import fits
from fitting.fits import Spread
from fitting.rows import Row
from wheelcheck.costs import modelled
from wheelcheck.costs.cost_terms import Coefficients

AS_MEASURED = 1.2
"""Repeated builds differ by 1.08 in 8 of 10 cases; compilers and C libraries by up to 1.2."""
OTHER_PYTHON = 1.35
"""The same release on another Python: other generated code, other build requirements."""
_VALUES: dict[str, Callable[[Row], float]] = {
    "cpu": lambda row: row.cpu,
    "memory": lambda row: row.peak_process or 0.0,
    "size": lambda row: float(row.extension),
}


def pair_errors(rows: Sequence[Row], table: Coefficients) -> dict[str, dict[str, list[float]]]:
    """Logarithms of a build ÷ what another version of its project says of it.

    ``scaled`` by the size of the sources, as prediction does it, and ``unscaled``; every pair of
    versions counts both ways.
    """
    pairs = [
        (first, other)
        for first, other in permutations(rows, 2)
        if first.name == other.name and first.version != other.version and first.features.compiles
    ]
    found: dict[str, dict[str, list[float]]] = {}
    for quantity, value in _VALUES.items():
        errors = found[quantity] = {"scaled": [], "unscaled": []}
        for first, other in pairs:
            if value(first) and value(other):
                plain = math.log(value(other) / value(first))
                grown = 0.0 if quantity == "memory" else _growth(first, other, table)
                errors["unscaled"].append(plain)
                errors["scaled"].append(plain - grown)
    return found


def _growth(first: Row, other: Row, table: Coefficients) -> float:
    seconds = (
        modelled.source_seconds(modelled.settled(row.features, table), table)
        for row in (other, first)
    )
    return math.log(next(seconds) / next(seconds))


def spreads(rows: Sequence[Row], table: Coefficients, bounds: Spread) -> Spread:
    """All intervals: of the model, of scaling between versions, and of a measured build itself."""
    found = dict(bounds)
    for quantity, errors in pair_errors(rows, table).items():
        for how, some in errors.items():
            found[quantity][how] = fits.decile_factors(some, some)
        found[quantity]["measured"] = (1 / AS_MEASURED, AS_MEASURED)
        found[quantity]["measured_elsewhere"] = (1 / OTHER_PYTHON, OTHER_PYTHON)
    return found
