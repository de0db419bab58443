"""The tables of facts that lie beside the code: CSV with a header, each row with its source.

``tables.csv`` lists all of them with the day as of which they are true and how they are refreshed;
``.github/TABLES.md`` explains their columns.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files

__all__ = ["read_table", "table_date"]


@cache
def read_table(path: str) -> tuple[Mapping[str, str], ...]:
    """The rows of a table by column name; empty cells are empty strings.

    `path` counts from the package, as ``builds/needs/toolchain.csv``.
    """
    text = files("wheelcheck").joinpath(path).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def table_date(path: str) -> date:
    """The day as of which a table is true: that of its oldest source.

    Raises KeyError for a table that ``tables.csv`` does not list.
    """
    days = {row["table"]: row["as_of"] for row in read_table("tables.csv")}
    return date.fromisoformat(days[path])
