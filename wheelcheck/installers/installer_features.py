"""What ``pip --use-feature`` may name, by release (`features.csv`).

A feature that is always on stays known; a name that pip does not know ends the command.
"""

from __future__ import annotations

from functools import cache

from packaging.version import Version

from wheelcheck.tables import read_table

__all__ = ["features_of"]


@cache
def features_of(version: Version) -> tuple[str, ...]:
    """The features that a release of pip knows, in the order of their release."""
    return tuple(
        row["feature"]
        for row in read_table("installers/features.csv")
        if Version(row["since"]) <= version
        and (not row["before"] or version < Version(row["before"]))
    )
