"""From the name of an image to a `Target`: ``python:3.12-alpine``, ``ubuntu:24.04@linux/arm64``."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from wheelcheck.errors import TargetError, near_names
from wheelcheck.installers import Installer, in_distribution, in_official_image, unknown_pip
from wheelcheck.targets.images.catalogue import DOCKER_PLATFORMS
from wheelcheck.targets.images.image_names import FoundImage, find_image
from wheelcheck.targets.images.notes import installer_notes, notes_of
from wheelcheck.targets.interpreters import read_interpreter, target_of
from wheelcheck.targets.platforms import Architecture, Linux
from wheelcheck.targets.target import Image, Target

__all__ = ["image_target", "with_installer"]

_KINDS = ("pypy", "graalpy")


def image_target(spelling: str, as_of: date) -> Target:
    """The target that an image is on that day; its platform is linux/amd64 unless one is named.

    Raises `TargetError` for an image not in the catalogue, and for an image that lacks the
    platform, holds no Python, or did not exist yet.
    """
    name, _, docker = spelling.partition("@linux/")
    _, at, digest = name.partition("@")
    if at and not digest.startswith("sha256:"):
        raise TargetError(
            spelling, "after @ comes a Linux platform, such as @linux/arm64; or write 3.12@windows"
        )
    found = find_image(name, as_of)
    row = found.row
    usual = "amd64" if "amd64" in row.platforms_on(found.built) else row.platforms[0].name
    arch = _image_architecture(spelling, docker or usual, found)
    libc_version = _version(row.libc_version)
    platform = Linux(arch, row.libc, libc_version)
    if not row.python:
        raise TargetError(
            spelling,
            "no Python is known to belong to this image; name one with --python, or spell the "
            f"target out, for example cp312-{platform.tag}",
        )
    kind = next((kind for kind in _KINDS if row.python.startswith(kind)), "cp")
    wanted = found.python_version or row.python.removeprefix(kind).removesuffix(".x")
    interpreter = read_interpreter(spelling, f"{kind}{wanted}", found.built)
    target = target_of(spelling, interpreter, platform, _image(found))
    target = replace(target, notes=notes_of(target, as_of, found))
    return with_installer(target, _installer_in(found, target.python_full_version))


def with_installer(target: Target, installer: Installer) -> Target:
    """The same target with another installer, and the caveats that follow from it."""
    before = set(installer_notes(target))
    notes = [note for note in target.notes if note not in before]
    other = replace(target, installer=installer)
    return replace(other, notes=(*notes, *installer_notes(other)))


def _installer_in(found: FoundImage, python: str) -> Installer:
    """The pip that an image holds, or that its distribution's package brings."""
    row = found.row
    name = row.image.removesuffix(":*")
    if row.image.startswith(("python:", "ghcr.io/astral-sh/uv:python")):
        return in_official_image(name, python, found.built)
    if row.python_from == "image":
        return unknown_pip(python, name)
    return in_distribution(row.os, row.os_version, python, name)


def _image_architecture(spelling: str, platform: str, found: FoundImage) -> Architecture:
    platform = {"arm64/v8": "arm64", "arm": "arm/v7"}.get(platform, platform)
    arch = DOCKER_PLATFORMS.get(platform)
    there = found.row.platforms_on(found.built)
    names = [f"linux/{each}" for each in there]
    if arch is None:
        near = near_names(f"linux/{platform}", names, cutoff=0.5)
        raise TargetError(spelling, f"linux/{platform} is no platform that is known", near)
    if platform not in there:
        why = f"{found.row.image} does not exist for linux/{platform}, only for {', '.join(names)}"
        raise TargetError(spelling, why)
    return arch


def _image(found: FoundImage) -> Image:
    row = found.row
    return Image(
        name=row.image.removesuffix(":*"),
        os=row.os,
        os_version=row.os_version,
        compressed_mb=row.compressed_mb,
        uncompressed_mb=row.uncompressed_mb,
        has_compiler=row.has_compiler,
        source=row.source,
    )


def _version(text: str) -> tuple[int, int]:
    major, minor, *_ = text.split(".")
    return int(major), int(minor)
