"""Write which names left NumPy's declarations for Cython: `numpy_declarations.csv`.

    python data/obstacles/numpy_declarations.py 1.26.4=FILE 2.0.2=FILE …

FILE is ``numpy/__init__.cython-30.pxd`` of that release's wheel, the oldest release first.
"""

from __future__ import annotations

import argparse
import csv
import re
from itertools import pairwise
from pathlib import Path

TABLE = Path(__file__).parents[2] / "wheelcheck/index/archives/sources/numpy_declarations.csv"
_WORD = re.compile(r"[A-Za-z_]\w+")
_TYPE = re.compile(r"^\s*ctypedef\s.*?\b(\w+)\s*(?:\[.*)?$", re.MULTILINE)
_COMMENT = re.compile(r"#[^\n]*")
_OF_NUMPY = re.compile(r"_?Py(Array|UFunc|DataType|TypeNum)_\w+|NPY_\w+|npy_\w+|\w+_t")


def main() -> int:
    """Fill the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="+", metavar="VERSION=FILE")
    given = [item.partition("=") for item in parser.parse_args().files]
    texts = [(version, _COMMENT.sub("", Path(file).read_text())) for version, _, file in given]
    rows = []
    for (_, before), (version, after) in pairwise(texts):
        types = set(_TYPE.findall(before))
        for name in sorted(set(_WORD.findall(before)) - set(_WORD.findall(after))):
            if _OF_NUMPY.fullmatch(name):
                gone = ".".join((*version.split(".")[:2], "0"))
                rows.append({"name": name, "gone": gone, "type": "yes" * (name in types)})
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, ["name", "gone", "type"], lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
