"""Make `wheelcheck/loading/stable_abi.csv`: which symbols of CPython are since when in what.

    python data/loading/stable_abi.py --toml Misc/stable_abi.toml --libraries LIBPYTHON… \
        --out wheelcheck/loading/stable_abi.csv

`stable_since` is what CPython's own `Misc/stable_abi.toml` says; for releases newer than that file,
what abi3info says, which is generated from the main branch's. `exported_since` is the first of the
given builds of libpython whose dynamic symbols have it (`libpython3.9.so.1.0` …): a symbol may be
there long before it is promised. Where no build has it, `stable_since` counts. Symbols that
builds export without any promise have no `stable_since`; `exported_until` is the last build that
has such a symbol, where the newest has it no more.
"""

from __future__ import annotations

import argparse
import csv
import re
import tomllib
from pathlib import Path

from abi3info import DATAS, FUNCTIONS
from elftools.elf.elffile import ELFFile

_API = re.compile(r"_?Py[A-Z_]")
FIELDS = ["symbol", "stable_since", "exported_since", "exported_until"]


def main() -> None:
    """Read both, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--toml", type=Path, required=True)
    parser.add_argument("--libraries", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    stable = _stable(options.toml)
    exported = _exported(options.libraries)
    newest = max(last for _, last in exported.values())
    with options.out.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(FIELDS)
        for name in sorted({*stable, *exported}):
            since = stable.get(name)
            first, last = exported.get(name) or (stable[name], newest)
            until = _text(last) if last < newest and not since else ""
            table.writerow([name, _text(since) if since else "", _text(first), until])


def _stable(path: Path) -> dict[str, tuple[int, int]]:
    found = {}
    for symbol, entry in {**FUNCTIONS, **DATAS}.items():
        found[symbol.name] = (entry.added.major, entry.added.minor)
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    for kind in ("function", "data"):
        for name, entry in document[kind].items():
            major, minor = map(int, entry["added"].split("."))
            found[name] = (major, minor)
    return found


def _exported(libraries: list[Path]) -> dict[str, tuple[tuple[int, int], tuple[int, int]]]:
    """By symbol: the first and the last of the builds that have it."""
    found: dict[str, tuple[tuple[int, int], tuple[int, int]]] = {}
    for path in libraries:
        match = re.search(r"libpython(\d)\.(\d+)", path.name)
        if match is None:
            raise SystemExit(f"{path}: whose libpython is that?")
        version = int(match[1]), int(match[2])
        with path.open("rb") as file:
            symbols = ELFFile(file).get_section_by_name(".dynsym")
            for symbol in symbols.iter_symbols():
                if symbol["st_shndx"] != "SHN_UNDEF" and _API.match(symbol.name):
                    first, last = found.get(symbol.name, (version, version))
                    found[symbol.name] = min(version, first), max(version, last)
    return found


def _text(version: tuple[int, int]) -> str:
    return "{}.{}".format(*version)


if __name__ == "__main__":
    main()
