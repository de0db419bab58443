"""Images that the catalogue does not have: mirrors, other vendors', and guesses from a tag.

What is found here is never as sure as the catalogue: each answer says why it is taken for what.
Rules by name are in `likely_images.csv`; its names are regular expressions for the whole name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from types import MappingProxyType

from msgspec import Struct

from wheelcheck.errors import TargetError
from wheelcheck.tables import read_table
from wheelcheck.targets.images.catalogue import DEFAULT_PLATFORM
from wheelcheck.targets.images.image_names import is_known_image, normalise_image
from wheelcheck.targets.images.stated_images import with_other_size
from wheelcheck.targets.spellings.spelling import parse_target_on
from wheelcheck.targets.target import Target

__all__ = ["LikelyImage", "likely_target", "with_python"]

_CODENAMES: Mapping[str, str] = MappingProxyType(
    {
        "trixie": "debian:13", "bookworm": "debian:12", "bullseye": "debian:11",
        "buster": "debian:10", "stretch": "debian:9", "resolute": "ubuntu:26.04",
        "noble": "ubuntu:24.04", "jammy": "ubuntu:22.04", "focal": "ubuntu:20.04",
        "bionic": "ubuntu:18.04",
    }
)  # fmt: skip
_CPUS: Mapping[str, str] = MappingProxyType(
    {"arm64v8": "arm64", "x86_64": "amd64", "arm32v7": "arm/v7", "arm32v6": "arm/v6", "i386": "386"}
)
_NUMBERED = re.compile(
    r"(?P<os>alpine|debian|ubuntu|fedora|amazonlinux|al|rhel|ubi|el|centos|rocky(?:linux)?"
    r"|alma(?:linux)?|oraclelinux|stream)[-_:/]?(?P<version>\d+(?:\.\d+)?)(?![\d.]*\d)"
)
_ENTERPRISE = {"rhel", "ubi", "el", "centos", "rocky", "rockylinux", "alma", "almalinux"}
_PYTHON = re.compile(r"(?:python|cpython|py|cp)[-_:]?3[._-]?(?P<minor>\d{1,2})(?![\d])")
_TAG_OF_PYTHON = re.compile(r"python[^:]*:v?3\.(?P<minor>\d{1,2})(?!\d)")
_PRERELEASE = re.compile(
    r"(?P<repository>(?:.*/)?python):(?P<minor>3\.\d+)(?:\.\d+)?(?:-rc|(?:a|b|rc)\d+)(?P<rest>-.+)?"
)


class LikelyImage(Struct, frozen=True):
    """What an image is taken for. `python` is another one than the image's own, where it is set.

    `certain` says that the name decides it (a mirror, a rule of the table), and is no guess; `same`
    that it is that very image by another name, as large as it.
    """

    spelling: str
    why: str
    python: tuple[int, int] | None = None
    certain: bool = True
    same: bool = False


def likely_target(name: str, platform: str, as_of: date) -> tuple[Target, LikelyImage] | None:
    """What an image that the catalogue does not have is most likely; None for no idea.

    `platform` is Docker's (``linux/arm64``). The target keeps the name of what it is taken for.
    """
    short = name.strip().partition("@")[0]
    short = short if ":" in short.rpartition("/")[2] else f"{short}:latest"
    for likely in _candidates(short, as_of):
        image, _, cpu = likely.spelling.partition("@")
        where = f"linux/{_CPUS.get(cpu, cpu)}" if cpu else platform
        try:
            target = parse_target_on(
                image if where == DEFAULT_PLATFORM else f"{image}@{where}", as_of=as_of
            )
            if likely.python is not None:
                target = with_python(target, likely.python, as_of)
        except TargetError:
            continue
        verb = "is taken for" if likely.certain else "is guessed to be like"
        python = " with Python {}.{}".format(*likely.python) if likely.python else ""
        note = f"{name} {verb} {image}{python}: {likely.why}"
        target = target if likely.same else with_other_size(target, name)
        return replace(target, notes=(*target.notes, note)), likely
    return None


def with_python(target: Target, python: tuple[int, int], as_of: date) -> Target:
    """The same image with another CPython, of that day's newest patch release.

    Raises `TargetError` for a Python that is not known.
    """
    spelling = "cp{}{}-{}".format(*python, target.platform.tag)
    found = parse_target_on(spelling, as_of=as_of)
    about_image = (note for note in target.notes if "Python" not in note)
    return replace(
        target,
        python=python,
        python_full_version=found.python_full_version,
        notes=(*about_image, *found.notes),
    )


def _candidates(name: str, as_of: date) -> Iterator[LikelyImage]:
    parts = name.split("/")
    shorter = ["/".join(parts[start:]) for start in range(len(parts))]
    for each in shorter:
        yield from _by_rule(each)
        if each != name and is_known_image(each, as_of):
            yield LikelyImage(
                normalise_image(each),
                "its path ends in that image's name, as a mirror's does",
                same=True,
            )
        yield from _prerelease(each)
    yield from _guesses("/".join(parts[1:]) if "." in parts[0] and parts[1:] else name)


@cache
def _rules() -> tuple[tuple[re.Pattern[str], Mapping[str, str]], ...]:
    rows = read_table("targets/images/likely_images.csv")
    return tuple((re.compile(row["name"]), row) for row in rows)


def _by_rule(name: str) -> Iterator[LikelyImage]:
    for pattern, row in _rules():
        match = pattern.fullmatch(name)
        if match is None:
            continue
        words = {key: value or "" for key, value in match.groupdict().items()}
        image = row["image"].format(**words)
        image = _CODENAMES.get(image, image).removesuffix("-")
        python = row["python"].format(**words)
        yield LikelyImage(
            f"{image}latest" if image.endswith(":") else image,
            row["why"].format(**words),
            _python(python) if python else None,
            same=row["same"] == "yes",
        )


def _prerelease(name: str) -> Iterator[LikelyImage]:
    """``python:3.15-rc-slim``: the image of that day's newest release, with the newer Python."""
    match = _PRERELEASE.fullmatch(name)
    if match:
        image = f"python:3{match['rest'] or ''}"
        why = f"a pre-release of Python {match['minor']} on the same base"
        yield LikelyImage(image, why, _python(match["minor"]), same=True)
        loose = re.sub(r"-(?:trixie|bookworm|bullseye|alpine[\d.]+).*", "", image)
        yield LikelyImage(loose, why, _python(match["minor"]), same=True)


def _system_in(name: str) -> str:
    """The distribution that a name has in it with a number, or Alpine without one; else ""."""
    numbered = _NUMBERED.search(name)
    system = _system(numbered["os"], numbered["version"]) if numbered else ""
    if not system and re.search(r"\balpine\b|\balpine\d", name):
        return "alpine:latest"
    return system


def _guesses(name: str) -> Iterator[LikelyImage]:
    """From the words in a name: a Python version, a distribution, a release of it."""
    found = _PYTHON.search(name) or _TAG_OF_PYTHON.search(name)
    codename = next((word for word in _CODENAMES if re.search(rf"\b{word}\b", name)), "")
    system = _CODENAMES.get(codename, "") or _system_in(name)
    why = "a guess from its name; --image says what it really is"
    if not found:
        yield from [LikelyImage(system, why, certain=False)] if system else []
        return
    minor = f"3.{found['minor']}"
    for image in _official_like(minor, codename, system):
        yield LikelyImage(image, why, certain=False)
    if system:
        yield LikelyImage(system, why, _python(minor), certain=False)


def _official_like(minor: str, codename: str, system: str) -> tuple[str, ...]:
    """Official images of a Python on a distribution, the most exact first."""
    if system.startswith("alpine"):
        return f"python:{minor}-alpine{system.partition(':')[2]}", f"python:{minor}-alpine"
    if codename and system.startswith("debian"):
        return (f"python:{minor}-slim-{codename}",)
    return () if system else (f"python:{minor}-slim",)


def _system(name: str, version: str) -> str:
    if name in _ENTERPRISE or name == "stream":
        return f"almalinux:{version.partition('.')[0]}"
    return f"{'amazonlinux' if name == 'al' else name}:{version}"


def _python(text: str) -> tuple[int, int]:
    major, _, minor = text.partition(".")
    return int(major), int(minor)
