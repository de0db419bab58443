"""What an image has: shared libraries with their symbol versions, and who brings the others.

Debian's releases answer from their own package data, other distributions from tables with their
source. Where nothing says what an image has beyond the libraries of a table, that is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from msgspec import structs

from wheelcheck.distributions.debian_package import FileKind
from wheelcheck.distributions.distribution import Distribution, Family
from wheelcheck.distributions.installed_system import (
    InstalledSystem,
    debian_system,
    repositories_of,
)
from wheelcheck.distributions.symbol_versions import symbol_versions
from wheelcheck.tables import read_table
from wheelcheck.targets.target import Libc, Target

__all__ = ["ImageLibraries", "image_libraries", "install_command", "installs_packages"]

_COMMANDS: Mapping[str, str] = {
    "apt": "apt-get install -y --no-install-recommends",
    "apk": "apk add --no-cache",
    "dnf": "dnf install -y",
}
_EVERY_GLIBC = frozenset({"libgcc_s.so.1", "libstdc++.so.6", "libz.so.1"})
"""What every Debian and Ubuntu image has: apt and dpkg need it."""
_MANY = ("-dev", "-dbg", "-doc", "-cross", "-tests")


@dataclass(frozen=True, slots=True)
class ImageLibraries:
    """The shared libraries of one image, with those that packages installed beside it bring.

    Attributes:
        title: The distribution, to be shown.
        libc: The C library that every program in it uses.
        libc_version: Its version.
        sonames: Libraries that are known to be there.
        is_complete: Whether what is not listed is not there.
        doubtful: Libraries that packages bring in some releases: here or not.
        symbols: The highest symbol versions by prefix: ``GLIBCXX`` → (3, 4, 33).
        family: The package manager; None where nothing can be installed.
        find_system: Gives `system`: most images are never asked for more than `sonames`, and
            reading all packages of a release takes a while.
    """

    title: str
    libc: Libc
    libc_version: tuple[int, int]
    sonames: frozenset[str] = frozenset()
    is_complete: bool = False
    doubtful: frozenset[str] = frozenset()
    symbols: Mapping[str, tuple[int, ...]] = field(default_factory=dict, hash=False)
    family: Family | None = None
    find_system: Callable[[], InstalledSystem | None] = field(default=lambda: None, compare=False)

    @property
    def system(self) -> InstalledSystem | None:
        """The packages of a Debian or Ubuntu image, which answer for all libraries."""
        return self.find_system()

    def has(self, soname: str) -> bool | None:
        """Whether a library is there; None where that is not known."""
        if soname in self.sonames:
            return True
        system = self.system
        if system is not None and _packages(system.holders, soname):
            return True
        return False if self.is_complete and soname not in self.doubtful else None

    def has_stem(self, stem: str) -> bool | None:
        """Whether `find_library` finds a library of that name; a ``*`` at its end is any rest."""
        if any(_is_of(soname, stem) for soname in self.sonames):
            return True
        if self.system is not None and any(_is_of(s, stem) for s in self.system.sonames()):
            return True
        may_be = any(_is_of(soname, stem) for soname in self.doubtful)
        return False if self.is_complete and not may_be else None

    def candidates(self, stem: str) -> tuple[str, ...]:
        """The libraries that the distribution's packages have under a name for `find_library`."""
        if self.system is not None:
            known: Iterable[str] = _all_sonames(self.system)
        else:
            known = (row["soname"] for row in read_table(_PACKAGES))
        return tuple(soname for soname in known if _is_of(soname, stem))

    def package_of(self, soname: str) -> str | None:
        """The package that brings a library here; None where none does, or nobody knows."""
        if self.system is not None:
            found = _packages(self.system.suppliers, soname)
            return min(found, key=_preference) if found else None
        if self.family in {Family.APK, Family.DNF}:
            rows = (row for row in read_table(_PACKAGES) if row["soname"] == soname)
            known = next((row[str(self.family)] for row in rows), "")
            return known or _links(str(self.family)).get(soname)
        return None

    def may_bring(self, stem: str, sonames: frozenset[str]) -> bool:
        """Whether the distribution's build of a library needs one of these libraries.

        A copy of it in a wheel is built from the same source. True where nothing is known of it.
        """
        names = self.candidates(f"{stem}.so*")
        owners = {package for name in names if (package := self.package_of(name))}
        if self.system is None or not owners:
            return True
        there, _ = structs.replace(self.system, packages=frozenset()).install(
            owners, recommends=False
        )
        return any(there.holders(FileKind.SONAME, name) for name in sonames)

    def without_implied(self, packages: tuple[str, ...]) -> tuple[str, ...]:
        """Those of some packages that the others do not bring along anyway."""
        wanted = list(packages)
        if self.system is None:
            return packages
        for package in packages:
            rest = [name for name in wanted if name != package]
            after, _ = self.system.install(rest, recommends=False)
            if rest and package in after.packages:
                wanted = rest
        return tuple(wanted)

    @property
    def knows_packages(self) -> bool:
        """Whether a library without a package is known to have none."""
        return self.system is not None and self.system.is_certain

    def with_packages(self, names: Iterable[str], *, recommends: bool) -> ImageLibraries:
        """The image after packages were installed, with all that they bring along."""
        added = tuple(names)
        if not added:
            return self
        if self.system is not None:
            system, closure = self.system.install(added, recommends=recommends)
            complete = self.is_complete and closure.is_complete
            return replace(self, find_system=lambda: system, is_complete=complete)
        family = str(self.family)
        brought = {row["soname"] for row in read_table(_PACKAGES) if row.get(family) in added}
        brought |= {link for link, package in _links(family).items() if package in added}
        whole = [row for row in _whole_packages(family) if row["package"] in added]
        brought |= {soname for row in whole for soname in row["brings"].split()}
        doubtful = {soname for row in whole for soname in row["may_bring"].split()}
        # what the tables do not know of a package it may bring all the same
        known = {row.get(family) for row in read_table(_PACKAGES)}
        known |= {row["package"] for row in whole}
        return replace(
            self,
            sonames=self.sonames | brought,
            is_complete=self.is_complete and known.issuperset(added),
            doubtful=self.doubtful | doubtful,
        )


_PACKAGES = "loading/library_packages.csv"


@cache
def _whole_packages(family: str) -> tuple[Mapping[str, str], ...]:
    """The packages of which a table has all libraries that come with them."""
    rows = read_table("loading/whole_packages.csv")
    return tuple(row for row in rows if row["family"] == family)


@cache
def _links(family: str) -> Mapping[str, str]:
    """The links without a version (``libx.so``), which development packages have, by name."""
    found: dict[str, str] = {}
    for row in read_table("builds/needs/libraries.csv"):
        newest = [p.partition("@") for p in (row.get(f"{family}_build") or "").split()]
        package = next((name for name, _, when in newest if not when or when.endswith("..")), "")
        for name in row["names"].split() if package else ():
            if name.startswith("so:"):
                found.setdefault(f"{name.removeprefix('so:')}.so", package)
    return found


def image_libraries(target: Target, distribution: Distribution) -> ImageLibraries | None:
    """What the image of a target has; None where no table knows it."""
    if target.libc is None or target.libc_version is None:
        return None
    base = _base_of(target, distribution)
    row = _row(target, distribution)
    if row is None and not base:
        return None

    def find_system() -> InstalledSystem | None:
        return debian_system(distribution.name, distribution.release, base) if base else None

    return ImageLibraries(
        title=str(distribution),
        libc=target.libc,
        libc_version=target.libc_version,
        sonames=(frozenset(row["sonames"].split()) if row else _EVERY_GLIBC) | _pythons(target),
        is_complete=row["complete"] == "yes" if row else True,
        symbols=_symbols(distribution, has_data=bool(base)),
        family=distribution.family if installs_packages(target, distribution) else None,
        find_system=find_system,
    )


def _pythons(target: Target) -> frozenset[str]:
    """The library of CPython itself: docker-library/python builds with ``--enable-shared``."""
    if target.image is None or not target.image.name.startswith("python:"):
        return frozenset()
    return frozenset({"libpython{}.{}.so.1.0".format(*target.python), "libpython3.so"})


def installs_packages(target: Target, distribution: Distribution) -> bool:
    """Whether an image has a package manager: distroless images and Lambda's runtimes have none."""
    row = _row(target, distribution)
    return row is None or row["installs"] != "no"


def _base_of(target: Target, distribution: Distribution) -> str:
    """The row of ``base_images.csv`` for the image; "" where there is no data of its packages."""
    image = target.image.name if target.image else ""
    if distribution.name not in {"debian", "ubuntu"} or not repositories_of(distribution):
        return ""
    return distribution.base if image.startswith(("python:", "debian:", "ubuntu:")) else ""


def _row(target: Target, distribution: Distribution) -> Mapping[str, str] | None:
    image = target.image.name if target.image else ""
    for row in read_table("loading/image_libraries.csv"):
        fits = row["release"] in {distribution.release, "*"} and row["os"] == distribution.name
        if fits and (row["images"] == "*" or image.startswith(tuple(row["images"].split()))):
            return row
    return None


def _symbols(distribution: Distribution, *, has_data: bool) -> Mapping[str, tuple[int, ...]]:
    """The newest symbol versions of the C++ library in a release."""
    found: dict[str, tuple[int, ...]] = {}
    repositories = repositories_of(distribution) if has_data else ()
    release = repositories[0].release if repositories else ""  # of Ubuntu the older release
    for version in symbol_versions(release, "libstdc++.so.6") or ():
        prefix, _, number = version.rpartition("_")
        if re.fullmatch(r"\d+(\.\d+)*", number):
            parts = tuple(map(int, number.split(".")))
            found[prefix] = max(parts, found.get(prefix, ()))
    if found:
        return found
    for row in read_table("loading/symbol_versions.csv"):
        if row["os"] == distribution.name and row["release"] == distribution.release:
            found[row["prefix"]] = tuple(map(int, row["newest"].split(".")))
    return found


def _packages(
    with_file: Callable[[FileKind, str], tuple[str, ...]], soname: str
) -> tuple[str, ...]:
    """The packages with a library; one without a version in its name too.

    The package data has ``libnspr4.so`` by what follows ``-l``, as the links of -dev packages.
    """
    found = with_file(FileKind.SONAME, soname)
    if found or not (soname.startswith("lib") and soname.endswith(".so")):
        return found
    named = with_file(FileKind.LIB, soname.removeprefix("lib").removesuffix(".so"))
    return tuple(package for package in named if not package.endswith("-dev"))


@cache
def _all_sonames(system: InstalledSystem) -> tuple[str, ...]:
    """Every soname of the distribution's packages."""
    return tuple(
        name for repository in system.repositories for name in repository.names(FileKind.SONAME)
    )


def _is_of(soname: str, stem: str) -> bool:
    bare = stem.removeprefix("lib") or stem
    if stem.endswith("*"):
        return soname.startswith(f"lib{bare[:-1]}")
    return soname.startswith((f"lib{bare}.so", f"lib{stem}.so"))


def _preference(package: str) -> tuple[bool, bool, int, str]:
    """Plain libraries before development files and special builds, short names first."""
    odd = package.endswith(_MANY) or "-cross" in package
    special = any(part in package for part in ("-pgo", "mingw", "-amd64-", "-i386", "nvidia"))
    return odd, special, len(package), package


def install_command(family: Family, packages: Iterable[str]) -> str:
    """The command that installs packages."""
    return f"{_COMMANDS[str(family)]} {' '.join(packages)}"
