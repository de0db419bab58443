"""What an image has installed, step by step, and whether it holds what a build looks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from wheelcheck.distributions.debian_package import Closure, FileKind
from wheelcheck.distributions.distribution import Distribution, Family
from wheelcheck.distributions.repository import Repository, debian_repository
from wheelcheck.distributions.symbol_versions import symbol_versions
from wheelcheck.tables import read_table

__all__ = ["InstalledSystem", "debian_system", "repositories_of", "system_of"]

_UBUNTU_BETWEEN: Mapping[str, tuple[str, ...]] = {
    # /etc/debian_version says bookworm/sid in 22.04 and trixie/sid in 24.04.
    "20.04": ("11",),
    "22.04": ("11", "12"),
    "24.04": ("12", "13"),
    "26.04": ("13",),
}
"""The releases of Debian before and after a release of Ubuntu, as far as the tables reach."""


class InstalledSystem(Struct, frozen=True):
    """The packages of an image, and the repositories from which more can be installed.

    Attributes:
        repositories: Debian's releases by which the system is judged: its own, or for Ubuntu
            those before and after it.
        packages: What is installed, under either of them.
        is_certain: Whether `packages` is all there is. False where a package's dependencies are
            not known, and on Ubuntu: something that is not in `packages` may be there all the same.
    """

    repositories: tuple[Repository, ...]
    packages: frozenset[str]
    is_certain: bool

    def install(
        self, names: Iterable[str], *, recommends: bool = True
    ) -> tuple[InstalledSystem, Closure]:
        """The system after ``apt-get install``, and what that brings.

        Parameters:
            names: Package names, without versions and architectures.
            recommends: False for ``--no-install-recommends``.

        On Ubuntu a name is missing only if it is missing in both releases of Debian.
        """
        names = tuple(names)
        closures = [
            repository.closure(names, recommends=recommends, installed=self.packages)
            for repository in self.repositories
        ]
        found = _united(closures)
        certain = self.is_certain and found.is_complete and len(closures) == 1
        return replace(self, packages=found.installed, is_certain=certain), found

    def remove(self, names: Iterable[str]) -> InstalledSystem:
        """The system after ``apt-get remove`` or ``purge``; what the packages brought stays.

        On Ubuntu a package goes along if it does so in every release of Debian.
        """
        names = tuple(names)
        left = [repository.without(self.packages, names) for repository in self.repositories]
        return replace(self, packages=frozenset().union(*left))

    def has(self, name: str) -> bool:
        """Whether a package is installed that has the name or provides it."""
        provided = (
            package for repository in self.repositories for package in repository.providers(name)
        )
        return name in self.packages or any(package in self.packages for package in provided)

    def holders(self, kind: FileKind, name: str) -> tuple[str, ...]:
        """The installed packages that hold a file by the name under which it is looked for."""
        found = [repository.holding(self.packages, kind, name) for repository in self.repositories]
        return tuple(dict.fromkeys(package for packages in found for package in packages))

    def suppliers(self, kind: FileKind, name: str) -> tuple[str, ...]:
        """The packages that could be installed for a file: those that every release agrees on."""
        found = [repository.packages_with(kind, name) for repository in self.repositories]
        first = found[0] if found else ()
        agreed = tuple(package for package in first if all(package in item for item in found))
        return agreed or (found[-1] if found else ())

    def sonames(self) -> frozenset[str]:
        """The shared objects in the loader's own folders."""
        return frozenset(
            name
            for repository in self.repositories
            for package in self.packages
            for name in repository.files(package, FileKind.SONAME)
        )

    def symbol_versions(self, soname: str) -> frozenset[str] | None:
        """The versions of symbols that a library defines, as ``GLIBCXX_3.4.33``.

        On Ubuntu those of the older release of Debian: newer versions may be there. None where the
        data has none for this library.
        """
        return symbol_versions(self.repositories[0].release, soname)


def _united(closures: list[Closure]) -> Closure:
    """Several releases' answers to one command, together."""
    if len(closures) == 1:
        return closures[0]

    def everywhere(groups: list[tuple[str, ...]]) -> tuple[str, ...]:
        first, *others = groups or [()]
        return tuple(name for name in first if all(name in other for other in others))

    def anywhere(groups: list[tuple[str, ...]]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for group in groups for name in group))

    return Closure(
        frozenset().union(*(closure.installed for closure in closures)),
        anywhere([closure.added for closure in closures]),
        everywhere([closure.missing for closure in closures]),
        everywhere([closure.ambiguous for closure in closures]),
        anywhere([closure.unknown for closure in closures]),
    )


def system_of(distribution: Distribution) -> InstalledSystem | None:
    """What the image of a distribution has; None where no table has its release's packages."""
    if distribution.family is not Family.APT or not distribution.base:
        return None
    return debian_system(distribution.name, distribution.release, distribution.base)


def repositories_of(distribution: Distribution) -> tuple[Repository, ...]:
    """The releases of Debian by which a distribution is judged: its own, or those around Ubuntu's.

    () where the tables know none.
    """
    if distribution.family is not Family.APT:
        return ()
    return _repositories(distribution.name, distribution.release)


def _repositories(name: str, release: str) -> tuple[Repository, ...]:
    numbers = _UBUNTU_BETWEEN.get(release, ()) if name == "ubuntu" else (release,)
    return tuple(filter(None, map(debian_repository, numbers)))


@cache
def debian_system(name: str, release: str, base: str = "debian") -> InstalledSystem | None:
    """What a base image of Debian or Ubuntu has; None for a release that the tables do not know.

    Parameters:
        name: ``debian`` or ``ubuntu``.
        release: ``13``, ``24.04``.
        base: A row of ``base_images.csv``: ``debian`` (also for Ubuntu's own image),
            ``debian-slim``, ``python-slim``, ``python-slim-nis`` (with the libraries of CPython's
            module nis), ``buildpack-deps``, ``python`` (the full image).
    """
    repositories = _repositories(name, release)
    if not repositories:
        return None
    packages = frozenset[str]().union(
        *(_base(repository.release, base) for repository in repositories)
    )
    return InstalledSystem(repositories, packages, is_certain=name == "debian")


@cache
def _base(release: str, base: str) -> frozenset[str]:
    """The packages of a base image, all their dependencies included."""
    repository = debian_repository(release)
    row = next(
        row
        for row in read_table("distributions/base_images.csv")
        if row["base"] == base and release in row["releases"].split()
    )
    assert repository is not None
    names = row["packages"].split()
    if row["includes"]:
        before = _base(release, row["includes"])
        return repository.closure(names, recommends=False, installed=before).installed
    return repository.closure([*repository.required(), *names], recommends=False).installed
