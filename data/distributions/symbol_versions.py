"""Write which symbol versions the run-time libraries of Debian's releases define.

    python symbol_versions.py FOLDER

FOLDER is that of ``debian.py``. The libraries are those of ``python:X-slim`` and the compilers'
own run-times; their ``.deb`` files are fetched by apt and read with ``readelf``, nothing is
installed. Written is ``wheelcheck/distributions/symbol_versions.csv``.
"""

from __future__ import annotations

import csv
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from apt_state import CODENAMES, AptState

from wheelcheck.distributions.installed_system import debian_system

TABLE = Path(__file__).parents[2] / "wheelcheck" / "distributions" / "symbol_versions.csv"
RUN_TIMES = ("libstdc++6", "libgomp1", "libgfortran5", "libquadmath0", "libatomic1", "libgcc-s1")


def definitions(path: Path) -> tuple[str, list[str]]:
    """The soname of a shared object and the versions it defines, its own name left out."""
    done = subprocess.run(
        ("readelf", "--wide", "-d", "-V", str(path)), capture_output=True, text=True, check=False
    )
    soname = re.search(r"\(SONAME\)\s+Library soname: \[(.+)\]", done.stdout)
    section = done.stdout.partition("Version definition section")[2]
    section = section.partition("Version needs section")[0]
    names = re.findall(r"Flags: (\S+)\s.*?Name: (\S+)", section)
    return soname[1] if soname else "", [name for flags, name in names if flags != "BASE"]


def libraries(deb: Path) -> Iterator[tuple[str, list[str]]]:
    """Each shared object of a package that defines versions."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(("dpkg-deb", "-x", str(deb), folder), check=True)
        for path in sorted(Path(folder).rglob("*.so*")):
            if path.is_file() and not path.is_symlink():
                soname, versions = definitions(path)
                if soname and versions:
                    yield soname, versions


def main() -> None:
    """Fetch, read and write."""
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("release", "package", "soname", "versions", "source"))
        for release in CODENAMES:
            state = AptState(Path(sys.argv[1]).resolve(), release)
            system = debian_system("debian", release, "python-slim")
            assert system is not None
            names = sorted(name for name in {*system.packages, *RUN_TIMES} if "lib" in name)
            for name, deb in zip(names, state.download(*names), strict=True):
                source = f"{deb.stem.replace('%3a', ':')} of {CODENAMES[release]}/main"
                for soname, versions in libraries(deb):
                    writer.writerow((release, name, soname, " ".join(versions), source))


if __name__ == "__main__":
    main()
