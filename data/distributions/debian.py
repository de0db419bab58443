"""Write what Debian's packages bring along and hold, for the releases that Python images use.

    python debian.py FOLDER

FOLDER keeps apt's lists and the Contents tables between runs. Written are
``wheelcheck/distributions/debian_packages_13.tsv.gz``, ``debian_provided_13.tsv.gz``,
``debian_files_13.tsv.gz`` and those of the other releases: tab-separated tables with a header.
"""

from __future__ import annotations

import csv
import gzip
import re
import sys
from collections.abc import Iterable
from pathlib import Path

import files
import packages
from apt_state import CODENAMES, AptState

PACKAGE = Path(__file__).parents[2] / "wheelcheck"
ROOM = PACKAGE / "distributions"
PACKAGE_COLUMNS = ("package", "depends", "recommends", "conflicts", "kibibytes")


def named() -> set[str]:
    """Every word of our tables that may be a package's name."""
    found: set[str] = set()
    for table in PACKAGE.rglob("*.csv"):
        with table.open(newline="", encoding="utf-8") as file:
            for row in csv.reader(file):
                found.update(word for cell in row for word in re.split(r"[\s@]+", cell))
    return found


def write(name: str, day: str, header: Iterable[str], rows: Iterable[Iterable[str]]) -> int:
    """Write a compressed table; its first line is the day of its data, each row has a tab."""
    lines = [f"# {day}", "\t".join(header)]
    for package, *columns in rows:
        lines.append(f"{package}\t" + "\t".join(columns).rstrip("\t"))
    data = gzip.compress(("\n".join(lines) + "\n").encode(), mtime=0)
    (ROOM / f"{name}.tsv.gz").write_bytes(data)
    return len(data)


def main() -> None:
    """Fetch, select and write."""
    folder = Path(sys.argv[1]).resolve()
    for number in CODENAMES:
        state = AptState(folder, number)
        state.update()
        day = state.release_date()
        release = packages.Release(state.packages())
        chosen = packages.selected(release, named())
        rows = packages.rows_of(release, chosen)
        print(number, "packages:", len(rows), len(chosen))
        print(write(f"debian_packages_{number}", day, PACKAGE_COLUMNS, rows), "bytes")
        rows = packages.provided_by(release, chosen)
        print(write(f"debian_provided_{number}", day, ("name", "packages"), rows), "bytes")
        tables = [state.contents("amd64"), state.contents("all")]
        rows = files.rows_of(files.files_of(tables, chosen))
        print(number, "files:", len(rows))
        print(write(f"debian_files_{number}", day, ("package", *files.KINDS), rows), "bytes")


if __name__ == "__main__":
    main()
