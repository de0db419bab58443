"""Which system packages are there when a step runs, those included that others bring along."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from operator import itemgetter

from wheelcheck.builds.needs.build_need import BuildNeed, NeedKind
from wheelcheck.builds.needs.libraries import library_table
from wheelcheck.builds.needs.python_headers import PYTHON_HEADERS
from wheelcheck.builds.needs.system_packages import InstallPhase, packages_for
from wheelcheck.builds.needs.toolchain import tool_table
from wheelcheck.distributions.debian_package import FileKind
from wheelcheck.distributions.distribution import Distribution, Family
from wheelcheck.distributions.implied_packages import implied_packages, with_implied
from wheelcheck.distributions.installed_system import InstalledSystem, system_of
from wheelcheck.dockerfile.reading.dockerfile_model import PresentPackage

__all__ = ["PresentSystem", "answered_by", "build_packages", "is_for_building", "present_system"]

_PYTHON_IMAGE = "<python-image>"
"""The row of `implied_packages.csv` with what images with a Python of their own have anyway."""

_DEVELOPMENT = ("-dev", "-devel")
_FOR_DEVELOPMENT = re.compile(r"(?i)(-dev|-devel|-sdk|-all|development.*|toolchain.*|build.*)$")


@dataclass(frozen=True, slots=True)
class PresentSystem:
    """What is there when a step runs.

    Attributes:
        names: The packages known to be installed.
        system: The same by the distribution's own data, None where there is none.
        is_certain: Whether nothing else that serves to build can be there.
        removed: Packages that are gone; what they had brought along may be there.
    """

    names: frozenset[str]
    system: InstalledSystem | None
    is_certain: bool
    removed: frozenset[str] = frozenset()

    def lacks(self, packages: Iterable[str], need: BuildNeed) -> tuple[str, ...]:
        """Those of a need's packages that are not there; () where another one answers the need."""
        lacking = tuple(name for name in packages if name not in self.names)
        return () if lacking and self._holds(need) else lacking

    def _holds(self, need: BuildNeed) -> bool:
        """Whether some installed package holds a file by which builds look for the need."""
        if self.system is None:
            return False
        system = self.system
        if system.has(_VIRTUAL.get(need.name, "")):
            return True
        return any(
            all(system.holders(kind, name) for kind, name in files) for files in _files_of(need)
        )


def _files_of(need: BuildNeed) -> tuple[tuple[tuple[FileKind, str], ...], ...]:
    """Alternatives of files, each of which suffices for a need."""
    if need.files:
        return tuple((sought,) for sought in need.files)
    if need.kind is NeedKind.TOOL:
        return _TOOL_FILES.get(need.name, (((FileKind.EXECUTABLE, need.name),),))
    kinds = {
        "pc": FileKind.PC,
        "cmake": FileKind.CMAKE,
        "exe": FileKind.EXECUTABLE,
        "lib": FileKind.LIB,
    }
    parts = (name.partition(":") for name in library_table()[need.name]["names"].split())
    return tuple(((kinds[kind], name),) for kind, _, name in parts if kind in kinds)


_LIBC = (FileKind.HEADER, "stdc-predef.h")
_TOOL_FILES: Mapping[str, tuple[tuple[tuple[FileKind, str], ...], ...]] = {
    # CPython's sysconfig says gcc and g++; a compiler without the C library's headers is none.
    "c": (((FileKind.EXECUTABLE, "gcc"), _LIBC),),
    "c++": (((FileKind.EXECUTABLE, "g++"), _LIBC),),
    "fortran": (((FileKind.EXECUTABLE, "gfortran"), _LIBC),),
    "rust": (((FileKind.EXECUTABLE, "cargo"), (FileKind.EXECUTABLE, "gcc"), _LIBC),),
    "linux-headers": (((FileKind.HEADER, "linux/"),),),
    "java": (),  # by a virtual package
    "libtool": (((FileKind.EXECUTABLE, "libtoolize"),),),
    PYTHON_HEADERS: (((FileKind.HEADER, "Python.h"),),),
}
_VIRTUAL: Mapping[str, str] = {"java": "java-sdk-headless"}
"""Tools that every package of a kind brings, by the name that all of them provide."""


def present_system(packages: Iterable[PresentPackage], distribution: Distribution) -> PresentSystem:
    """All that is there: what was installed, what the image has, and what both bring along.

    Debian's and Ubuntu's packages bring what their own indexes say, recommended packages included
    where the command did not refuse them; those of others what `implied_packages.csv` knows. Of
    packages that were removed again, what they had brought is there, and what needs them is not.
    """
    packages = tuple(packages)
    names = {package.name for package in packages if package.taken is None}
    removed = frozenset(package.name for package in packages) - names
    names |= distribution.preinstalled
    if distribution.has_python_headers:
        names |= {_PYTHON_IMAGE}
    system = system_of(distribution) if packages or distribution.preinstalled else None
    if system is None:
        certain = not any(
            _may_bring_more(package.name, distribution.family) for package in packages
        )
        there = with_implied(names | removed, distribution.family) - (removed - names)
        return PresentSystem(there, None, certain, removed)
    certain = distribution.name == "debian"
    for added, command in _commands(packages):
        if added:
            recommends = command[0].recommends
            system, closure = system.install([each.name for each in command], recommends=recommends)
            certain = certain and closure.is_complete
        else:
            before = system.packages
            system = system.remove(each.name for each in command)
            names -= before - system.packages
    return PresentSystem(system.packages | names, system, certain, removed)


def _commands(
    packages: Iterable[PresentPackage],
) -> Iterator[tuple[bool, list[PresentPackage]]]:
    """What each command installed (True) or removed again, in the order in which they run."""
    events = [(each.added, True, each) for each in packages]
    events += [(each.taken, False, each) for each in packages if each.taken is not None]
    when_and_what = itemgetter(0, 1)
    events.sort(key=when_and_what)
    for (_, added), group in groupby(events, key=when_and_what):
        yield added, [package for _, _, package in group]


def _may_bring_more(name: str, family: Family) -> bool:
    """Whether an unknown package may bring what serves to build: those for development do."""
    known = (family, name) in implied_packages() or name in _tool_packages(family)
    return not known and bool(_FOR_DEVELOPMENT.search(name))


def build_packages(need: BuildNeed, distribution: Distribution) -> tuple[str, ...]:
    """The packages that answer one need at build time; () where none is known."""
    answers = packages_for((need,), distribution)
    return tuple(
        answer.name
        for answer in answers
        if answer.stage is InstallPhase.BUILD and answer.need.name == need.name
    )


def answered_by(need: BuildNeed, distribution: Distribution) -> tuple[str, ...]:
    """The packages that answer one need at run time and whose names are known for certain."""
    answers = packages_for((need,), distribution)
    return tuple(
        answer.name for answer in answers if answer.stage is InstallPhase.RUN and not answer.note
    )


@cache
def _tool_packages(family: Family) -> frozenset[str]:
    rows = tool_table().values()
    cells = (cell for row in rows for cell in row[f"{family}_build"].split())
    metapackages = {"build-base", "alpine-sdk", "build-essential", "libc-dev", "libc6-dev"}
    # What a running program may well need itself.
    useful = {"bash", "git", "perl", "file", "patch", "make"}
    return (frozenset(cell.partition("@")[0] for cell in cells) | metapackages) - useful


def is_for_building(name: str, family: Family) -> bool:
    """Whether a package serves only to build: compilers, build tools, headers."""
    return name in _tool_packages(family) or name.endswith(_DEVELOPMENT)
