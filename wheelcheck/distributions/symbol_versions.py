"""Which versions of symbols the run-time libraries of Debian's releases define."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from wheelcheck.tables import read_table

__all__ = ["symbol_versions"]


def symbol_versions(release: str, soname: str) -> frozenset[str] | None:
    """The versions that a library of a Debian release defines; None where the table has no row.

    Parameters:
        release: ``13``.
        soname: ``libstdc++.so.6``.
    """
    return _table().get((release, soname))


@cache
def _table() -> Mapping[tuple[str, str], frozenset[str]]:
    rows = read_table("distributions/symbol_versions.csv")
    return {(row["release"], row["soname"]): frozenset(row["versions"].split()) for row in rows}
