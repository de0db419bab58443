"""What to do instead, where a table knows: other projects, packages of the distribution."""

from wheelcheck.advice.tables import (
    DistributionPackage,
    ExtraIndex,
    Replacement,
    distribution_package,
    extra_indexes_for,
    replacements_of,
)

__all__ = [
    "DistributionPackage",
    "ExtraIndex",
    "Replacement",
    "distribution_package",
    "extra_indexes_for",
    "replacements_of",
]
