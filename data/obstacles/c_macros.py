"""Write which macros the headers of each CPython define: `c_macros.csv`.

    python data/obstacles/c_macros.py 3.8=INCLUDE_DIR 3.9=… … 3.15=INCLUDE_DIR[:MORE]

`gcc -dM -E` of a source that includes Python.h and three headers beside it; what `pyconfig.h`
names is left out, which differs from platform to platform. A row is a macro with the first and the
last CPython that has it, of those that were compared.
"""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from pathlib import Path

TABLE = Path(__file__).parents[2] / "wheelcheck/index/archives/sources/c_macros.csv"
SOURCE = "".join(
    f"#include <{header}>\n"
    for header in ("Python.h", "structmember.h", "datetime.h", "frameobject.h")
)
DEFINE = re.compile(r"^#define (_?Py\w+)", re.MULTILINE)
NAME = re.compile(r"\b_?Py\w+")


def main() -> int:
    """Fill the table."""
    folders = [item.partition("=")[::2] for item in sys.argv[1:]]
    found = [(version, macros(dirs.split(":"))) for version, dirs in folders]
    rows = []
    for name in sorted(set().union(*(names for _, names in found))):
        having = [version for version, names in found if name in names]
        between = found[[v for v, _ in found].index(having[0]) :][: len(having)]
        if [version for version, _ in between] == having:
            rows.append((name, having[0], having[-1]))
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["name", "first", "last"])
        table.writerows(rows)
    return 0


def macros(folders: list[str]) -> set[str]:
    """The macros of CPython's own that a source has which includes its headers."""
    command = ["gcc", "-dM", "-E", *(f"-I{folder}" for folder in folders), "-x", "c", "-"]
    text = subprocess.run(command, input=SOURCE, capture_output=True, text=True, check=True).stdout
    of_platform: set[str] = set()
    for folder in folders:
        for path in Path(folder).glob("pyconfig.h"):
            of_platform |= set(NAME.findall(path.read_text(errors="replace")))
    return {name for name in DEFINE.findall(text) if name not in of_platform}


if __name__ == "__main__":
    raise SystemExit(main())
