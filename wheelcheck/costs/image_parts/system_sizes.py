"""How many bytes system packages add to an image, with everything that they bring along.

For Debian 11, 12 and 13 sizes and dependencies come from the archive's own index
(``Installed-Size``). For other distributions they are taken from the Debian packages that answer
the same need, with more doubt: compilers and libraries are the same sources everywhere. How near
that comes is in `KINSHIP`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache

from msgspec import Struct
from msgspec.structs import replace

from wheelcheck.builds.needs.libraries import library_table
from wheelcheck.builds.needs.toolchain import tool_table
from wheelcheck.costs.quantity import Quantity, total
from wheelcheck.distributions.distribution import Distribution, Family, names_for
from wheelcheck.distributions.implied_packages import implied_packages, is_metapackage
from wheelcheck.distributions.installed_system import InstalledSystem, debian_system
from wheelcheck.tables import read_table

__all__ = ["SLIM_SHARE", "SystemInstallation", "SystemSize", "installed_size", "system_size"]


class SystemInstallation(Struct, frozen=True):
    """Packages that one command of a package manager installs.

    `recommends` says that recommended packages come along. Of what is `removed` a later command
    has taken the packages themselves away, and what they had brought along stayed.
    """

    names: tuple[str, ...]
    recommends: bool = False
    removed: bool = False


class SystemSize(Struct, frozen=True):
    """Bytes that installing some packages adds; `unsized` are those of unknown size, left out."""

    size: Quantity
    unsized: tuple[str, ...] = ()


class _Kin(Struct, frozen=True):
    """How a distribution's sizes relate to Debian's: the median ratio, and the 80 % factor."""

    share: float
    factor: float


SLIM_SHARE = 0.92
"""What Debian's slim images keep of Installed-Size: dpkg leaves documentation and translations out
there (data/installs/debian_installs.csv)."""
_SLIM_FACTOR, _WHOLE_FACTOR = 1.1, 1.05
"""Of single installations in that file; packages move within a release."""
_MOVED = 1.15
"""The same package of Alpine in one release and in another."""
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
    """What installing these packages adds to the distribution's base image, recommendations off.

    Dependencies are counted once, and what the image has already not at all. Packages that neither
    our tables nor Debian's index know are `unsized`.
    """
    return installed_size([SystemInstallation(tuple(dict.fromkeys(names)))], distribution)


def installed_size(
    installations: Iterable[SystemInstallation], distribution: Distribution
) -> SystemSize:
    """What several commands, one after the other, add to the distribution's base image."""
    return _installed_size(tuple(installations), distribution)


@lru_cache(maxsize=256)
def _installed_size(
    installations: tuple[SystemInstallation, ...], distribution: Distribution
) -> SystemSize:
    release = _debian_release(distribution)
    own = _own_sizes() if distribution.name == "alpine" else {}
    roots, others = [], []
    for each in installations:
        names = tuple(_without_metapackages(each.names, distribution.family))
        roots += [name for name in names if name in own]
        others.append(replace(each, names=tuple(name for name in names if name not in own)))
    kibibytes, unsized = _by_debian(others, distribution, release)
    return SystemSize(
        total([_estimate(kibibytes * 1024, distribution, release), _own_size(roots)]),
        tuple(name for name in unsized if name not in distribution.preinstalled),
    )


def _by_debian(
    installations: Iterable[SystemInstallation], distribution: Distribution, release: str
) -> tuple[int, Iterable[str]]:
    """The KiB of what answers in a release of Debian, and what has no size there."""
    system = _base(distribution, release)
    kibibytes = 0
    unsized: dict[str, None] = {}
    for each in installations:
        pairs = {name: _counterparts(name, distribution.family, release) for name in each.names}
        wanted = dict.fromkeys(answer for found in pairs.values() for answer in found)
        system, closure = system.install(wanted, recommends=each.recommends)
        lacking = {*closure.missing, *closure.ambiguous}
        without = (name for name, found in pairs.items() if not found)
        system, small = _small_namesakes(system, without)
        kibibytes += sum(small.values())
        unsized |= dict.fromkeys(
            name for name, found in pairs.items() if name not in small and lacking.issuperset(found)
        )
        unsized |= dict.fromkeys(closure.unknown)
        gone = wanted if each.removed else {}
        kibibytes += sum(_sizes(system, (name for name in closure.added if name not in gone)))
    return kibibytes, unsized


_SMALL_KIB = 8192
"""What a package may weigh in Debian whose namesake elsewhere is taken to weigh as much: an error
of some megabytes, where a name without any size would make the whole image one."""


def _small_namesakes(
    system: InstalledSystem, names: Iterable[str]
) -> tuple[InstalledSystem, Mapping[str, int]]:
    """What is there then, and the KiB of packages that Debian has by the same name, if small."""
    found = {}
    for name in names:
        after, closure = system.install([name], recommends=False)
        kibibytes = sum(_sizes(system, closure.added))
        known = not (closure.missing or closure.ambiguous or closure.unknown)
        if known and kibibytes <= _SMALL_KIB:
            system, found[name] = after, kibibytes
    return system, found


def _without_metapackages(names: Iterable[str], family: Family) -> Iterator[str]:
    """The names, those that stand for others replaced by them; of Debian's the index tells."""
    for name in names:
        if family is not Family.APT and is_metapackage(name, family):
            yield from _without_metapackages(implied_packages().get((family, name), ()), family)
        else:
            yield name


def _own_size(names: Iterable[str]) -> Quantity:
    """The size of packages that Alpine's own data knows, with what they bring along."""
    sizes = _own_sizes()
    found = {other for name in names for other in (name, *sizes[name][1])}
    kibibytes = sum(sizes[name][0] for name in found)
    source = "installed sizes of Alpine 3.24"
    return Quantity.within(kibibytes * 1024, _MOVED, "measured", source)


@cache
def _own_sizes() -> Mapping[str, tuple[int, tuple[str, ...]]]:
    rows = read_table("costs/image_parts/alpine_packages.csv")
    return {row["package"]: (int(row["kibibytes"]), tuple(row["brings"].split())) for row in rows}


def _sizes(system: InstalledSystem, names: Iterable[str]) -> Iterator[int]:
    """The sizes, in KiB, of those packages whose size is known."""
    for name in names:
        package = system.repositories[0].package(name)
        if package is not None:
            yield package.kibibytes


_COMPILERS_RUNTIME = {"libgcc-s1", "libstdc++6"}


@lru_cache(maxsize=64)
def _base(distribution: Distribution, release: str) -> InstalledSystem:
    """What the image has: that of Alpine also lacks what C++ needs to run."""
    base = distribution.base if distribution.family is Family.APT else ""
    system = debian_system("debian", release, base or "python-slim")
    assert system is not None  # the tables know these releases
    if distribution.family is Family.APK:
        system = replace(system, packages=system.packages - _COMPILERS_RUNTIME)
    return system.install(sorted(distribution.preinstalled), recommends=False)[0]


def _estimate(size: int, distribution: Distribution, release: str) -> Quantity:
    if not size:
        return Quantity.exact(0)
    if distribution.name == "debian" and distribution.release == release:
        source = f"Debian {release}'s package index"
        slim = distribution.base in {"", "debian-slim", "python-slim", "python-slim-nis"}
        share, factor = (SLIM_SHARE, _SLIM_FACTOR) if slim else (1.0, _WHOLE_FACTOR)
        return Quantity.within(size * share, factor, "measured", source)
    kin = KINSHIP.get(distribution.name, _FAR)
    source = f"the same libraries and tools on Debian {release}"
    return Quantity.within(size * kin.share, kin.factor, "derived", source)


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
