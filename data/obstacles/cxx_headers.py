"""Write which headers of the C and C++ libraries declare ``uint64_t``: `cxx_headers.csv`.

    python data/obstacles/cxx_headers.py HEADERS.txt [g++-14]

Compiles one line after each header of a list.
"""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

TABLE = Path(__file__).parents[2] / "wheelcheck/builds/obstacles/cxx_headers.csv"
LINES = "uint64_t x; uint8_t y; int32_t z;\n"


def main() -> int:
    """Fill the table."""
    compiler = sys.argv[2] if len(sys.argv) > 2 else "g++"
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["header", "uint"])
        for header in sorted(set(Path(sys.argv[1]).read_text().split())):
            source = f"#include <{header}>\n{LINES}"
            command = [compiler, "-std=gnu++17", "-fsyntax-only", "-x", "c++", "-"]
            run = subprocess.run(command, input=source, text=True, capture_output=True, check=False)
            table.writerow([header, "no" if run.returncode else "yes"])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
