"""Which package of a release is what one of another release has become."""

from __future__ import annotations

import re
from collections import Counter

from wheelcheck.distributions.debian_package import FileKind
from wheelcheck.distributions.debian_tables import RELEASES
from wheelcheck.distributions.repository import Repository, debian_repository

__all__ = ["successors"]

_MOST = 3
_TRANSITIONAL = 128
"""KiB that a package without anything but its documentation takes at most."""
_NUMBERS = re.compile(r"\d+(?:\.\d+)*")


def successors(name: str, release: str) -> tuple[str, ...]:
    """Packages of a Debian release that take the place of one it does not have.

    Parameters:
        name: ``libgl1-mesa-glx``, of an earlier or later release.
        release: ``13``.

    Returns:
        The package's new name (as those of 64-bit times, ``libaio1t64``), what it depended on where
        it was only transitional, the package that holds its files now, or the same package in
        another version; () where none is known.
    """
    repository = debian_repository(release)
    if repository is None or name in repository:
        return ()
    renamed = [other for other in (f"{name}t64", name.removesuffix("t64")) if other in repository]
    if renamed:
        return (renamed[0],)
    for number in reversed(RELEASES):
        other = debian_repository(number)
        if other is not None and number != release and name in other:
            found = _from_depends(name, other, repository) or _from_files(name, other, repository)
            if found:
                return found
    return _other_version(name, repository)


def _from_depends(name: str, other: Repository, repository: Repository) -> tuple[str, ...]:
    """What a transitional package depended on: it is small and holds nothing."""
    package = other.package(name)
    if (
        package is None
        or package.kibibytes > _TRANSITIONAL
        or any(other.files(name, kind) for kind in FileKind)
    ):
        return ()
    names = [group[0] for group in package.depends if group[0] != "libc6"]
    there = [name for name in names if name in repository]
    return tuple(there[:_MOST]) if 2 * len(there) > len(names) else ()


def _from_files(name: str, other: Repository, repository: Repository) -> tuple[str, ...]:
    """The package that holds most of what the old one held, and at least half of it."""
    held = [(kind, file) for kind in FileKind for file in other.files(name, kind)]
    votes = Counter(
        package for kind, file in held for package in repository.packages_with(kind, file)
    )
    best = votes.most_common(1)
    return (best[0][0],) if best and 2 * best[0][1] >= len(held) else ()


def _other_version(name: str, repository: Repository) -> tuple[str, ...]:
    """The newest package whose name differs by numbers alone: ``libssl3`` for ``libssl1.1``.

    Not for headers: what is written for one series of a library seldom builds with another.
    """
    if name.endswith("-dev"):
        return ()

    def stem(text: str) -> str:
        return _NUMBERS.sub("#", text.removesuffix("t64"))

    def numbers(text: str) -> list[tuple[int, ...]]:
        found = _NUMBERS.findall(text.removesuffix("t64"))
        return [tuple(map(int, number.split("."))) for number in found]

    own = stem(name)
    alike = [other for other in repository.package_names() if stem(other) == own]
    return (max(alike, key=numbers),) if "#" in own and alike else ()
