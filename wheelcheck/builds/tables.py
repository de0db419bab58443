"""The tables of facts that lie beside the code: CSV with a header, each row with its source."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from importlib.resources import files

__all__ = ["rows"]


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of ``wheelcheck/builds/<name>.csv``, by column name."""
    text = files("wheelcheck.builds").joinpath(f"{name}.csv").read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())
