"""The tables of facts that lie beside the code: CSV with a header, each row with its source.

``tables.csv`` lists all of them with the day as of which they are true and how they are refreshed;
``.github/TABLES.md`` explains their columns.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache

__all__ = ["read_file", "read_rows", "read_table", "table_date"]

_PACKAGE = __file__.rpartition("tables.py")[0]


def read_file(path: str) -> str:
    """The text of a file that lies beside the code; `path` counts from the package.

    The loader of the package reads it, be the package a folder or in an archive: what
    `importlib.resources` imports besides takes longer than a table.
    """
    loader = __loader__  # type: ignore[name-defined]  # every module has it
    data: bytes = loader.get_data(_PACKAGE + path)
    return data.decode("utf-8")


def read_rows(path: str) -> Iterator[Mapping[str, str]]:
    """As `read_table`, for a caller who makes something else of the rows, once: none is held."""
    rows = csv.reader(read_file(path).splitlines())
    header = next(rows)
    return (dict(zip(header, row, strict=True)) for row in rows)


@cache
def read_table(path: str) -> tuple[Mapping[str, str], ...]:
    """The rows of a table by column name; empty cells are empty strings.

    `path` counts from the package, as ``builds/needs/toolchain.csv``.
    """
    return tuple(read_rows(path))


def table_date(path: str) -> date:
    """The day as of which a table is true: that of its oldest source.

    Raises KeyError for a table that ``tables.csv`` does not list.
    """
    days = {row["table"]: row["as_of"] for row in read_table("tables.csv")}
    return date.fromisoformat(days[path])
