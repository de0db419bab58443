"""The intervals around what the model says of a build, by what it goes by and by kind of build."""

from __future__ import annotations

import math

from wheelcheck.costs.cost_terms import Coefficients
from wheelcheck.costs.wheel_reading import PublishedReading, hides_work, is_by_mypyc, work_kind
from wheelcheck.costs.workload.features import BuildFeatures

__all__ = ["LARGE", "bounds", "build_kind", "reading_class"]

LARGE = 2.0
"""Modelled seconds from which on a build is large: estimates of small builds are surer."""


def reading_class(
    features: BuildFeatures, reading: PublishedReading | None, table: Coefficients
) -> str:
    """Which intervals apply: the better the evidence, the narrower.

    Builds that CMake (or a like tool) runs are a class of their own: few were measured, and what
    they switch on and off by themselves is not read. So is C++ without a published wheel that
    agrees: how often a template is instantiated is not read either; and what compiles more than
    the sdist shows.
    """
    if not features.compiles:
        return "hidden" if features.hidden else "pure"
    agrees = reading is not None and abs(reading.distance) < math.log(2)
    if is_by_mypyc(features) or (not agrees and hides_work(features)):
        return "hidden"
    if features.backend == "native":
        return "native"
    if agrees:
        return "agreeing"
    if work_kind(features, table) == "cpp":
        return "templates"
    return "sources" if reading is None else "differing"


def build_kind(quantity: str, features: BuildFeatures, group: str, seconds: float) -> str:
    """Which builds go astray alike in a quantity where nothing has seen them.

    ``pure`` where nothing compiles, else ``large`` from `LARGE` modelled seconds on. In memory
    those that compile several files at once are apart (``parallel``), in size those of which the
    sdist does not show all (``hidden``). `group` is the class of evidence.
    """
    if not features.compiles:
        return "pure"
    if quantity == "memory" and features.parallel:
        return "parallel"
    if quantity == "size" and group == "hidden":
        return "hidden"
    return "large" if seconds >= LARGE else "small"


def bounds(
    quantity: str, features: BuildFeatures, group: str, seconds: float, table: Coefficients
) -> tuple[float, float]:
    """Factors at the 10 % and the 90 % point of what was modelled of a build of so many seconds.

    `group` is the class of evidence. ``other`` is what is not compiled (`other_size`).
    """
    evidence = group
    if quantity == "other":
        evidence = "published" if features.wheel else "listed"
    low, high = table.spread[quantity][evidence]
    of = "size" if quantity == "other" else quantity
    power_low, power_high = table.unseen[of][build_kind(of, features, group, seconds)]
    return low**power_low, high**power_high
