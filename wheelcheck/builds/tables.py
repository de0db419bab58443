"""The tables of facts that lie beside the code: CSV with a header, each row with its source."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

__all__ = ["rows"]


@cache
def rows(name: str) -> tuple[Mapping[str, str], ...]:
    """The rows of ``wheelcheck/builds/<name>.csv``, by column name."""
    text = files("wheelcheck.builds").joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))
