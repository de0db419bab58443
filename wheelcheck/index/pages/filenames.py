"""What a file is by its name: wheel, sdist, or neither, and why.

Sources: PEP 427 (wheel names), PEP 425 (compressed tag sets), PEP 625 (sdist names). Old names are
read as pip reads them: a source archive belongs to a project when some dash splits it into a name
that normalises to the project's and the rest (`foo.Bar-1.0.tgz`), and what has no valid version is
passed over. One bad name never hides the others: it becomes a `BadName` with the reason.
"""

from __future__ import annotations

import re
from functools import lru_cache

from msgspec import Struct
from packaging.utils import BuildTag, NormalizedName, canonicalize_name
from packaging.version import Version

__all__ = [
    "SDIST_SUFFIXES",
    "BadName",
    "SdistName",
    "VariantName",
    "WheelName",
    "parse_filename",
    "parse_version",
    "project_of",
    "variant_of",
    "version_of",
    "wheel_ending",
    "wheel_parts",
    "wheel_project",
]

SDIST_SUFFIXES = (
    ".tar.gz",
    ".zip",
    ".tgz",
    ".tar.bz2",
    ".tbz",
    ".tar.xz",
    ".txz",
    ".tar.lzma",
    ".tlz",
    ".tar",
)
"""Archives that pip unpacks and Python's standard library reads, longest lived first."""

_WHEEL_NAME = re.compile(r"[\w.]+", re.ASCII)
_BUILD = re.compile(r"(\d{1,99})(?!\d)(.*)", re.ASCII)
_TAG = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*(-[^-.]+(\.[^-.]+)*){2}", re.ASCII)
_VARIANT = re.compile(
    r"(?:\d[^-]*-)?(?P<tag>[^\d-][^-]*-[^-]+-[^-]+)-(?P<label>[a-z0-9_.]+)\.whl", re.ASCII
)
_VARIANTS_INDEX = "-variants.json"
_SINGLE_PYTHON = re.compile(r"-py[123]\.?\d?$")


class WheelName(Struct, frozen=True):
    """The parts of a wheel's name; `tag` is the compressed tag set as spelled."""

    version: Version
    tag: str
    build: BuildTag


class SdistName(Struct, frozen=True):
    """The part of a source archive's name that counts: its version."""

    version: Version


class VariantName(Struct, frozen=True):
    """The parts of a variant wheel's name (PEP 825, a draft), which no installer takes by default.

    `label` tells its variants apart: ``cu126``, ``x86_64_v3``; ``null`` is the one without any.
    """

    version: Version
    tag: str
    label: str


class BadName(Struct, frozen=True):
    """No installer would take this file. `foreign` where it belongs to another project."""

    reason: str
    foreign: bool = False


_NOT_FIVE = BadName("a wheel's name has five parts, or six with a build tag (PEP 427)")
_NO_NAME = BadName("no valid project name for a wheel (PEP 427)")


@lru_cache(maxsize=1 << 16)
def parse_version(text: str) -> Version | None:
    """The version, or None where PEP 440 knows none; each distinct string is parsed once."""
    try:
        return Version(text)
    except ValueError:  # InvalidVersion, and integers beyond Python's digit limit
        return None


def parse_filename(filename: str, project: NormalizedName) -> WheelName | SdistName | BadName:
    """What `filename` is among the files of `project`."""
    version = version_of(filename, project)
    if isinstance(version, BadName):
        return version
    if not filename.endswith(".whl"):
        return SdistName(version)
    return WheelName(*wheel_parts(filename))


def wheel_parts(filename: str) -> tuple[Version, str, BuildTag]:
    """Version, tag and build of a wheel for whose name `version_of` has found a version."""
    _, text, end = filename.split("-", 2)
    version, tag_and_build = parse_version(text), wheel_ending(end)
    assert version is not None
    assert not isinstance(tag_and_build, BadName)
    return version, *tag_and_build


def version_of(filename: str, project: NormalizedName) -> Version | BadName:
    """The version of a wheel or sdist of `project`.

    As strict as `parse_filename`, but it builds nothing: an index lists thousands of files of
    which few are looked at, and their names share nearly all parts.
    """
    if not filename.endswith(".whl"):
        return _sdist_version(filename, project)
    parts = filename.split("-", 2)
    if len(parts) != 3:  # noqa: PLR2004 (name, version, all the rest)
        return _NOT_FIVE
    owner = wheel_project(parts[0])
    if owner != project:
        return BadName(f"belongs to {owner}", foreign=True) if owner else _NO_NAME
    end = wheel_ending(parts[2])
    if isinstance(end, BadName):
        variant = variant_of(filename)
        return end if variant is None else _variant(variant)
    version = parse_version(parts[1])
    return BadName(f"version {parts[1]!r} is not valid (PEP 440)") if version is None else version


@lru_cache(maxsize=1 << 12)
def variant_of(filename: str) -> VariantName | None:
    """What a variant wheel's name says; None for the name of any other file."""
    _, _, rest = filename.partition("-")
    text, _, end = rest.partition("-")
    match = _VARIANT.fullmatch(end)
    version = parse_version(text)
    if not match or version is None or not _TAG.fullmatch(match["tag"]):
        return None
    return VariantName(version, match["tag"], match["label"])


def project_of(filename: str) -> NormalizedName | None:
    """The project that a file outside any index belongs to, by its name alone.

    A source archive is split at its last dash (PEP 625), since no project's name is at hand.
    """
    if filename.endswith(".whl"):
        return wheel_project(filename.partition("-")[0])
    suffix = _sdist_suffix(filename)
    stem = filename[: -len(suffix)].rpartition("-")[0] if suffix else ""
    return canonicalize_name(stem) if stem else None


@lru_cache(maxsize=1 << 12)
def wheel_project(name: str) -> NormalizedName | None:
    """The project that the first part of a wheel's name means; None where it is no valid name."""
    if "__" in name or not _WHEEL_NAME.fullmatch(name):
        return None
    return canonicalize_name(name)


@lru_cache(maxsize=1 << 14)
def wheel_ending(end: str) -> tuple[str, BuildTag] | BadName:
    """Tag and build of what follows name and version, ``1-cp312-cp312-linux_x86_64.whl``, say."""
    parts = end.removesuffix(".whl").split("-")
    if len(parts) not in {3, 4}:
        return _NOT_FIVE
    build: BuildTag = ()
    if len(parts) == 4:  # noqa: PLR2004 (a build tag and the three parts of the tag)
        number = _BUILD.fullmatch(parts.pop(0))
        if number is None:
            return BadName("its third part is no build tag (PEP 427)")
        build = (int(number[1]), number[2])
    tag = "-".join(parts)
    return (tag, build) if _TAG.fullmatch(tag) else BadName(f"{tag!r} is no valid tag (PEP 425)")


def _variant(variant: VariantName) -> BadName:
    return BadName(f"a wheel variant ({variant.label}; PEP 825, a draft): pip cannot take it")


def _sdist_suffix(filename: str) -> str | None:
    return next((suffix for suffix in SDIST_SUFFIXES if filename.lower().endswith(suffix)), None)


def _sdist_version(filename: str, project: NormalizedName) -> Version | BadName:
    suffix = _sdist_suffix(filename)
    if suffix is None:
        if filename.endswith(_VARIANTS_INDEX):
            return BadName("describes wheel variants (PEP 825), is no distribution")
        return BadName("neither a wheel nor a source archive")
    stem = filename[: -len(suffix)]
    dash = stem.find("-")
    while dash > 0 and canonicalize_name(stem[:dash]) != project:
        dash = stem.find("-", dash + 1)
    if dash <= 0:
        return BadName("belongs to another project", foreign=True)
    text = stem[dash + 1 :]
    if _SINGLE_PYTHON.search(text):
        return BadName("made for one old Python only")
    version = parse_version(text)
    return BadName(f"version {text!r} is not valid (PEP 440)") if version is None else version
