"""The codes of findings about a Dockerfile, with what each means and its source."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from wheelcheck.tables import read_table

__all__ = ["finding_codes"]


@cache
def finding_codes() -> Mapping[str, Mapping[str, str]]:
    """`finding_codes.csv` by code, what costs most first."""
    return {row["code"]: row for row in read_table("reports/values/finding_codes.csv")}
