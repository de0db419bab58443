"""Record what apt itself would install for each line of ``cases.txt``, in real roots.

    python simulate.py ROOTS

ROOTS holds one root a release, named as the release is (``trixie``), made by ``debootstrap
--variant=minbase`` and with lists (``chroot ROOT apt-get update``). Each line is installed with and
without recommended packages by ``apt-get install --simulate`` of the root's own apt. Written is
``simulated.tsv``, which ``check_closures.py`` reads; rows that it has already are not made again.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from apt_state import CODENAMES

HERE = Path(__file__).parent
TABLE = HERE / "simulated.tsv"
HEADER = "release\trecommends\tline\tresult\tpackages\n"


def installed(root: Path) -> list[str]:
    """The packages that a root has."""
    command = ("chroot", str(root), "dpkg-query", "-W", "-f", "${Package}\n")
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return sorted(done.stdout.split())


def simulated(root: Path, names: list[str], *, recommends: bool) -> tuple[str, list[str]]:
    """What the root's apt says: ``installs`` and the new packages, or its first complaint."""
    option = "--install-recommends" if recommends else "--no-install-recommends"
    command = ("chroot", str(root), "apt-get", "install", "--simulate", "--yes", option, *names)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        complaints = [line for line in done.stderr.splitlines() if line.startswith("E: ")]
        return complaints[0] if complaints else "fails", []
    return "installs", sorted(re.findall(r"^Inst (\S+)", done.stdout, re.MULTILINE))


def main() -> None:
    """Append a row for every case that the table does not have."""
    roots = Path(sys.argv[1])
    if not TABLE.exists():
        TABLE.write_text(HEADER)
    done = {tuple(row.split("\t")[:3]) for row in TABLE.read_text().splitlines()}
    with TABLE.open("a") as file:
        for release, codename in CODENAMES.items():
            if (release, "", "") not in done:
                row = (release, "", "", "base", " ".join(installed(roots / codename)))
                print(*row, sep="\t", file=file, flush=True)
        for line in (HERE / "cases.txt").read_text().splitlines():
            for release, codename in reversed(CODENAMES.items()):
                for recommends in ("no", "yes"):
                    if (release, recommends, line) not in done:
                        word, names = simulated(
                            roots / codename, line.split(), recommends=recommends == "yes"
                        )
                        row = (release, recommends, line, word, " ".join(names))
                        print(*row, sep="\t", file=file, flush=True)


if __name__ == "__main__":
    main()
