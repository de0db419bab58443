"""Tables of advice; each row names its source."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from msgspec import Struct
from packaging.utils import NormalizedName

from wheelcheck.tables import read_table
from wheelcheck.targets import Implementation, Target

TYPE_CHECKING = False
if TYPE_CHECKING:  # with all that is known of distributions
    from wheelcheck.distributions.distribution import Distribution

__all__ = [
    "DistributionPackage",
    "ExtraIndex",
    "Replacement",
    "distribution_package",
    "extra_indexes_for",
    "replacements_of",
]


class Replacement(Struct, frozen=True):
    """Another project that does the same job: what to require instead, and what to mind."""

    requirement: str
    caveat: str
    source: str


class DistributionPackage(Struct, frozen=True):
    """A package of the distribution that brings a project, built for its own Python."""

    package: str
    version: str
    source: str


class ExtraIndex(Struct, frozen=True):
    """An index of wheels besides the public one: what it is for, and what to mind."""

    name: str
    scope: str
    caveat: str
    source: str


def extra_indexes_for(target: Target) -> tuple[ExtraIndex, ...]:
    """Indexes that are alive, with wheels for this libc, Python and CPU (`extra_indexes.csv`)."""
    if target.free_threaded or target.implementation is not Implementation.CPYTHON:
        return ()
    python = "{}.{}".format(*target.python)
    return tuple(
        ExtraIndex(row["name"], row["scope"], row["caveat"], row["source"])
        for row in read_table("advice/extra_indexes.csv")
        if row["libc"] == target.libc
        and python in row["pythons"].split()
        and target.arch.value in row["architectures"].split()
    )


@cache
def _replacements() -> Mapping[str, tuple[Replacement, ...]]:
    found: dict[str, tuple[Replacement, ...]] = {}
    for row in read_table("advice/replacements.csv"):
        replacement = Replacement(row["replacement"], row["caveat"], row["source"])
        found[row["project"]] = (*found.get(row["project"], ()), replacement)
    return found


def replacements_of(name: NormalizedName) -> tuple[Replacement, ...]:
    """Maintained projects that can stand in for one, the closest first (`replacements.csv`)."""
    return _replacements().get(name, ())


@cache
def _distribution_rows() -> Mapping[str, Mapping[str, str]]:
    return {row["project"]: row for row in read_table("advice/distribution_packages.csv")}


def distribution_package(
    name: NormalizedName, distribution: Distribution
) -> DistributionPackage | None:
    """The distribution's own package of a project, None where the table has none.

    `distribution_packages.csv` knows those of Alpine (edge) and Debian 12 and 13, as of the date
    in its source.
    """
    row = _distribution_rows().get(name, {})
    alpine = distribution.name == "alpine"
    cell = row.get("alpine" if alpine else f"{distribution.name}-{distribution.release}", "")
    if not cell:
        return None
    source = row["alpine_source" if alpine else "debian_source"]
    if "testing/" in source:  # not in the repositories that an image of Alpine has
        return None
    package, version = cell.split()
    return DistributionPackage(package, version, source)
