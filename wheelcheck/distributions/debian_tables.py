"""Reading the compressed tables of Debian's packages; made by ``data/distributions/debian.py``."""

from __future__ import annotations

import lzma
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from io import BufferedReader
from itertools import islice

from msgspec import Struct

__all__ = ["RELEASES", "DebianTable", "Rows", "debian_table"]

RELEASES = ("11", "12", "13")
"""The Debian releases of which the tables know the packages."""


class DebianTable(Struct, frozen=True):
    """A compressed table: its columns, and the date of each release's data."""

    name: str
    columns: tuple[str, ...]
    dates: Mapping[str, date]

    def rows(self, release: str) -> Rows:
        """Each package of a release with its other columns, still joined by tabs.

        Columns that are empty to the end of the row are left out. The table is read
        again for each release: most runs need a single release, and the lines of all take 40 MB.
        """
        wanted = release.encode("ascii")
        text = bytearray(b"\n")
        for line in islice(_lines(self.name), _HEADER_LINES, None):
            name, _, rest = line.partition(b"\t")
            numbers, _, columns = rest.partition(b"\t")
            if wanted in numbers:
                text += b"%b\t%b\n" % (name, columns)
        return Rows(bytes(text))

    def cell(self, columns: str, name: str) -> str:
        """One column, by its name, of a row that `rows` gave."""
        cells = columns.split("\t")
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
        return (name for name, _ in self.pairs())

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Names and columns, without a look-up for each."""
        start = 1
        while start < len(self._text):
            end = self._text.index(b"\n", start)
            name, _, columns = self._text[start:end].decode().partition("\t")
            yield name, columns
            start = end + 1

    def __len__(self) -> int:
        return self._text.count(b"\n") - 1


_HEADER_LINES = 2


@cache
def debian_table(name: str) -> DebianTable:
    """The table ``debian_<name>.tsv.xz``."""
    days, columns = (line.decode() for line in islice(_lines(name), _HEADER_LINES))
    parts = (item.partition("=") for item in days.removeprefix("# ").split())
    dates = {release: date.fromisoformat(day) for release, _, day in parts}
    return DebianTable(name, tuple(columns.split("\t")[2:]), dates)


def _lines(name: str) -> Iterator[bytes]:
    packed = files("wheelcheck.distributions").joinpath(f"debian_{name}.tsv.xz").open("rb")
    with packed, lzma.LZMAFile(packed) as data, BufferedReader(data) as lines:
        for line in lines:
            yield line.removesuffix(b"\n")
