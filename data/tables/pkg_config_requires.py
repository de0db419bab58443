"""Writes wheelcheck/builds/needs/pkg_config_requires.csv from a Debian root.

    python pkg_config_requires.py ROOT

ROOT has many -dev packages installed (see data/builds/README.md, "The unseen builds"). For each
file of pkg-config in it, the packages that hold what the file requires are compared with what
apt installs along with its own package: Debian does not always depend on what is only required
``.private``, but pkg-config refuses a package for it all the same, `--cflags` and `--exists` at
least. Only reads; what no installed package holds is left out.
"""

import csv
import re
import sys
from collections.abc import Iterator
from pathlib import Path

_TABLE = Path(__file__).resolve().parents[2] / "wheelcheck/builds/needs/pkg_config_requires.csv"
_NAME = re.compile(r"[A-Za-z][\w.+-]*")
_BOUND = re.compile(r"[<>=!]+\s*\S+")
_OLDER = {"libgio-2.0-dev": "libglib2.0-dev"}
"""Packages that only Debian 13 has, and what brings them there and their files before."""
_Depends = dict[str, list[str]]


def _holders(root: Path) -> dict[str, str]:
    """Files of pkg-config and the packages that hold them."""
    return {
        line: listing.stem.partition(":")[0]
        for listing in (root / "var/lib/dpkg/info").glob("*.list")
        for line in listing.read_text().splitlines()
        if "/pkgconfig/" in line and line.endswith(".pc")
    }


def _depends(root: Path) -> _Depends:
    """What each package depends on; what it provides leads to it."""
    found: _Depends = {}
    for paragraph in (root / "var/lib/dpkg/status").read_text().split("\n\n"):
        fields = dict(re.findall(r"^([\w-]+): (.*)$", paragraph, re.MULTILINE))
        if "Package" in fields:
            words = ",".join(fields.get(name, "") for name in ("Depends", "Pre-Depends"))
            found.setdefault(fields["Package"], []).extend(_packages(words))
            for name in _packages(fields.get("Provides", "")):
                found.setdefault(name, []).append(fields["Package"])
    return found


def _packages(words: str) -> list[str]:
    return [re.split(r"[ (:]", part.strip())[0] for part in re.split("[,|]", words) if part.strip()]


def _closure(package: str, depends: _Depends) -> set[str]:
    seen, todo = {package}, [package]
    while todo:
        new = [name for name in depends.get(todo.pop(), ()) if name not in seen]
        seen.update(new)
        todo += new
    return seen


def _required(text: str) -> Iterator[str]:
    for line in re.findall(r"^Requires(?:\.private)?:(.*)$", text, re.MULTILINE):
        yield from _NAME.findall(_BOUND.sub(" ", line))


def _rows(root: Path) -> Iterator[tuple[str, str, str]]:
    holders, depends = _holders(root), _depends(root)
    by_name = {Path(path).stem: package for path, package in holders.items()}
    for path, package in sorted(holders.items(), key=lambda item: Path(item[0]).stem):
        file = root / path.lstrip("/")
        along = _closure(package, depends)
        text = file.read_text(errors="replace") if file.exists() else ""
        wanted = {by_name[name] for name in _required(text) if name in by_name} - along
        if wanted:
            also = sorted(_OLDER.get(name, name) for name in wanted)
            yield Path(path).stem, package, " ".join(also)


def main() -> int:
    """Write the table."""
    with _TABLE.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("pc", "package", "also"))
        out.writerows(_rows(Path(sys.argv[1])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
