"""The tables of facts that lie beside the code: CSV with a header, each row with its source."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

__all__ = ["read_table"]


@cache
def read_table(path: str) -> tuple[Mapping[str, str], ...]:
    """The rows of a table by column name; empty cells are empty strings.

    `path` counts from the package, as ``builds/needs/toolchain.csv``.
    """
    text = files("wheelcheck").joinpath(path).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))
