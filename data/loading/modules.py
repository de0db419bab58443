"""Makes rows of `wheelcheck/loading/known_modules.csv`: what single modules need.

    python data/loading/modules.py --out wheelcheck/loading/known_modules.csv \
        PyQt5-5.15.11-….whl pyqt5_qt5-5.15.19-….whl

The first wheel's extension modules are followed into the libraries of all of them. A module gets a
row if it needs more than `known_wheels.csv` says of an import of these projects. Rows of other
projects are left as they are: those whose `opens` is filled were written by hand, from imports in a
root (`imports.py`).
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace
from packaging.utils import parse_wheel_filename
from packaging.version import Version

from wheelcheck.index.archives.members import WheelBytes
from wheelcheck.index.archives.ranges import open_local
from wheelcheck.loading.known_facts import known_facts
from wheelcheck.loading.python_code.python_files import COMMON
from wheelcheck.loading.python_code.wheel_modules import WheelModules
from wheelcheck.loading.wheel_facts import (
    FileNeeds,
    WheelFacts,
    WheelFileKind,
    closure,
    is_c_library,
)
from wheelcheck.loading.wheel_reader import read_wheel
from wheelcheck.loading.wheel_reading import Budget
from wheelcheck.targets.target import Architecture, Libc

FIELDS = ["project", "since", "read", "date", "libc", "module", "needs", "opens"]


def main() -> None:
    """Replace the rows of the first wheel's release."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheels", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    new = list(_rows(options.wheels))
    with options.out.open(encoding="utf-8", newline="") as file:
        old = [row for row in csv.DictReader(file) if row["opens"] or not _is_same(row, new)]
    rows = sorted(old + new, key=lambda row: (row["project"], Version(row["since"]), row["module"]))
    with options.out.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, FIELDS, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def _is_same(row: dict[str, str], new: list[dict[str, str]]) -> bool:
    return any((row["project"], row["since"]) == (each["project"], each["since"]) for each in new)


def _rows(paths: list[Path]) -> Iterator[dict[str, str]]:
    read = [_read(path) for path in paths]
    files = {file.path: file for facts in read for file in facts.files}
    held = {file.name for file in files.values()} | {n for facts in read for n in facts.holds}
    in_rows = set(COMMON)
    for wheel in paths:
        name, version, *_ = parse_wheel_filename(wheel.name)
        row = known_facts(name, version, Libc.GLIBC, Architecture.X86_64)
        in_rows |= {n for file in (row.files[:1] if row else ()) for n in file.outside}
    joined = {path: _with_held(file, held) for path, file in files.items()}
    name, version, *_ = parse_wheel_filename(paths[0].name)
    own = [f.path for f in read[0].files if f.kind is WheelFileKind.EXTENSION]
    for module, path in sorted(WheelModules.of(own).extensions.items()):
        needs = dict.fromkeys(n for f in closure([path], joined) for n in f.outside)
        more = [n for n in needs if n not in in_rows and n not in held and not is_c_library(n)]
        if more:
            yield {
                "project": name,
                "since": ".".join(map(str, version.release[:2])),
                "read": str(version),
                "date": dt.datetime.now(dt.UTC).date().isoformat(),
                "libc": "glibc",
                "module": module,
                "needs": " ".join(more),
                "opens": "",
            }


def _with_held(file: FileNeeds, held: set[str]) -> FileNeeds:
    """The file, with what any of the wheels holds as inside."""
    inside = (*file.inside, *(name for name in file.outside if name in held))
    return replace(file, inside=inside)


def _read(path: Path) -> WheelFacts:
    with open_local(path) as source:
        return read_wheel(
            WheelBytes(source), budget=Budget(None), others=frozenset(), opens=True, full=True
        )


if __name__ == "__main__":
    main()
