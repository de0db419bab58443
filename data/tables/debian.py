"""What Debian's package indexes say about the tables of libraries, tools, versions and projects.

    python data/tables/debian.py 12                      # from the lists of this machine's apt
    python data/tables/debian.py 13 --packages Packages --sources Sources
    python data/tables/debian.py 13 --packages Packages --write

Reads the ``Packages`` and ``Sources`` indexes (main, amd64) of one release: unpacked files from any
mirror, or what ``apt-get update`` has fetched here. Prints each row that the indexes contradict:

- ``builds/needs/libraries.csv`` and ``toolchain.csv``: packages that the release does not have, and
  run-time packages (whose name holds the soname) on which the package for building does not depend;
- ``distributions/versions.csv``: versions that are others;
- ``builds/needs/system_packages.csv``: libraries in the Build-Depends of the project's source
  package that the row does not name.

With ``--write`` the column of the release in ``versions.csv`` is written; everything else needs a
person, who knows whether a library is required, optional or bundled.
"""

from __future__ import annotations

import argparse
import csv
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from wheelcheck.distributions.distribution import Distribution, Family, names_for
from wheelcheck.tables import read_table

CODENAMES = {"11": "bullseye", "12": "bookworm", "13": "trixie"}
VERSIONS = Path(__file__).parents[2] / "wheelcheck" / "distributions" / "versions.csv"
NEEDS = ("builds/needs/libraries.csv", "builds/needs/toolchain.csv")
_NAME = re.compile(r"[a-z0-9][a-z0-9+.-]+")

Fields = Mapping[str, str]


def main() -> int:
    """Compare, and write where that is wanted."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("release", choices=sorted(CODENAMES))
    parser.add_argument("--packages", type=Path, help="unpacked Packages index")
    parser.add_argument("--sources", type=Path, help="unpacked Sources index")
    parser.add_argument("--write", action="store_true", help="write versions.csv")
    options = parser.parse_args()
    packages = {each["Package"]: each for each in stanzas(index(options, "Packages"))}
    sources = {each["Package"]: each for each in stanzas(index(options, "Sources"))}
    provided = {name for each in packages.values() for name in names_in(each.get("Provides", ""))}
    debian = Distribution(Family.APT, "debian", options.release)
    count = 0
    for message in (
        *packages_of_needs(packages, provided, debian),
        *projects(sources, debian),
        *versions(packages, debian, write=options.write),
    ):
        count += 1
        print(message)
    print(f"{count} differences from Debian {options.release}")
    return 0


def index(options: argparse.Namespace, kind: str) -> str:
    """The text of an index: of the given file, else of the lists of this machine's apt.

    Raises LookupError where apt has not fetched it.
    """
    given: Path | None = getattr(options, kind.lower())
    if given is not None:
        return given.read_text(encoding="utf-8")
    codename = CODENAMES[options.release]
    wanted = (f"Codename: {codename}", f"Created-By: {kind}", "Component: main")
    command = ["apt-get", "indextargets", "--format", "$(FILENAME)", *wanted]
    found = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    if not found:
        if kind == "Sources":
            return ""
        raise LookupError(f"apt has no {kind} of {codename} here: name a file with --packages")
    command = ["/usr/lib/apt/apt-helper", "cat-file", *sorted(found)[:1]]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def stanzas(text: str) -> Iterator[Fields]:
    """The fields of each stanza; continuation lines are joined."""
    for stanza in text.split("\n\n"):
        unfolded = re.sub(r"\n[ \t]+", " ", stanza)
        fields = dict(line.split(":", 1) for line in unfolded.splitlines() if ":" in line)
        if "Package" in fields:
            yield {key: value.strip() for key, value in fields.items()}


def names_in(relations: str) -> set[str]:
    """The package names of a relationship field."""
    parts = re.split(r"[,|]", relations)
    return {found[0] for part in parts if (found := _NAME.match(part.strip()))}


def packages_of_needs(
    packages: Mapping[str, Fields], provided: set[str], debian: Distribution
) -> Iterator[str]:
    """Packages that are not there, and run-time packages that do not belong to the library."""
    for table in NEEDS:
        for row in read_table(table):
            label = row.get("library") or row["tool"]
            build, run = (names_for(row[f"apt_{stage}"], debian) for stage in ("build", "run"))
            for name in (*build, *run):
                if name not in packages and name not in provided:
                    yield f"{table}: {label}: there is no {name}"
            needed = closure(build, packages)
            for name in run if build else ():
                if name in packages and name not in needed:
                    yield f"{table}: {label}: {' '.join(build)} does not bring {name}"


def closure(names: tuple[str, ...], packages: Mapping[str, Fields]) -> set[str]:
    """Packages with all that they depend on; of alternatives, each counts."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in packages and name not in found:
            found.add(name)
            fields = packages[name]
            waiting += names_in(f"{fields.get('Depends', '')},{fields.get('Pre-Depends', '')}")
    return found


def upstream(version: str) -> str:
    """Upstream's part of a package's version (Debian Policy 5.6.12), without marks of repacking."""
    without_epoch = version.partition(":")[2] or version
    without_revision = without_epoch.rpartition("-")[0] or without_epoch
    return re.split(r"[+~-]", without_revision)[0]


def versions(packages: Mapping[str, Fields], debian: Distribution, *, write: bool) -> Iterator[str]:
    """Versions in the release that are not those of the table."""
    column = f"debian-{debian.release}"
    rows = [dict(row) for row in read_table("distributions/versions.csv")]
    cells = {
        row.get("library") or row["tool"]: row["apt_build"]
        for table in NEEDS
        for row in read_table(table)
    }
    cells |= {"gcc": "gcc", "rust": "rustc"}
    for row in rows:
        names = [name for name in names_for(cells[row["name"]], debian) if name in packages]
        now = upstream(packages[names[0]]["Version"]) if names else ""
        before, _, others = row[column].partition(" ")  # the default, then those beside it
        if now.strip("0") and now != before and not (before and now.startswith(f"{before}.")):
            yield f"distributions/versions.csv: {row['name']}: {before or 'none'}, now {now}"
            row[column] = f"{now} {others}".strip()
    if write:
        with VERSIONS.open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            table.writeheader()
            table.writerows(rows)


def projects(sources: Mapping[str, Fields], debian: Distribution) -> Iterator[str]:
    """Libraries that Debian builds a project with and that its row does not name."""
    libraries = {
        name: row["library"]
        for row in read_table(NEEDS[0])
        for name in names_for(row["apt_build"], debian)
    }
    for row in read_table("builds/needs/system_packages.csv"):
        found = re.search(r"Debian (\S+) \d", row["source"])
        if not found or found[1] not in sources:
            continue
        fields = sources[found[1]]
        depends = ",".join(fields.get(f"Build-Depends{kind}", "") for kind in ("", "-Arch"))
        seen = {libraries[name] for name in names_in(depends) if name in libraries}
        named = " ".join(row[key] for key in ("required", "optional", "bundled"))
        for library in sorted(seen - set(named.split())):
            yield (
                f"builds/needs/system_packages.csv: {row['project']} {row['versions']}: "
                f"Debian's {found[1]} {fields['Version']} is built with {library}"
            )


if __name__ == "__main__":
    sys.exit(main())
