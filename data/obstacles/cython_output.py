"""Measure which CPython compiles the C code that each release of Cython writes.

    python data/obstacles/cython_output.py --python2 PATH 3.8=INCLUDE_DIR … 3.15=INCLUDE_DIR:MORE

Every release translates three modules, a least one, a traced one and an ordinary one, with the
Python that it was made for; the result is compiled (`gcc -fsyntax-only`) against the headers of
each CPython. A call of a function that no header declares counts as an error: GCC 14 refuses it,
and with an older GCC the module cannot be imported. Of the traced module, Cython 0.29.37 alone is
measured so far. Writes `wheelcheck/builds/obstacles/cython_output.csv`:
for each range of releases and each CPython that does not compile their code, the first error.
The releases come from the index that pip is set up for.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from packaging.version import Version

TABLE = Path(__file__).parents[2] / "wheelcheck/builds/obstacles/cython_output.csv"
OLDEST = Version("0.24")
"""The first release with wheels for Linux; code of older releases fails like its code."""
OLD_WHEELS = ("--platform", "manylinux1_x86_64", "--python-version", "27", "--abi", "cp27mu")
SAMPLES = {
    "least": "cdef int twice(int x):\n    return x + x\n",
    "traced": "# cython: linetrace=True\ndef twice(x):\n    return x + x\n",
    "ordinary": '''
cimport cython

cdef class Counter:
    cdef int n
    cdef object names

    def __init__(self, names=()):
        self.n = 0
        self.names = dict(names)

    def __iter__(self):
        for name in sorted(self.names):
            yield name, self.names[name]

    cpdef int add(self, int by=1) except -1:
        if by < 0:
            raise ValueError("negative: %d" % by)
        self.n += by
        return self.n

def joined(list items, sep=u", "):
    """Join."""
    cdef long i, total = 0
    out = []
    for i in range(len(items)):
        try:
            total += items[i]
            out.append(str(items[i])[1:])
        except (TypeError, KeyError) as error:
            out.append(repr(error))
        finally:
            total = total % 7
    return sep.join([x for x in out if x is not None]), total, lambda y: y + total
''',
}
ERROR = re.compile(r"^(?:\S+?:\d+:\d+: )?(?:fatal )?error: (.*?)(?: \[-W.*)?$", re.MULTILINE)


def main() -> int:
    """Fill the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("headers", nargs="+", metavar="VERSION=DIR[:DIR]")
    parser.add_argument("--python2", required=True, help="an interpreter for Cython before 3.0")
    parser.add_argument("--releases", nargs="*", help="instead of all from `OLDEST` on")
    given = parser.parse_args()
    headers = {name: dirs.split(":") for name, _, dirs in (h.partition("=") for h in given.headers)}
    rows: dict[tuple[str, str, str], list[Version]] = {}
    seen: list[Version] = []
    for release in sorted(map(Version, given.releases or all_releases())):
        with tempfile.TemporaryDirectory() as folder:
            found = list(judge(release, Path(folder), headers, given.python2))
        if not found:
            print(f"{release}: not measured", file=sys.stderr)
            continue
        seen.append(release)
        for key in found:
            if key[2]:
                rows.setdefault(key, []).append(release)
        print(release, [key[:2] for key in found if key[2]], file=sys.stderr, flush=True)
    write(rows, seen)
    return 0


def all_releases() -> list[str]:
    """What the index has, from `OLDEST` on."""
    command = [sys.executable, "-m", "pip", "index", "versions", "cython"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    line = next(line for line in text.splitlines() if line.startswith("Available"))
    return [v for v in line.partition(":")[2].replace(",", " ").split() if Version(v) >= OLDEST]


def judge(
    release: Version, folder: Path, headers: dict[str, list[str]], python2: str
) -> Iterator[tuple[str, str, str]]:
    """(CPython, sample, first error or "") for all headers and samples."""
    old = release < Version("3.0")
    python = python2 if old else sys.executable
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-compile", "-t", "lib"]
    pip += ["--only-binary=:all:", *(OLD_WHEELS if old else ())]
    if subprocess.run(
        [*pip, f"cython=={release}"], cwd=folder, capture_output=True, check=False
    ).returncode:
        return
    source = folder / "lib"
    for sample, text in SAMPLES.items():
        (folder / f"{sample}.pyx").write_text(text)
        command = [python, str(source / "cython.py"), f"{sample}.pyx"]
        if subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode:
            print(release, "does not translate", sample, file=sys.stderr)
            continue
        for version, dirs in headers.items():
            yield version, sample, first_error(folder / f"{sample}.c", dirs)


def first_error(path: Path, dirs: list[str]) -> str:
    """What gcc says first, "" if it compiles."""
    flags = ["-fsyntax-only", "-w", "-Werror=implicit-function-declaration", "-DNDEBUG"]
    command = ["gcc", *flags, *(f"-I{folder}" for folder in dirs), str(path)]
    text = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"}
    ).stderr
    found = ERROR.search(text)
    return found.group(1) if found else ""


def write(rows: dict[tuple[str, str, str], list[Version]], seen: list[Version]) -> None:
    """One row for each unbroken range of releases."""
    with TABLE.open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["python", "sample", "first", "last", "error"])
        merged: dict[tuple[str, str], list[tuple[Version, str]]] = {}
        for (python, sample, error), releases in rows.items():
            merged.setdefault((python, sample), []).extend((r, error) for r in releases)
        for (python, sample), found in sorted(
            merged.items(), key=lambda item: (Version(item[0][0]), item[0][1])
        ):
            found.sort()
            start = 0
            for place in range(1, len(found) + 1):
                joined = place < len(found) and (
                    seen.index(found[place][0]) == seen.index(found[place - 1][0]) + 1
                    and found[place][1] == found[start][1]
                )
                if not joined:
                    first, last = found[start], found[place - 1]
                    table.writerow([python, sample, first[0], last[0], first[1]])
                    start = place


if __name__ == "__main__":
    raise SystemExit(main())
