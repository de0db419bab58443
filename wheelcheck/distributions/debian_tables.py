"""Reading the compressed tables of Debian's packages; made by ``data/distributions/debian.py``."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from io import BytesIO

from msgspec import Struct

__all__ = ["RELEASES", "DebianTable", "Rows", "debian_table"]

RELEASES = ("11", "12", "13")
"""The Debian releases of which the tables know the packages."""


class DebianTable(Struct, frozen=True):
    """A table of one release: its columns behind the package's name, the day of its data, rows.

    A row has its columns still joined by tabs, without those that are empty to its end.
    """

    columns: tuple[str, ...]
    as_of: date
    rows: Rows

    def cell(self, package: str, name: str) -> str:
        """One column, by its name, of a package; empty where the table lacks either."""
        cells = self.rows.get(package, "").split("\t")
        place = self.columns.index(name)
        return cells[place] if place < len(cells) else ""


class Rows(Mapping[str, str]):
    """Columns by package, found in `text` by halving: a dict of them takes three times as much.

    `text` has a line for each package, sorted, after a first line that is empty.
    """

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._known: dict[str, str | None] = {}

    def __getitem__(self, name: str) -> str:
        if name not in self._known:
            self._known[name] = self._find(name.encode())
        found = self._known[name]
        if found is None:
            raise KeyError(name)
        return found

    def _find(self, name: bytes) -> str | None:
        text, wanted = self._text, name + b"\t"
        low, high = 0, len(text) - 1  # both are ends of lines
        while low < high:
            start = text.rfind(b"\n", low, (low + high + 1) // 2 + 1) + 1
            end = text.index(b"\n", start)
            if text.startswith(wanted, start):
                return text[start + len(wanted) : end].decode()
            if text[start : text.index(b"\t", start)] < name:
                low = end
            else:
                high = start - 1
        return None

    def __iter__(self) -> Iterator[str]:
        lines = BytesIO(self._text)
        next(lines)
        return (line.partition(b"\t")[0].decode() for line in lines)

    def cells(self, place: int) -> Iterator[tuple[str, str]]:
        """Names and one column of the rows in which it is not empty."""
        row = rb"\n([^\t\n]+)" + rb"\t[^\t\n]*" * place + rb"\t([^\t\n]+)"
        for found in re.finditer(row, self._text):
            yield found[1].decode(), found[2].decode()

    def __len__(self) -> int:
        return self._text.count(b"\n") - 1


@cache
def debian_table(name: str, release: str) -> DebianTable:
    """The table ``debian_<name>_<release>.tsv.gz``: a file for each release, as most runs need one.

    Its first two lines are the day and the header. As xz it is three quarters of that, and is read
    in four times the time.
    """
    table = files("wheelcheck.distributions").joinpath(f"debian_{name}_{release}.tsv.gz")
    text = gzip.decompress(table.read_bytes())
    day, header, _ = text.split(b"\n", 2)
    columns = header.decode().split("\t")[1:]
    as_of = date.fromisoformat(day.decode().removeprefix("# "))
    return DebianTable(tuple(columns), as_of, Rows(text[len(day) + 1 + len(header) :]))
