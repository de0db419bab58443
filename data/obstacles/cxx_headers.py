"""Write which headers of the C and C++ libraries declare what others need: `cxx_headers.csv`.

    python data/obstacles/cxx_headers.py HEADERS.txt [g++-14]

Compiles a line with ``uint64_t``, and lines with names of the standard library, after each header
of a list, as C++11 to C++20: what any of them takes counts. CPATH has CPython's folder.
"""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from pathlib import Path

TABLE = Path(__file__).parents[2] / "wheelcheck/builds/obstacles/cxx_headers.csv"
LINES = {
    "uint": "uint64_t x; uint8_t y; int32_t z;",
    "limits": "int x = std::numeric_limits<int>::max();",
    "stdexcept": 'void f() { throw std::runtime_error("x"); }',
    "unique_ptr": "std::unique_ptr<int> x;",
    "shared_ptr": "std::shared_ptr<int> x;",
    "algo": "void f(int *x) { std::sort(x, x + 3); }",
    "function": "std::function<int(int)> x;",
    "array": "std::array<int, 3> x;",
}
STANDARDS = ("gnu++17", "gnu++11", "gnu++14", "gnu++20")


def main() -> int:
    """Fill the table."""
    compiler = sys.argv[2] if len(sys.argv) > 2 else "g++"
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["header", *LINES])
        for header in sorted(set(Path(sys.argv[1]).read_text().split())):
            found = [compiled(compiler, header, standard) for standard in STANDARDS]
            table.writerow(
                [header, *("yes" if any(kinds) else "no" for kinds in zip(*found, strict=True))]
            )
    return 0


def compiled(compiler: str, header: str, standard: str) -> list[bool]:
    """Which of the lines compile after a header in a standard; none where that does not."""
    own = Path(os.environ.get("CPATH", "/nowhere"), header).exists()  # CPython's need another first
    includes = "#include <Python.h>\n" * own + f"#include <{header}>"
    lines = [f"namespace n{number} {{ {line} }}" for number, line in enumerate(LINES.values())]
    source = "\n".join([includes, "#line 1", *lines, ""])
    command = [compiler, f"-std={standard}", "-fsyntax-only", "-x", "c++", "-"]
    run = subprocess.run(command, input=source, text=True, capture_output=True, check=False)
    errors = re.findall(r"^(\S+?):(\d+):.*?error:", run.stderr, re.MULTILINE)
    if "fatal error" in run.stderr or any(file != "<stdin>" for file, _ in errors):
        return [False] * len(lines)
    return [str(number) not in {line for _, line in errors} for number in range(1, len(lines) + 1)]


if __name__ == "__main__":
    raise SystemExit(main())
