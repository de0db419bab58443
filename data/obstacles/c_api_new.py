"""Write which names of CPython's C API are new, and since when: `c_api_new.csv`.

    python data/obstacles/c_api_new.py 3.7=INCLUDE_DIR 3.8=… … 3.13=…

Compares the headers of each CPython that an extension module may include (`c_api.names`). A row is
a public name that no older CPython of those has; `source` names the headers that were compared.
"""

from __future__ import annotations

import csv
import sys
from itertools import pairwise
from pathlib import Path

from c_api import names, patch

TABLE = Path(__file__).parents[2] / "wheelcheck/index/archives/sources/c_api_new.csv"


def main() -> int:
    """Fill the table."""
    folders = [item.partition("=")[::2] for item in sys.argv[1:]]
    seen = names(Path(folders[0][1]))
    rows = []
    for (before, older), (version, folder) in pairwise(folders):
        found = names(Path(folder))
        source = f"headers of CPython {patch(older, before)} and {patch(folder, version)}"
        new = (name for name in found - seen if name.startswith("Py") and not name.endswith(".h"))
        rows += [(name, version, source) for name in new]
        seen |= found
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["name", "since", "source"])
        table.writerows(sorted(rows))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
