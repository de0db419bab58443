"""Reading the tables that lie beside this module (CSV, each row with its source)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from importlib.resources import files

__all__ = ["read_table"]


def read_table(name: str) -> Iterator[dict[str, str]]:
    """The rows of `name`, a file of this package; empty cells are empty strings."""
    text = files("wheelcheck.installers").joinpath(name).read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())
