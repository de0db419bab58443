"""What to do instead, where a table knows: other projects, packages of the distribution."""

from wheelcheck.advice.tables import (
    DistributionPackage,
    Replacement,
    distribution_package,
    replacements_of,
)

__all__ = ["DistributionPackage", "Replacement", "distribution_package", "replacements_of"]
