"""Linux distributions as a source build sees them: package manager, release, versions on offer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from enum import StrEnum
from functools import cache

from msgspec import Struct
from packaging.version import InvalidVersion, Version

from wheelcheck.errors import Unknown
from wheelcheck.tables import read_table
from wheelcheck.targets.target import Libc, Target

__all__ = [
    "Distribution",
    "Family",
    "default_version",
    "distribution_of",
    "known_distribution",
    "names_for",
    "versions_on_offer",
]


class Family(StrEnum):
    """A family of distributions, by its package manager."""

    APK = "apk"
    APT = "apt"
    DNF = "dnf"


class Distribution(Struct, frozen=True):
    """A distribution and its release: ``alpine`` ``3.18``, ``debian`` ``12``, ``rhel`` ``9``.

    `release` is "" where it is not known or rolls. `has_python_headers` says that the image's
    Python brings `Python.h` itself, as those of docker-library do. `preinstalled` names packages
    that the image has already. `base` is the row of `base_images.csv` that says what else it
    has, "" where none does.
    """

    family: Family
    name: str
    release: str = ""
    has_python_headers: bool = True
    preinstalled: frozenset[str] = frozenset()
    base: str = ""

    def __str__(self) -> str:
        title = _TITLES.get(self.name, self.name.title())
        return f"{title} {self.release}".rstrip()


_TITLES = {"rhel": "Enterprise Linux", "amazonlinux": "Amazon Linux"}
_FAMILIES: Mapping[str, tuple[Family, str]] = {
    "alpine": (Family.APK, "alpine"),
    "wolfi": (Family.APK, "wolfi"),
    "debian": (Family.APT, "debian"),
    "ubuntu": (Family.APT, "ubuntu"),
    "fedora": (Family.DNF, "fedora"),
    "amazonlinux": (Family.DNF, "amazonlinux"),
    "ubi": (Family.DNF, "rhel"),
    "rhel": (Family.DNF, "rhel"),
    "rocky": (Family.DNF, "rhel"),
    "almalinux": (Family.DNF, "rhel"),
    "oraclelinux": (Family.DNF, "rhel"),
    "centos": (Family.DNF, "rhel"),
}
_SOURCE_TO_IMAGE = ("ubi8/python-", "ubi9/python-", "ubi10/python-")
_OWN_PYTHON = (
    "python:", "uv:", "lambda/python", "devcontainers/python", "chainguard/python",
    *_SOURCE_TO_IMAGE,  # sclorg/s2i-python-container: pythonX.Y-devel
)  # fmt: skip


def distribution_of(target: Target) -> Distribution | Unknown:
    """The distribution that a target's image is built on.

    Without an image, musl means Alpine of an unknown release: no other distribution in wide use
    has it. Code ``distribution-unknown`` where nothing tells, as for a bare glibc target.
    """
    image = target.image
    if image is None:
        if target.libc is Libc.MUSL:
            return Distribution(Family.APK, "alpine")
        return Unknown("distribution-unknown", f"{target.name} names no image or distribution")
    word = image.os.lower().split()[0] if image.os else ""
    if word not in _FAMILIES:
        return Unknown("distribution-unknown", f"no package names are known for {image.os}")
    family, name = _FAMILIES[word]
    release = image.os_version.split()[0] if image.os_version else ""
    large = image.has_compiler is True
    return Distribution(
        family,
        name,
        release,
        any(mark in image.name for mark in _OWN_PYTHON),
        _preinstalled(family, image.name) if large else frozenset(),
        _base_image(target, image.name, release, large=large) if family is Family.APT else "",
    )


def known_distribution(target: Target | Unknown) -> Distribution | None:
    """The distribution of a target; None where it, or the target itself, is not known."""
    found = target if isinstance(target, Unknown) else distribution_of(target)
    return None if isinstance(found, Unknown) else found


def _preinstalled(family: Family, name: str) -> frozenset[str]:
    """What an image with compilers has, as far as its family says."""
    if family is Family.APT:
        return _image_packages()["buildpack-deps"]
    own = family is Family.DNF and any(mark in name for mark in _SOURCE_TO_IMAGE)
    return _image_packages()["s2i-python"] if own else frozenset()


_FIRST_PYTHON_WITHOUT_NIS = (3, 13)
_RELEASES_WITH_NIS = {"11", "12"}
"""See `python-slim-nis` in `base_images.csv`."""


_SLIM = re.compile(r":.*\bslim\b")


def _base_image(target: Target, image: str, release: str, *, large: bool) -> str:
    """Which row of `base_images.csv` an image of Debian or Ubuntu is."""
    if large:
        return "python" if image.startswith("python:") else "buildpack-deps"
    if "python:" not in image:
        return "debian-slim" if _SLIM.search(image) else "debian"
    has_nis = target.python < _FIRST_PYTHON_WITHOUT_NIS and release in _RELEASES_WITH_NIS
    return "python-slim-nis" if has_nis else "python-slim"


def names_for(cell: str, distribution: Distribution) -> tuple[str, ...]:
    """The package names of one table cell that hold on a distribution.

    A name may be bound to releases of Alpine or Debian: ``libssl3@3.17..``, ``libicu72@12``,
    ``libssl1.1@..3.16``; or of Ubuntu: ``libldap2@ubuntu24.04``, which then holds there in place
    of those bound to Debian. Bound names hold on no other distribution of the family; where the
    release is not known, those that reach to the newest do. A release of Ubuntu also has the names
    on which the releases of Debian before and after it agree.
    """
    if distribution.name == "ubuntu":
        return _on_ubuntu(cell, distribution)
    parts = (item.partition("@") for item in cell.split())
    return tuple(name for name, _, span in parts if not span or _within(span, distribution))


def _on_ubuntu(cell: str, distribution: Distribution) -> tuple[str, ...]:
    """The names of a cell on Ubuntu; () where that is not certain for all of them."""
    parts = [item.partition("@") for item in cell.split()]
    own = f"ubuntu{distribution.release}"
    if any(span == own for _, _, span in parts):
        return tuple(name for name, _, span in parts if span in {"", own})
    around = _DEBIAN_AROUND.get(distribution.release, ())
    found = [names_for(cell, debian) for debian in around]
    if not found:
        return () if "@" in cell else tuple(cell.split())
    before, after = found
    agreed = [_bare(version) for version in before] == [_bare(version) for version in after]
    return after if agreed else ()


def _bare(name: str) -> str:
    """A name without the mark of 64-bit times, which Ubuntu 24.04 brought in with Debian."""
    return name.removesuffix("t64")


def _within(span: str, distribution: Distribution) -> bool:
    first, dots, last = span.partition("..")
    if distribution.name not in {"alpine", "wolfi", "debian"} or span.startswith("ubuntu"):
        return False
    release = _release(distribution.release)
    if release is None:
        return bool(dots) and not last
    low = _release(first)
    high = _release(last if dots else first)
    return (low is None or low <= release) and (high is None or release <= high)


def _release(text: str) -> tuple[int, ...] | None:
    parts = text.split(".")
    return tuple(map(int, parts)) if all(part.isdigit() for part in parts) else None


_DEBIAN_AROUND: Mapping[str, tuple[Distribution, Distribution]] = {
    release: (
        Distribution(Family.APT, "debian", before),
        Distribution(Family.APT, "debian", after),
    )
    # /etc/debian_version says bookworm/sid in 22.04, trixie/sid in 24.04.
    for release, before, after in (("22.04", "11", "12"), ("24.04", "12", "13"))
}


def versions_on_offer(name: str, distribution: Distribution) -> tuple[Version, ...]:
    """Versions of a tool or library (by its name in our tables) that a release packages.

    The default comes first, then those packaged beside it, as LLVM's are. () where the tables do
    not say.
    """
    cell = _versions().get(name, {}).get(f"{distribution.name}-{distribution.release}", "")
    found = []
    for text in cell.split():
        with suppress(InvalidVersion):
            found.append(Version(text))
    return tuple(found)


def default_version(name: str, target: Target) -> Version | None:
    """The version of a tool (as `versions_on_offer`) that a target's distribution installs.

    None where the distribution or the version is not known.
    """
    distribution = distribution_of(target)
    offered = () if isinstance(distribution, Unknown) else versions_on_offer(name, distribution)
    return offered[0] if offered else None


@cache
def _versions() -> Mapping[str, Mapping[str, str]]:
    return {row["name"]: row for row in read_table("distributions/versions.csv")}


@cache
def _image_packages() -> Mapping[str, frozenset[str]]:
    """`image_packages.csv`: what families of images have installed on purpose."""
    return {
        row["images"]: frozenset(row["packages"].split())
        for row in read_table("distributions/image_packages.csv")
    }
