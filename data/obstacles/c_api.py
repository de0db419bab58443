"""Write which names and headers of CPython's C API are gone, and since when: `c_api.csv`.

    python data/obstacles/c_api.py 2.7=INCLUDE_DIR 3.6=… 3.8=… … 3.15=…

Compares the headers of each CPython that an extension module may include (those for the
interpreter's own code, in `internal/`, may not), comments left out. A row is a name, or a
header's file, that an older CPython has and none from `gone` on; `source` names the headers
that were compared.
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

TABLE = Path(__file__).parents[2] / "wheelcheck/index/archives/sources/c_api.csv"
NAME = re.compile(r"\b_?Py[A-Z]\w*|\b_?Py_\w+")
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
GUARDS = re.compile(r"^Py_\w+_H$|^_Py_\w+_H$|_H_?$")


def main() -> int:
    """Fill the table."""
    folders = [item.partition("=")[::2] for item in sys.argv[1:]]
    found = [(version, names(Path(folder))) for version, folder in folders]
    rows = []
    for place in range(1, len(found)):
        gone, before = found[place], found[place - 1]
        later = set().union(*(public for _, public in found[place:]))
        source = (
            f"headers of CPython {patch(folders[place - 1][1], before[0])} and "
            f"{patch(folders[place][1], gone[0])}"
        )
        since = "3.0" if before[0].startswith("2.") else gone[0]
        rows += [(name, since, source) for name in sorted(before[1] - later)]
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["name", "gone", "source"])
        table.writerows(sorted(rows))
    return 0


def names(folder: Path) -> set[str]:
    """The names and files of the headers that an extension module may include."""
    found: set[str] = set()
    for path in sorted(folder.rglob("*.h")):
        if "internal" in path.relative_to(folder).parts:
            continue
        if path.parent == folder:
            found.add(path.name)
        text = COMMENT.sub(" ", path.read_text(errors="replace"))
        found |= {name for name in NAME.findall(text) if not GUARDS.search(name)}
    return found


def patch(folder: str, version: str) -> str:
    """The full version that `patchlevel.h` states."""
    text = (Path(folder) / "patchlevel.h").read_text()
    stated = re.search(r'#define PY_VERSION\s+"([^"]+)"', text)
    return stated.group(1) if stated else version


if __name__ == "__main__":
    raise SystemExit(main())
