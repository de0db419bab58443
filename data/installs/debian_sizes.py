"""Write the installed sizes of Debian packages, with what each needs besides the base image.

    python debian_sizes.py 12 PACKAGES

PACKAGES is an unpacked ``Packages`` file of that Debian release (main, amd64), from any mirror.
Kept are the packages that wheelcheck's tables name, those that the stories install, and everything
they depend on; alternatives are answered by the first that exists, recommendations are left out,
as ``--no-install-recommends`` does. Marked as `in_base` is what every ``python:*-slim`` image has
already: packages of priority ``required``, apt, what docker-library's Dockerfile installs or keeps,
and what these depend on.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from wheelcheck.distributions.distribution import Distribution, Family, names_for
from wheelcheck.tables import read_table

TABLES = Path(__file__).parents[2] / "wheelcheck" / "costs" / "image_parts"
CODENAMES = {"11": "bullseye", "12": "bookworm", "13": "trixie"}
# From docker-library/python, the slim Dockerfiles: what is installed, and the shared libraries
# that the interpreter is linked to and that are therefore kept.
IN_SLIM = (
    *("apt", "ca-certificates", "netbase", "openssl", "tzdata", "usr-is-merged"),
    *("libbluetooth3", "libbz2-1.0", "libc6", "libcrypt1", "libdb5.3", "libdb5.3t64"),
    *("libexpat1", "libffi7", "libffi8", "libgdbm6", "libgdbm6t64", "liblzma5", "libncursesw6"),
    *("libnsl2", "libreadline8", "libreadline8t64", "libsqlite3-0", "libssl1.1", "libssl3"),
    *("libssl3t64", "libtinfo6", "libtirpc3", "libtirpc3t64", "libuuid1", "zlib1g"),
)
STORIES = ("build-essential", "gfortran", "libopenblas-dev", "libfreetype6-dev", "libpng-dev")


@dataclass(frozen=True)
class Package:
    """One stanza of a Packages file."""

    name: str
    version: str
    size: int
    groups: tuple[tuple[str, ...], ...]
    provides: tuple[str, ...]
    required: bool


def stanzas(path: Path) -> Iterator[dict[str, str]]:
    """The fields of each stanza; continuation lines are left out."""
    fields: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line:
            yield fields
            fields = {}
        elif not line[0].isspace():
            key, _, value = line.partition(":")
            fields[key] = value.strip()
    if fields:
        yield fields


def names_in(text: str) -> tuple[tuple[str, ...], ...]:
    """``a (>= 1) | b, c:any`` as (("a", "b"), ("c",))."""
    return tuple(
        tuple(re.split(r"[ (:\[]", choice.strip(), maxsplit=1)[0] for choice in group.split("|"))
        for group in text.split(",")
        if group.strip()
    )


def read(path: Path) -> dict[str, Package]:
    """All packages by name."""
    found = {}
    for fields in stanzas(path):
        depends = [fields[key] for key in ("Pre-Depends", "Depends") if key in fields]
        provided = names_in(fields.get("Provides", ""))
        found[fields["Package"]] = Package(
            fields["Package"],
            fields["Version"],
            int(fields.get("Installed-Size", "0")) * 1024,
            names_in(",".join(depends)),
            tuple(name for group in provided for name in group),
            fields.get("Essential") == "yes" or fields.get("Priority") == "required",
        )
    return found


class Archive:
    """A release's packages and who provides which virtual name."""

    def __init__(self, packages: Mapping[str, Package]) -> None:
        self.packages = packages
        self.providers: dict[str, str] = {}
        for package in packages.values():
            for name in package.provides:
                self.providers.setdefault(name, package.name)

    def needs(self, package: Package, have: frozenset[str]) -> tuple[str, ...]:
        """The direct dependencies that are not there yet."""
        chosen = []
        for group in package.groups:
            real = [name for name in group if name in self.packages]
            real += [self.providers[name] for name in group if name in self.providers]
            if real and not have.intersection(real):
                chosen.append(real[0])
        return tuple(dict.fromkeys(chosen))

    def all_needs(self, names: frozenset[str]) -> list[str]:
        """The direct dependencies of several packages that are not among them."""
        return [need for name in names for need in self.needs(self.packages[name], names)]

    def closure(self, roots: Iterable[str], have: frozenset[str]) -> dict[str, tuple[str, ...]]:
        """Everything that `roots` bring, with the direct dependencies of each."""
        found: dict[str, tuple[str, ...]] = {}
        waiting = [name for name in roots if name in self.packages]
        while waiting:
            name = waiting.pop()
            if name not in found and name not in have:
                found[name] = self.needs(self.packages[name], have)
                waiting += found[name]
        return found


def wanted(release: str) -> set[str]:
    """Every package that wheelcheck may ask to install on that release."""
    debian = Distribution(Family.APT, "debian", release)
    return {
        name
        for table in ("libraries", "toolchain")
        for row in read_table(f"builds/needs/{table}.csv")
        for stage in ("build", "run")
        for name in names_for(row[f"apt_{stage}"], debian)
    } | set(STORIES)


def main() -> None:
    """Write the table of one release."""
    release, path = sys.argv[1], Path(sys.argv[2])
    archive = Archive(read(path))
    required = [package.name for package in archive.packages.values() if package.required]
    roots = frozenset([*required, *IN_SLIM]) & archive.packages.keys()
    base = roots | archive.closure(archive.all_needs(roots), roots).keys()
    found = archive.closure(wanted(release), base)
    with (TABLES / f"debian-{release}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("package", "bytes", "in_base", "needs", "source"))
        for name in sorted({*found, *base}):
            package = archive.packages[name]
            source = f"{CODENAMES[release]}/main/amd64 Packages: {package.version}"
            needs = " ".join(sorted(found.get(name, ())))
            writer.writerow((name, package.size, "yes" if name in base else "", needs, source))
    missing = sorted(wanted(release) - archive.packages.keys() - archive.providers.keys())
    print(f"{len(found)} packages; not in this release: {' '.join(missing)}")


if __name__ == "__main__":
    main()
