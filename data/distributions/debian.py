"""Write what Debian's packages bring along and hold, for the releases that Python images use.

    python debian.py FOLDER

FOLDER keeps apt's lists and the Contents tables between runs. Written are
``wheelcheck/distributions/debian_packages.tsv.xz`` and ``debian_files.tsv.xz``: tab-separated
tables with a header, one row for all releases in which a package has the same columns.
"""

from __future__ import annotations

import csv
import lzma
import re
import sys
from collections.abc import Iterable
from pathlib import Path

import files
import packages
from apt_state import CODENAMES, AptState

PACKAGE = Path(__file__).parents[2] / "wheelcheck"
ROOM = PACKAGE / "distributions"
FILTER = {
    "id": lzma.FILTER_LZMA2,
    "preset": 9 | lzma.PRESET_EXTREME,
    "dict_size": 1 << 20,  # who reads holds as much: with the preset's 64 MB, all of the text
}
PACKAGE_COLUMNS = (
    "package",
    "releases",
    "priority",
    "depends",
    "recommends",
    "provides",
    "conflicts",
    "kibibytes",
)


def named() -> set[str]:
    """Every word of our tables that may be a package's name."""
    found: set[str] = set()
    for table in PACKAGE.rglob("*.csv"):
        with table.open(newline="", encoding="utf-8") as file:
            for row in csv.reader(file):
                found.update(word for cell in row for word in re.split(r"[\s@]+", cell))
    return found


def write(name: str, dates: str, header: Iterable[str], rows: Iterable[Iterable[str]]) -> int:
    """Write a compressed table; its first line says of which releases and dates it is."""
    lines = [f"# {dates}", "\t".join(header), *("\t".join(row).rstrip("\t") for row in rows)]
    text = "\n".join(lines) + "\n"
    data = lzma.compress(text.encode(), filters=[FILTER])
    (ROOM / f"{name}.tsv.xz").write_bytes(data)
    return len(data)


def main() -> None:
    """Fetch, select and write."""
    folder = Path(sys.argv[1]).resolve()
    states = {release: AptState(folder, release) for release in CODENAMES}
    releases, chosen, held = {}, {}, {}
    for number, state in states.items():
        state.update()
        releases[number] = packages.Release(state.packages())
        chosen[number] = packages.selected(releases[number], named())
        tables = [state.contents("amd64"), state.contents("all")]
        held[number] = files.files_of(tables, chosen[number])
        print(number, len(releases[number].packages), len(chosen[number]), len(held[number]))
    dates = " ".join(f"{number}={state.release_date()}" for number, state in states.items())
    rows = packages.merged_rows(releases, chosen)
    print("packages:", write("debian_packages", dates, PACKAGE_COLUMNS, rows), "bytes")
    header = ("package", "releases", *files.KINDS)
    print("files:", write("debian_files", dates, header, files.merged_rows(held)), "bytes")


if __name__ == "__main__":
    main()
