"""Reading the compressed tables of Debian's packages; made by ``data/distributions/debian.py``."""

from __future__ import annotations

import lzma
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

__all__ = ["RELEASES", "DebianTable", "debian_table"]

RELEASES = ("11", "12", "13")
"""The Debian releases of which the tables know the packages."""


@dataclass(frozen=True, slots=True)
class DebianTable:
    """A compressed table: its columns, its lines and the date of each release's data."""

    columns: tuple[str, ...]
    lines: tuple[str, ...]
    dates: Mapping[str, date]

    def rows(self, release: str) -> dict[str, str]:
        """Each package of a release with its other columns, still joined by tabs.

        Columns that are empty to the end of the row are left out.
        """
        found = {}
        for line in self.lines:
            name, _, rest = line.partition("\t")
            numbers, _, columns = rest.partition("\t")
            if release in numbers:
                found[name] = columns
        return found

    def cell(self, columns: str, name: str) -> str:
        """One column, by its name, of a row that `rows` gave."""
        cells = columns.split("\t")
        place = self.columns.index(name)
        return cells[place] if place < len(cells) else ""


@cache
def debian_table(name: str) -> DebianTable:
    """The table ``debian_<name>.tsv.xz``."""
    data = files("wheelcheck.distributions").joinpath(f"debian_{name}.tsv.xz").read_bytes()
    lines = lzma.decompress(data).decode().splitlines()
    parts = (item.partition("=") for item in lines[0].removeprefix("# ").split())
    dates = {release: date.fromisoformat(day) for release, _, day in parts}
    return DebianTable(tuple(lines[1].split("\t")[2:]), tuple(lines[2:]), dates)
