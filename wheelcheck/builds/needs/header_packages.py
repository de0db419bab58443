"""The packages of Debian that bring a header at its very place, and headers that it lost."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from wheelcheck.builds.needs.libraries import library_called, library_table
from wheelcheck.builds.needs.package_files import without_version
from wheelcheck.builds.sdist.source_files import HEADER_ENDINGS
from wheelcheck.distributions.debian_package import FileKind
from wheelcheck.distributions.debian_tables import RELEASES
from wheelcheck.distributions.distribution import Distribution, Family, names_for
from wheelcheck.distributions.repository import Repository, debian_repository

__all__ = ["holder_of_header", "is_lost_header", "is_nested_header"]

_TOOLCHAIN = re.compile(
    r"(libc6|linux-libc|libstdc\+\+|libgcc|gcc|g\+\+|libpython|python|pypy|cpython|libc\+\+|libclang"
    r"|clang|musl|dietlibc|libbsd|gnumach|hurd|mig|libobjc|libgnustep|libhurd|kfreebsd|avr|lib32|libx32)"
)
"""Packages of C's, C++'s and Python's own headers, and of other systems'."""
_ENDINGS = (*HEADER_ENDINGS, ".H")


def holder_of_header(name: str) -> str | None:
    """The package of the newest Debian that brings a header at its very place.

    None for headers of compilers and Python, whatever else has one of that name.
    """
    library = library_called("header", name)
    if library is not None:
        newest = Distribution(Family.APT, "debian", RELEASES[-1])
        return next(iter(names_for(library_table()[library]["apt_build"], newest)), None)
    repository = debian_repository(RELEASES[-1])
    if repository is None or not name.endswith(_ENDINGS):
        return None
    folder = f"{name.partition('/')[0]}/" if "/" in name else name
    holders = repository.packages_with(FileKind.HEADER, name) or (
        repository.packages_with(FileKind.HEADER, folder)
    )
    if any(map(_TOOLCHAIN.match, holders)):
        return None
    exact = [
        package
        for package in holders
        if package.endswith("-dev")
        and {name, folder} & set(repository.files(package, FileKind.HEADER))
    ]
    return _newest(exact, repository)


def is_lost_header(name: str) -> bool:
    """Whether the newest Debian has other headers of a header's folder, by their names, and not it.

    Of folders that are listed as wholes nothing is known.
    """
    repository = debian_repository(RELEASES[-1])
    if repository is None or name.count("/") != 1:
        return False
    folder = name.partition("/")[0] + "/"
    names = _header_names()
    return folder not in names and name not in names and folder in _listed_folders()


def is_nested_header(name: str) -> bool:
    """Whether the newest Debian has a header in packages' own folders alone: ``ucl/ucl.h``."""
    repository = debian_repository(RELEASES[-1])
    if repository is None:
        return False
    holders = repository.packages_with(FileKind.HEADER, name)
    at_top = (name in repository.files(package, FileKind.HEADER) for package in holders)
    return bool(holders) and not any(at_top)


@cache
def _header_names() -> frozenset[str]:
    repository = debian_repository(RELEASES[-1])
    return frozenset(() if repository is None else repository.names(FileKind.HEADER))


@cache
def _listed_folders() -> frozenset[str]:
    return frozenset(
        name.partition("/")[0] + "/" for name in _header_names() if "/" in name.rstrip("/")
    )


def _newest(packages: Sequence[str], repository: Repository) -> str | None:
    """Of one library in several versions that of the distribution's choice: ``libboost-dev``.

    None where the packages are of several libraries.
    """
    stems = {without_version(package) for package in packages}
    if len(packages) <= 1 or len(stems) > 1:
        return packages[0] if len(packages) == 1 else None
    chosen = stems.pop()
    return chosen if repository.package(chosen) is not None else max(packages)
