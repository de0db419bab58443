"""The packages of a distribution that hold the files by which a build looks for a thing.

Debian's Contents tables answer for Debian, and for Ubuntu where the releases of Debian around it
agree. Elsewhere a file leads to a package of the newest Debian, and this to a row of
`libraries.csv`, where other distributions' names are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from packaging.version import Version

from wheelcheck.builds.needs.libraries import library_called, library_table
from wheelcheck.distributions.debian_package import FileKind
from wheelcheck.distributions.debian_tables import RELEASES
from wheelcheck.distributions.distribution import Distribution, Family, names_for
from wheelcheck.distributions.installed_system import repositories_of
from wheelcheck.distributions.repository import Repository, debian_repository
from wheelcheck.tables import read_table

__all__ = [
    "brought_by",
    "build_package",
    "build_packages",
    "holder_of",
    "is_packaged",
    "library_of",
    "loaded_packages",
    "pkg_config_version",
    "run_packages",
    "search_command",
    "without_version",
]

_VERSION_IN_NAME = re.compile(r"-?\d[\d.]*(?=-dev$)")
_Sought = tuple[FileKind, str]


def build_package(sought: _Sought, distribution: Distribution) -> str | None:
    """The package to install for a build that looks for a file; None where none is known."""
    repositories = repositories_of(distribution)
    found = [_best(repository, sought) for repository in repositories]
    agreed = found and all(name == found[0] for name in found)
    return found[0] if agreed else None


def build_packages(
    groups: Sequence[Sequence[_Sought]], distribution: Distribution
) -> list[str | None]:
    """The packages for several needs, each looked for by any of a group's files.

    Where two exclude each other, as versions of one library do (libomp-17-dev, libomp-22-dev), a
    version that holds what both look for is taken, or another that goes with the rest.
    """
    by_file = ((build_package(sought, distribution) for sought in group) for group in groups)
    picks = [next(filter(None, found), None) for found in by_file]
    repositories = repositories_of(distribution)
    for at, pick in enumerate(picks):
        for before, other in enumerate(picks[:at]):
            if pick and other and _exclude_each_other(repositories, pick, other):
                held = _all_holders(repositories, groups[at])
                both = [name for name in _all_holders(repositories, groups[before]) if name in held]
                if both:
                    picks[at] = picks[before] = both[0]
                else:
                    picks[at] = _beside(repositories, held, picks[:at]) or pick
                break
    return picks


def _beside(
    repositories: Sequence[Repository], held: Iterable[str], others: Sequence[str | None]
) -> str | None:
    """Of several packages the first that excludes none of the others."""
    there = [other for other in others if other]
    free = (
        name
        for name in held
        if not any(_exclude_each_other(repositories, name, other) for other in there)
    )
    return next(free, None)


def _exclude_each_other(repositories: Iterable[Repository], first: str, second: str) -> bool:
    pairs = ((first, second), (second, first))
    return any(
        other in known.conflicts
        for repository in repositories
        for name, other in pairs
        if (known := repository.package(name)) is not None and name != other
    )


def _all_holders(
    repositories: Sequence[Repository], group: Iterable[_Sought]
) -> Mapping[str, None]:
    """The packages that hold one of these files, likeliest first; of the first release alone."""
    return dict.fromkeys(
        name for sought in group for name in _likeliest_first(repositories[0], sought)
    )


def run_packages(package: str, distribution: Distribution) -> tuple[str, ...]:
    """What a program that was built with a -dev package loads: of its dependencies the libraries.

    () for a package of headers alone.
    """
    repositories = repositories_of(distribution)
    found = [_libraries(repository, package) for repository in repositories]
    agreed = found and all(names == found[0] for names in found)
    return found[0] if agreed else ()


def loaded_packages(
    names: tuple[str, ...], links: Iterable[str], distribution: Distribution
) -> tuple[str, ...]:
    """Of a library's packages for the run time those that hold what is linked with.

    `links` are names behind ``-l``. All `names` where that is not known, or no package has it.
    """
    stems = {f"lib{name}" for name in links}
    repositories = repositories_of(distribution) if stems else []
    return (
        tuple(
            name
            for name in names
            if any(stems & _stems(repository, name) for repository in repositories)
        )
        or names
    )


@cache
def library_of(sought: _Sought) -> str | None:
    """The library of our table to whose package in the newest Debian a file belongs."""
    if sought[0] is FileKind.HEADER and library_called("header", sought[1]) is not None:
        return library_called("header", sought[1])
    repository = debian_repository(RELEASES[-1])
    package = _best(repository, sought) if repository is not None else None
    return _by_package().get(package) if package is not None else None


def brought_by(needs: Iterable[tuple[str, Iterable[_Sought]]]) -> frozenset[str]:
    """What the newest Debian installs for libraries of our table, by name, and for files.

    Packages that have a version in their name are in it without, too.
    """
    repository = debian_repository(RELEASES[-1])
    debian = Distribution(Family.APT, "debian", RELEASES[-1])
    found: set[str] = set()
    for name, files in needs:
        row = library_table().get(name)
        found.update(names_for(row["apt_build"], debian) if row is not None else ())
        found.update(filter(None, (build_package(sought, debian) for sought in files)))
    known = [name for name in found if repository is not None and repository.package(name)]
    if repository is None or not known:
        return frozenset(found)
    there = found | repository.closure(known, recommends=False).installed
    return frozenset(there | {without_version(name) for name in there})


def without_version(package: str) -> str:
    """The name of a package for development without the version in it: libboost-dev."""
    return _VERSION_IN_NAME.sub("", package)


def holder_of(sought: _Sought) -> str | None:
    """The package of the newest Debian that brings a file; None where none does."""
    repository = debian_repository(RELEASES[-1])
    return None if repository is None else _best(repository, sought)


def is_packaged(sought: _Sought) -> bool:
    """Whether the newest Debian has a package with a file."""
    return holder_of(sought) is not None


def pkg_config_version(sought: _Sought, distribution: Distribution) -> Version | None:
    """The version by which pkg-config knows a module on a distribution; None where it is not known.

    `pkg_config_versions.csv` is of one release of Debian.
    """
    kind, name = sought
    column = f"{distribution.name}-{distribution.release}"
    text = _pkg_config_versions().get(name, {}).get(column) if kind is FileKind.PC else None
    return Version(text) if text else None


@cache
def _pkg_config_versions() -> Mapping[str, Mapping[str, str]]:
    return {row["pc"]: row for row in read_table("builds/needs/pkg_config_versions.csv")}


def search_command(sought: _Sought, distribution: Distribution) -> str:
    """How a distribution's own tool looks for a file; "" where it has no way.

    apk's names ``pc:`` and ``cmd:`` are what abuild writes into packages; dnf finds RPM's
    ``pkgconfig()`` and paths (man pages of apk-search and dnf).
    """
    kind, name = sought
    if distribution.family is Family.APK:
        prefix = {FileKind.PC: "pc:", FileKind.EXECUTABLE: "cmd:"}.get(kind)
        return f"apk search --exact {prefix}{name}" if prefix else ""
    if distribution.family is Family.DNF:
        patterns = {
            FileKind.PC: f"'pkgconfig({name})'",
            FileKind.LIB: f"'*/lib{name}.so'",
            FileKind.EXECUTABLE: f"'*bin/{name}'",
            FileKind.HEADER: f"'*/include/{name}'",
            FileKind.CMAKE: f"'cmake({name})'",
        }
        return f"dnf provides {patterns[kind]}" if kind in patterns else ""
    return ""


@cache
def _by_package() -> Mapping[str, str]:
    debian = Distribution(Family.APT, "debian", RELEASES[-1])
    return {
        package: library
        for library, row in reversed(list(library_table().items()))
        for package in names_for(row["apt_build"], debian)
    }


@cache
def _best(repository: Repository, sought: _Sought) -> str | None:
    """Of the packages that hold a file, the likeliest."""
    return next(iter(_likeliest_first(repository, sought)), None)


@cache
def _likeliest_first(repository: Repository, sought: _Sought) -> tuple[str, ...]:
    """The packages that hold a file: those for development, and of that name first."""
    kind, name = sought
    found = next(filter(None, (_holders(repository, item) for item in _spellings(kind, name))), ())
    if kind is not FileKind.EXECUTABLE:
        found = tuple(package for package in found if package.endswith("-dev")) or found

    def order(package: str) -> tuple[bool, int, str]:
        return not _is_named(package, name), len(package), package

    return tuple(sorted(found, key=order))


def _holders(repository: Repository, sought: _Sought) -> tuple[str, ...]:
    return repository.packages_with(*sought)


def _spellings(kind: FileKind, name: str) -> Iterator[_Sought]:
    """The ways in which a distribution may name what a build looks for, likeliest first.

    CMake's own modules look for what brings no configuration for CMake; Meson takes names for
    pkg-config or for CMake. Headers of large folders are listed by the folder alone.
    """
    yield kind, name
    lower = name.lower()
    if kind is FileKind.HEADER:
        if "/" in name:
            yield kind, f"{name.partition('/')[0]}/"
        return
    if kind is FileKind.EXECUTABLE:
        return
    if kind is FileKind.PC:
        yield FileKind.CMAKE, name
    elif kind is FileKind.CMAKE:
        yield FileKind.PC, lower
        yield FileKind.PC, f"lib{lower}"
    for stem in dict.fromkeys((name, lower)):
        yield FileKind.LIB, stem.removeprefix("lib")


def _is_named(package: str, name: str) -> bool:
    """Whether a package is called after a file: ``libfoo-dev``, ``foo-dev``, ``libfoo2-dev``."""
    stem = package.removesuffix("-dev").removeprefix("lib").rstrip("0123456789.-")
    return stem == name.lower().removeprefix("lib").rstrip("0123456789.-").replace("_", "-")


def _libraries(repository: Repository, package: str) -> tuple[str, ...]:
    known = repository.package(package)
    stems = {f"lib{name}" for name in repository.files(package, FileKind.LIB)}
    if known is None or not stems:
        return ()
    depends = [name.rstrip("!") for group in known.depends for name in group[:1]]
    own = package.removesuffix("-dev").rstrip("0123456789.-")
    found = [name for name in depends if stems & _stems(repository, name)] or [
        name for name in depends if name.startswith(own) and _stems(repository, name)
    ]
    return tuple(sorted(found))


def _stems(repository: Repository, package: str) -> set[str]:
    """The names of a package's shared objects, without their versions."""
    return {name.split(".so")[0] for name in repository.files(package, FileKind.SONAME)}
