"""Write which headers come with compilers and with CPython: `compiler_headers.csv`.

    python data/obstacles/compiler_headers.py gcc=DIR … cpython=DIR …

A compiler searches each folder by default. Headers of the C library, the
kernel and all others are those of the distribution's lists of files.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

TABLE = Path(__file__).parents[2] / "wheelcheck/builds/needs/compiler_headers.csv"


def main() -> int:
    """Fill the table."""
    rows = set()
    for given in sys.argv[1:]:
        owner, _, folder = given.partition("=")
        for path in Path(folder).rglob("*.h"):
            name = path.relative_to(folder).as_posix()
            if "internal/" not in name:
                rows.add((name, owner))
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["header", "owner"])
        table.writerows(sorted(rows))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
