"""Measure which CPython compiles the headers of which pybind11: `binding_tools.csv`.

    python data/obstacles/binding_tools.py RELEASE … --headers 3.11=INCLUDE_DIR[:MORE] …

Every release compiles a module of one function (`g++ -std=c++17 -fsyntax-only`) against the headers
of each CPython. Releases come from the index that pip is set up for.
"""

from __future__ import annotations

import argparse
import csv
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from packaging.version import Version

TABLE = Path(__file__).parents[2] / "wheelcheck/builds/obstacles/binding_tools.csv"
MODULE = """#include <pybind11/pybind11.h>
PYBIND11_MODULE(x, m) { m.def("f", [](int a, std::string b) { return a; }); }
"""


def main() -> int:
    """Fill the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("releases", nargs="+")
    parser.add_argument("--headers", nargs="+", metavar="VERSION=DIR[:DIR]", required=True)
    given = parser.parse_args()
    releases = sorted(given.releases, key=Version)
    headers = {name: dirs.split(":") for name, _, dirs in (h.partition("=") for h in given.headers)}
    rows = []
    errors = {release: measured(release, headers) for release in releases}
    for python in headers:
        start = 0
        for place in range(1, len(releases) + 1):
            error = errors[releases[start]][python]
            if place == len(releases) or errors[releases[place]][python] != error:
                if error:
                    rows.append(["pybind11", python, releases[start], releases[place - 1], error])
                start = place
    with TABLE.open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["project", "python", "first", "last", "error"])
        table.writerows(rows)
    return 0


def measured(release: str, headers: dict[str, list[str]]) -> dict[str, str]:
    """The first error on each Python, "" where it compiles."""
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "-t", folder]
        subprocess.run([*pip, f"pybind11=={release}"], check=True)
        header = next(Path(folder).rglob("pybind11.h"))
        source = Path(folder) / "x.cpp"
        source.write_text(MODULE)
        found = {}
        for python, dirs in headers.items():
            includes = [f"-I{path}" for path in (header.parents[1], *dirs)]
            command = ["g++", "-std=c++17", "-fsyntax-only", "-w", *includes, str(source)]
            run = subprocess.run(command, capture_output=True, text=True, check=False)
            error = re.search(r"error: (.*)", run.stderr)
            found[python] = error.group(1) if error else ""
        return found


if __name__ == "__main__":
    raise SystemExit(main())
