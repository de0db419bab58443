"""Write which names left NumPy's C API, and with which release: `numpy_api.csv`.

    python data/obstacles/numpy_api.py INCLUDE_DIR …

Compares the headers of releases, oldest first, each given by the folder that holds ``numpy/``. A
name or header is gone with the release from which on no header has it.
"""

from __future__ import annotations

import csv
import re
import sys
from pathlib import Path

TABLE = Path(__file__).parents[2] / "wheelcheck/index/archives/sources/numpy_api.csv"
_NAME = re.compile(r"\b(?:PyArray|PyUFunc|PyDataMem|PyDataType|NPY|npy)_\w+")
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_GUARDS = re.compile(r"NPY_\w+_H_?|NPY_[A-Z0-9_]*(?:INCLUDE|NUMPYCONFIG)\w*")
_RELEASE = re.compile(r"numpy-([\d.]+)\.dist-info")


def main() -> int:
    """Fill the table."""
    folders = [Path(given) for given in sys.argv[1:]]
    names = [names_of(folder) for folder in folders]
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["name", "gone", "source"])
        for name in sorted(set().union(*names)):
            last = max(place for place, has in enumerate(names) if name in has)
            if last + 1 < len(folders) and not _GUARDS.fullmatch(name):
                before, after = release_of(folders[last]), release_of(folders[last + 1])
                table.writerow([name, after, f"headers of NumPy {before} and {after}"])
    return 0


def names_of(folder: Path) -> set[str]:
    """The names in the public headers, comments left out."""
    paths = sorted(folder.rglob("*.h"))
    texts = (path.read_text(errors="replace") for path in paths)
    names = {name for text in texts for name in _NAME.findall(_COMMENT.sub(" ", text))}
    return names | {f"numpy/{path.name}" for path in paths if path.parent.name == "numpy"}


def release_of(folder: Path) -> str:
    """The release, by the metadata beside the package."""
    for above in folder.parents:
        for beside in above.glob("numpy-*.dist-info"):
            found = _RELEASE.fullmatch(beside.name)
            if found is not None:
                return found.group(1)
    raise SystemExit(f"no release beside {folder}")


if __name__ == "__main__":
    raise SystemExit(main())
