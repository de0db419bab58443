"""How many bytes system packages add to an image, with everything that they bring along.

For Debian 11, 12 and 13 sizes and dependencies come from the archive's own index
(``debian-12.csv``; ``Installed-Size``, no recommendations). For other distributions they are taken
from the Debian packages that answer the same need, with more doubt: compilers and libraries are
the same sources everywhere. How near that comes is in `KINSHIP`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from wheelcheck.builds.needs.libraries import library_table
from wheelcheck.builds.needs.toolchain import tool_table
from wheelcheck.costs.quantity import Quantity
from wheelcheck.distributions.distribution import Distribution, Family, names_for
from wheelcheck.distributions.implied_packages import implied_packages, is_metapackage
from wheelcheck.tables import read_rows

__all__ = ["SystemSize", "system_size"]


@dataclass(frozen=True, slots=True)
class SystemSize:
    """Bytes that installing some packages adds; `unsized` are those of unknown size, left out."""

    size: Quantity
    unsized: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Package:
    """`in_base`: every slim image of Debian has it."""

    bytes: int
    needs: tuple[str, ...]
    in_base: bool


@dataclass(frozen=True, slots=True)
class _Kin:
    """How a distribution's sizes relate to Debian's: the median ratio, and the 80 % factor."""

    share: float
    factor: float


_MEASURED_FACTOR = 1.03
"""Installed-Size counts blocks of 1 KiB and is rounded; packages move within a release."""
KINSHIP: Mapping[str, _Kin] = {
    # gcc + musl-dev are 0.80 (Alpine 3.22) and 0.92 (3.24) of Debian 13's gcc + libc6-dev;
    # build-base is 0.87 (3.22) and 0.83 (3.11, of Debian 11's) of g++ + make + patch
    # (data/installs/alpine_toolchain.csv). Libraries come without the static archives that
    # Debian's -dev packages have.
    "alpine": _Kin(0.85, 1.35),
    "wolfi": _Kin(0.85, 1.5),
    "debian": _Kin(1.0, 1.15),
    "ubuntu": _Kin(1.0, 1.2),
}
_FAR = _Kin(1.0, 1.6)


def system_size(names: Iterable[str], distribution: Distribution) -> SystemSize:
    """What installing these packages adds to the distribution's base image.

    Dependencies are counted once, and what the image has already not at all. Packages that neither
    our tables nor Debian's index know are `unsized`.
    """
    return _system_size(tuple(dict.fromkeys(names)), distribution)


@lru_cache(maxsize=256)
def _system_size(names: tuple[str, ...], distribution: Distribution) -> SystemSize:
    release = _debian_release(distribution)
    sizes = _sizes(release)
    there = _base(distribution, sizes)
    there |= _closure(distribution.preinstalled, sizes, there)
    pairs = {name: _counterparts(name, distribution.family, release) for name in names}
    known = {name: found for name, found in pairs.items() if not sizes.keys().isdisjoint(found)}
    found = _closure((answer for answers in known.values() for answer in answers), sizes, there)
    total = sum(sizes[name].bytes for name in found)
    return SystemSize(
        _estimate(total, distribution, release),
        tuple(
            name for name in names if name not in known and name not in distribution.preinstalled
        ),
    )


_COMPILERS_RUNTIME = {"libgcc-s1", "libstdc++6"}


def _base(distribution: Distribution, sizes: Mapping[str, _Package]) -> frozenset[str]:
    """What the smallest image with Python has: that of Alpine lacks what C++ needs to run."""
    base = frozenset(name for name, package in sizes.items() if package.in_base)
    return base - _COMPILERS_RUNTIME if distribution.family is Family.APK else base


def _estimate(total: int, distribution: Distribution, release: str) -> Quantity:
    if not total:
        return Quantity.exact(0)
    if distribution.name == "debian" and distribution.release == release:
        source = f"Debian {release}'s package index"
        return Quantity.within(total, _MEASURED_FACTOR, "measured", source)
    kin = KINSHIP.get(distribution.name, _FAR)
    source = f"the same libraries and tools on Debian {release}"
    return Quantity.within(total * kin.share, kin.factor, "derived", source)


_ALPINE_OF = ((3, 15), (3, 19))
"""The last Alpine releases whose toolchain is nearer to Debian 11's, and to Debian 12's."""


def _debian_release(distribution: Distribution) -> str:
    """The Debian release whose index speaks for a distribution."""
    parts = tuple(int(part) for part in distribution.release.split(".") if part.isdigit())
    if not parts:
        return "13"
    match distribution.name:
        case "debian":
            return str(min(max(parts[0], 11), 13))
        case "alpine":
            return "11" if parts <= _ALPINE_OF[0] else "12" if parts <= _ALPINE_OF[1] else "13"
        case "ubuntu":
            return "11" if parts < (22,) else "12" if parts < (24,) else "13"
        case _:
            return "12"


def _closure(
    roots: Iterable[str], sizes: Mapping[str, _Package], there: frozenset[str]
) -> set[str]:
    """These packages and all they need, as far as they are not there yet."""
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        if name in sizes and name not in found and name not in there:
            found.add(name)
            waiting += sizes[name].needs
    return found


@cache
def _sizes(release: str) -> Mapping[str, _Package]:
    return {
        row["package"]: _Package(
            int(row["bytes"]), tuple(row["needs"].split()), row["in_base"] == "yes"
        )
        for row in read_rows(f"costs/image_parts/debian-{release}.csv")
    }


def _counterparts(name: str, family: Family, release: str) -> tuple[str, ...]:
    """Debian's packages for what a package is for; () where none is known."""
    if family is Family.APT:
        return (name,)
    debian = Distribution(Family.APT, "debian", release)
    cells = _cells(family)
    answers: dict[str, None] = {}
    for part in _parts(name, family):
        for cell in cells.get(part, ()):
            answers |= dict.fromkeys(names_for(cell, debian))
    return tuple(answers)


def _parts(name: str, family: Family) -> tuple[str, ...]:
    """The packages whose sizes make up that of a package."""
    brought = implied_packages().get((family, name), ())
    if is_metapackage(name, family):
        return tuple(part for each in brought for part in _parts(each, family))
    # of a package without a size of its own, what it brings along says nothing
    return (name, *brought) if name in _cells(family) else ()


@cache
def _cells(family: Family) -> Mapping[str, tuple[str, ...]]:
    """For each package of a family: the cells that name Debian's packages for the same need.

    A run-time package is matched with the run-time cell, or with the one for building where Debian
    has no name for it.
    """
    found: dict[str, tuple[str, ...]] = {}
    for table in (tool_table(), library_table()):
        for row in table.values():
            for stage in ("build", "run"):
                cell = row[f"apt_{stage}"] or row["apt_build"]
                for item in row[f"{family}_{stage}"].split():
                    name = item.partition("@")[0]
                    # the first need that names a package is its own: gcc before what needs gcc
                    found.setdefault(name, (cell,))
    return found
