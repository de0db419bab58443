"""Compare what wheelcheck says of the recorded installs with what was measured.

    python compare.py CACHE

Reads the directories of the same wheels from the default index (kept in the folder CACHE) and
writes `comparison.csv`: predicted and measured bytes of files, and with byte-code, per install.
"""

from __future__ import annotations

import csv
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from measured import HERE, listings, table

from wheelcheck.costs.image_parts.installed_files import byte_code, installed_files
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import ArchiveListing
from wheelcheck.targets.target import Architecture, Implementation, Libc, Target


def target(python: tuple[int, int]) -> Target:
    """This kind of machine with that Python."""
    name = "cp{}{}".format(*python)
    return Target(
        name, Implementation.CPYTHON, python, "{}.{}.0".format(*python), free_threaded=False,
        libc=Libc.GLIBC, libc_version=(2, 36), arch=Architecture.X86_64,
    )  # fmt: skip


def compare(
    row: dict[str, str], filenames: Iterable[str], known: dict[str, ArchiveListing]
) -> dict[str, object]:
    """One install: what would be said of it, and what is."""
    major, minor, _ = map(int, row["python"].split("."))
    files = [installed_files(known[name]) for name in filenames]
    code = byte_code([file.sources for file in files], target((major, minor)))
    assert not isinstance(code, Unknown)
    answer, real = sum(file.files for file in files), int(row["bytes"])
    total = real + int(row["byte_code_bytes"])
    return {
        "id": row["id"], "role": row["role"], "wheels": row["wheels"],
        "files_predicted": answer, "files_measured": real,
        "files_error": f"{answer / real - 1:+.4f}",
        "byte_code_predicted": round(code.value), "byte_code_low": round(code.low),
        "byte_code_high": round(code.high), "byte_code_measured": row["byte_code_bytes"],
        "total_error": f"{(answer + code.value) / total - 1:+.4f}",
    }  # fmt: skip


def main() -> None:
    """Write the comparison and print its figures for both roles."""
    wheels: dict[str, list[str]] = defaultdict(list)
    for row in table("wheels"):
        wheels[row["id"]].append(row["filename"])
    every = [name for names in wheels.values() for name in names]
    known = {}
    for name, _, listing in listings(every, Path(sys.argv[1])):
        if isinstance(listing, Unknown):
            raise SystemExit(f"{name}: {listing}")
        known[name] = listing
    rows = [compare(row, wheels[row["id"]], known) for row in table("installs")]
    with (HERE / "comparison.csv").open("w", newline="", encoding="utf-8") as text:
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    for role in ("fit", "check"):
        for column in ("files_error", "total_error"):
            errors = [abs(float(str(row[column]))) for row in rows if row["role"] == role]
            middle = statistics.median(errors)
            print(role, column, len(errors), f"median {middle:.2%}, worst {max(errors):.2%}")


if __name__ == "__main__":
    main()
