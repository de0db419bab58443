"""Which system packages are there when a step runs, those included that others bring along."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from wheelcheck.builds.needs.build_need import BuildNeed
from wheelcheck.builds.needs.system_packages import InstallPhase, packages_for
from wheelcheck.builds.needs.toolchain import tool_table
from wheelcheck.distributions.distribution import Distribution, Family
from wheelcheck.dockerfile.reading.dockerfile_model import PresentPackage
from wheelcheck.tables import read_table

__all__ = ["answered_by", "build_packages", "is_for_building", "present_packages"]

_PYTHON_IMAGE = "<python-image>"
"""Stands in `implied_packages.csv` for what images with a Python of their own have anyway."""

_DEVELOPMENT = ("-dev", "-devel")


@cache
def _implied() -> Mapping[tuple[str, str], tuple[str, ...]]:
    rows = read_table("distributions/implied_packages.csv")
    return {(row["family"], row["package"]): tuple(row["brings"].split()) for row in rows}


def with_implied(names: Iterable[str], family: Family) -> frozenset[str]:
    """These packages and those that come along with them, as far as the table knows."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _implied().get((family.value, name), ())
            if family is Family.APK and name.endswith("-dev"):
                waiting.append("pkgconf")  # abuild adds it to all that has a .pc file
    return frozenset(found)


def present_packages(
    packages: Iterable[PresentPackage], distribution: Distribution
) -> frozenset[str]:
    """All that is there: what was installed, what the image has, and what both bring along."""
    names = {package.name for package in packages} | distribution.preinstalled
    if distribution.has_python_headers:
        names |= {_PYTHON_IMAGE}
    return with_implied(names, distribution.family)


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
