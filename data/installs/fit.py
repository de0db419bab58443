"""Fit the size of byte-code to the installs of role ``fit``, and write wheelcheck's table.

    python fit.py CACHE

For each Python: bytes of ``.pyc`` = per_file × files + per_byte × bytes of ``.py`` outside tests +
per_test_byte × bytes in tests; `per_file` is what an empty file compiles to. How much denser tests
are is common to the Pythons up to 3.10 and to those since 3.11, whose byte-code maps every
instruction to its columns. Projects weigh by the square root of their size; those that the rates
miss by more than a third (tables of constants, files that are mostly comments) are left out of the
fit, but not of `spread`: the standard deviation of log(measured ÷ fitted) over projects with more
than 20 kB, weighted by size. `shared` is the share of its square that whole installs have in
common.
"""

from __future__ import annotations

import csv
import math
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from measured import listings, table

from wheelcheck.costs.image_parts.installed_files import PythonSources, python_sources
from wheelcheck.index.interface import ArchiveListing

OUT = Path(__file__).parents[2] / "wheelcheck" / "costs" / "image_parts" / "byte_code.csv"
COLUMNS = ("python", "per_file", "per_byte", "per_test_byte", "spread", "shared", "source")
DENSITIES = [1 + step / 50 for step in range(51)]
LARGE = 20_000
EMPTY_FILE = 170
SHARED = 0.1
MAPS = 11
"""Byte-code maps instructions to columns since Python 3.11 (PEP 657)."""


def main() -> None:
    """Write one row for each Python, oldest first."""
    installs = {row["id"]: row for row in table("installs") if row["role"] == "fit"}
    wheels: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    for row in table("wheels"):
        if row["id"] in installs and int(row["byte_code_bytes"]):
            python = installs[row["id"]]["python"].rpartition(".")[0]
            wheels[python][row["filename"]] = row
    names = [name for found in wheels.values() for name in found]
    sources = {
        name: python_sources(listing)
        for name, _, listing in listings(names, Path(sys.argv[1]))
        if isinstance(listing, ArchiveListing)
    }
    rows = {
        python: [
            Row(sources[name], int(row["byte_code_bytes"])) for name, row in wheels[python].items()
        ]
        for python in sorted(wheels, key=_minor)
    }
    date = max(each["date"] for each in installs.values())
    with OUT.open("w", newline="", encoding="utf-8") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        for group in (
            {p: r for p, r in rows.items() if (_minor(p) < MAPS) is old} for old in (True, False)
        ):
            density = min(DENSITIES, key=lambda each, group=group: misfit(group, each))
            for python, found in group.items():
                rate = fitted(found, density)
                numbers = (rate, rate * density, spread(found, rate, density), SHARED)
                source = f"data/installs: {len(found)} wheels installed by pip, {date}"
                writer.writerow((python, EMPTY_FILE, *(f"{n:.4g}" for n in numbers), source))


class Row(NamedTuple):
    """One installed wheel: its sources, and the bytes of their byte-code."""

    sources: PythonSources
    code: int

    def units(self, density: float) -> float:
        """Bytes of source, those of tests counted `density` times."""
        return self.sources.bytes + (density - 1) * self.sources.test_bytes

    @property
    def beyond_files(self) -> float:
        """Byte-code beyond what empty files would have."""
        return self.code - EMPTY_FILE * self.sources.files


def _minor(python: str) -> int:
    return int(python.split(".")[1])


def fitted(rows: Sequence[Row], density: float) -> float:
    """Byte-code per byte of source."""
    rate = _rate(rows, density)
    near = [row for row in rows if abs(_error(row, rate, density)) < math.log(4 / 3)]
    return _rate(near, density)


def _rate(rows: Sequence[Row], density: float) -> float:
    weights = [1 / math.sqrt(row.sources.bytes + 1_000) for row in rows]
    above = sum(w * row.beyond_files for w, row in zip(weights, rows, strict=True))
    return above / sum(w * row.units(density) for w, row in zip(weights, rows, strict=True))


def _error(row: Row, rate: float, density: float) -> float:
    return math.log(row.code / (EMPTY_FILE * row.sources.files + rate * row.units(density)))


def spread(rows: Sequence[Row], rate: float, density: float) -> float:
    """The standard deviation of a project's logarithm."""
    large = [row for row in rows if row.sources.bytes > LARGE]
    squares = sum(row.sources.bytes * _error(row, rate, density) ** 2 for row in large)
    return math.sqrt(squares / sum(row.sources.bytes for row in large))


def misfit(group: Mapping[str, Sequence[Row]], density: float) -> float:
    """How badly the rates of several Pythons fit with that density of tests."""
    return sum(spread(rows, fitted(rows, density), density) ** 2 for rows in group.values())


if __name__ == "__main__":
    main()
