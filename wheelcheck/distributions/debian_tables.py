"""Reading the compressed tables of Debian's packages; made by ``data/distributions/debian.py``."""

from __future__ import annotations

import lzma
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from io import TextIOWrapper
from itertools import islice

from msgspec import Struct

__all__ = ["RELEASES", "DebianTable", "debian_table"]

RELEASES = ("11", "12", "13")
"""The Debian releases of which the tables know the packages."""


class DebianTable(Struct, frozen=True):
    """A compressed table: its columns, and the date of each release's data."""

    name: str
    columns: tuple[str, ...]
    dates: Mapping[str, date]

    def rows(self, release: str) -> dict[str, str]:
        """Each package of a release with its other columns, still joined by tabs.

        Columns that are empty to the end of the row are left out. The table is read
        again for each release: most runs need a single release, and the lines of all take 40 MB.
        """
        found = {}
        for line in islice(_lines(self.name), _HEADER_LINES, None):
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


_HEADER_LINES = 2


@cache
def debian_table(name: str) -> DebianTable:
    """The table ``debian_<name>.tsv.xz``."""
    days, columns = islice(_lines(name), _HEADER_LINES)
    parts = (item.partition("=") for item in days.removeprefix("# ").split())
    dates = {release: date.fromisoformat(day) for release, _, day in parts}
    return DebianTable(name, tuple(columns.split("\t")[2:]), dates)


def _lines(name: str) -> Iterator[str]:
    packed = files("wheelcheck.distributions").joinpath(f"debian_{name}.tsv.xz").open("rb")
    with packed, lzma.LZMAFile(packed) as data, TextIOWrapper(data, "utf-8") as text:
        for line in text:
            yield line.removesuffix("\n")
