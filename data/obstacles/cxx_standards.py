"""Write which C++ the headers of Debian's libraries need: `cxx_standards.csv`.

    python data/obstacles/cxx_standards.py HEADERS.txt [--gcc "chroot ROOT g++"]

Compiles each header by itself with every standard. Headers that C++17 does not compile either are
left out, as are those that C++11 compiles.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
from pathlib import Path

TABLE = Path(__file__).parents[2] / "wheelcheck/builds/obstacles/cxx_standards.csv"
_STANDARDS = ("11", "14", "17")


def main() -> int:
    """Fill the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("headers", type=Path)
    parser.add_argument("--gcc", default="g++")
    given = parser.parse_args()
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["header", "standard"])
        for header in sorted(set(given.headers.read_text().split())):
            least = least_standard(header, given.gcc.split())
            if least not in {None, _STANDARDS[0]}:
                table.writerow([header, least])
    return 0


def least_standard(header: str, compiler: list[str]) -> str | None:
    """The first standard that compiles a header; None if none does."""
    for standard in _STANDARDS:
        command = [*compiler, f"-std=gnu++{standard}", "-fsyntax-only", "-w", "-x", "c++", "-"]
        source = f"#include <{header}>\n"
        run = subprocess.run(command, input=source, text=True, capture_output=True, check=False)
        if not run.returncode:
            return standard
    return None


if __name__ == "__main__":
    raise SystemExit(main())
