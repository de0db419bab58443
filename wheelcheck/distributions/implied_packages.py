"""What a package of a distribution brings along, by a table (`implied_packages.csv`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from wheelcheck.distributions.distribution import Family
from wheelcheck.tables import read_table

__all__ = ["implied_packages", "is_metapackage", "with_implied"]


@cache
def implied_packages() -> Mapping[tuple[Family, str], tuple[str, ...]]:
    """By family and name of a package: the packages that it brings along."""
    rows = read_table("distributions/implied_packages.csv")
    return {(Family(row["family"]), row["package"]): tuple(row["brings"].split()) for row in rows}


@cache
def _metapackages() -> frozenset[tuple[Family, str]]:
    rows = read_table("distributions/implied_packages.csv")
    return frozenset((Family(row["family"]), row["package"]) for row in rows if row["metapackage"])


def is_metapackage(name: str, family: Family) -> bool:
    """Whether a package holds nothing itself and is there for what it brings along."""
    return (family, name) in _metapackages()


def with_implied(names: Iterable[str], family: Family) -> frozenset[str]:
    """These packages and all that come along with them, directly or not."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += implied_packages().get((family, name), ())
            if family is Family.APK and name.endswith("-dev"):
                waiting.append("pkgconf")  # abuild adds it to all that has a .pc file
    return frozenset(found)
