"""Fit the size of byte-code to the installs of role ``fit``, and write wheelcheck's table.

    python fit.py CACHE

For each Python: bytes of ``.pyc`` = per_file × files + per_byte × bytes of ``.py`` outside tests +
per_test_byte × bytes in tests; `per_file` is what an empty file compiles to. Projects weigh by
their size to the power of one half. Those that the rates miss by more than a third (tables of
constants, files that are mostly comments) are left out of a second fit, but not of `spread`: the
standard deviation of log(measured ÷ fitted) over projects with more than 20 kB, weighted by size.
`shared` is the share of its square that whole installs have in common.
"""

from __future__ import annotations

import csv
import math
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
from measured import listings, table

from wheelcheck.costs.installed import PythonSources, python_sources
from wheelcheck.index.model import ArchiveListing

OUT = Path(__file__).parents[2] / "wheelcheck" / "costs" / "byte_code.csv"
COLUMNS = ("python", "per_file", "per_byte", "per_test_byte", "spread", "shared", "source")
LARGE = 20_000
EMPTY_FILE = 170
SHARED = 0.2


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
    dates = sorted({one["date"] for one in installs.values()})
    with OUT.open("w", newline="", encoding="utf-8") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        for python in sorted(wheels, key=lambda name: tuple(map(int, name.split(".")))):
            rows = [
                (sources[name], int(row["byte_code_bytes"])) for name, row in wheels[python].items()
            ]
            source = f"data/installs: {len(rows)} wheels installed by pip, {dates[-1]}"
            writer.writerow((python, *fitted(rows), source))


def fitted(rows: list[tuple[PythonSources, int]]) -> tuple[str, ...]:
    """The numbers of one Python."""
    count, tests, other, code = np.array(
        [(one.files, one.test_bytes, one.bytes - one.test_bytes, size) for one, size in rows],
        dtype=float,
    ).T
    design = np.stack([other, tests], axis=1)
    size = other + tests

    def rates(chosen: np.ndarray) -> np.ndarray:
        weight = 1 / np.sqrt(size[chosen] + 1_000)
        left = (code - EMPTY_FILE * count)[chosen]
        found, *_ = np.linalg.lstsq(design[chosen] * weight[:, None], left * weight, rcond=None)
        return found

    def errors(found: np.ndarray) -> np.ndarray:
        return np.log(code / (EMPTY_FILE * count + design @ found))

    everything = np.ones(len(rows), dtype=bool)
    first = rates(everything)
    found = rates(np.abs(errors(first)) < math.log(4 / 3))
    large = size > LARGE
    spread = math.sqrt(np.average(errors(found)[large] ** 2, weights=size[large]))
    return str(EMPTY_FILE), f"{found[0]:.4f}", f"{found[1]:.4f}", f"{spread:.3f}", f"{SHARED}"


if __name__ == "__main__":
    main()
