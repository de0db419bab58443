"""Set what builds here weigh beside what the project publishes: `published.csv`.

    python published.py CACHE

For each successful build of `../builds/measurements.csv` with extension modules: the manylinux
wheel of the same release that the same Python would take, its vendored libraries (``*.libs/``), its
extension modules and everything else, in bytes. Releases without such a wheel are left out.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

from measured import HERE
from packaging.utils import canonicalize_name
from packaging.version import Version

from wheelcheck.builds.evidence.sibling_wheels import wheel_contents
from wheelcheck.costs.workload.features import published
from wheelcheck.errors import Unknown
from wheelcheck.index import open_index
from wheelcheck.index.interface import Index, Wheel
from wheelcheck.requirements.requirement_set import IndexOptions
from wheelcheck.targets import best_wheel, parse_target_on

BUILDS = HERE.parent / "builds" / "measurements.csv"
AS_OF = date(2026, 11, 23)


def builds() -> Iterator[dict[str, str]]:
    """Successful builds with extension modules, one of each release and Python."""
    with BUILDS.open(newline="", encoding="utf-8") as text:
        rows = [row for row in csv.DictReader(text) if row["outcome"] == "success"]
    seen = set()
    for row in rows:
        key = row["name"], row["version"], row["python"]
        if int(row["extension_bytes"] or 0) and key not in seen:
            seen.add(key)
            yield row


def beside(row: dict[str, str], index: Index) -> dict[str, object] | None:
    """One row of the table; None where nothing comparable is published."""
    project = index.project(canonicalize_name(row["name"]))
    if isinstance(project, Unknown):
        return None
    python = "".join(row["python"].split(".")[:2])
    target = parse_target_on(f"cp{python}-manylinux_2_36_x86_64", as_of=AS_OF)
    wheels = {
        file.filename: file
        for file in project.files(Version(row["version"]))
        if isinstance(file, Wheel) and "manylinux" in file.tag
    }
    best = best_wheel(wheels, target)
    if best is None:
        return None
    listing = index.listing(wheels[best])
    if isinstance(listing, Unknown):
        return None
    vendored = set(wheel_contents(listing).vendored_libraries)
    found = published(listing)
    return {
        "name": row["name"], "version": row["version"], "python": row["python"],
        "backend": row["backend"], "wheel": best,
        "published_vendored": sum(m.size for m in listing.members if m.path in vendored),
        "published_native": found.extension_bytes, "published_other": found.other_bytes,
        "built": row["wheel_unpacked_bytes"], "built_native": row["extension_bytes"],
        "built_native_stripped": row["extension_stripped_bytes"],
        "built_wheel": row["wheel_bytes"],
    }  # fmt: skip


def main() -> None:
    """Write the table."""
    with (
        open_index(IndexOptions(), cache_dir=Path(sys.argv[1])) as index,
        ThreadPoolExecutor(8) as threads,
    ):
        found = [row for row in threads.map(lambda build: beside(build, index), builds()) if row]
    with (HERE / "published.csv").open("w", newline="", encoding="utf-8") as text:
        writer = csv.DictWriter(text, list(found[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)


if __name__ == "__main__":
    main()
