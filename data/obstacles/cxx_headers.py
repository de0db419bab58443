"""Write which headers of the C and C++ libraries declare what others need: `cxx_headers.csv`.

    python data/obstacles/cxx_headers.py HEADERS.txt [g++-14]

Compiles a line with ``uint64_t``, and one with ``std::numeric_limits``, after each header of a
list, as C++17 and as C++11: what either takes counts. CPATH has CPython's folder.
"""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

TABLE = Path(__file__).parents[2] / "wheelcheck/builds/obstacles/cxx_headers.csv"
LINES = {
    "uint": "uint64_t x; uint8_t y; int32_t z;\n",
    "limits": "int x = std::numeric_limits<int>::max();\n",
}
STANDARDS = ("gnu++17", "gnu++11")


def main() -> int:
    """Fill the table."""
    compiler = sys.argv[2] if len(sys.argv) > 2 else "g++"
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["header", *LINES])
        for header in sorted(set(Path(sys.argv[1]).read_text().split())):
            compiled = (compiles(compiler, header, lines) for lines in LINES.values())
            table.writerow([header, *("yes" if found else "no" for found in compiled)])
    return 0


def compiles(compiler: str, header: str, lines: str) -> bool:
    """Whether lines compile after a header in one of the standards."""
    source = f"#include <{header}>\n{lines}"
    for standard in STANDARDS:
        command = [compiler, f"-std={standard}", "-fsyntax-only", "-x", "c++", "-"]
        run = subprocess.run(command, input=source, text=True, capture_output=True, check=False)
        if not run.returncode:
            return True
    return False


if __name__ == "__main__":
    raise SystemExit(main())
