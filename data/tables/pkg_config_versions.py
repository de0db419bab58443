"""Writes wheelcheck/builds/needs/pkg_config_versions.csv from a Debian root.

    python pkg_config_versions.py ROOT

ROOT has many -dev packages installed (see data/builds/README.md, "The unseen builds"). The version
is what a package's ``.pc`` file says of itself, which is what pkg-config compares: often that of
the library and not that of the package. Only reads; files whose version is no version are left out.
"""

import csv
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from packaging.version import InvalidVersion, Version

_TABLE = Path(__file__).resolve().parents[2] / "wheelcheck/builds/needs/pkg_config_versions.csv"
_PLACES = ("usr/lib/x86_64-linux-gnu/pkgconfig", "usr/lib/pkgconfig", "usr/share/pkgconfig")
_FIELD = re.compile(r"^Version:[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_VARIABLE = re.compile(r"^(\w+)[ \t]*=[ \t]*(.*?)[ \t]*$", re.MULTILINE)


def _rows(root: Path) -> Iterator[tuple[str, str]]:
    files = {file.stem: file for place in _PLACES for file in (root / place).glob("*.pc")}
    for name, file in sorted(files.items()):
        text = file.read_text(errors="replace") if file.exists() else ""
        for stated in _FIELD.findall(text)[:1]:
            version = stated
            for variable, value in _VARIABLE.findall(text):
                version = version.replace(f"${{{variable}}}", value)
            with suppress(InvalidVersion):
                yield name, str(Version(version))


def main() -> int:
    """Write the table."""
    with _TABLE.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("pc", "debian-13"))
        out.writerows(_rows(Path(sys.argv[1])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
