"""What callers say of images: which target one is, how large it is, or both.

``corp/base:1=python:3.12-slim``, ``node:20=1100MB``, ``corp/base:1=python:3.12-slim,420MB``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import NamedTuple

from msgspec import structs

from wheelcheck.targets.target import Target

__all__ = ["StatedImage", "stated_image", "with_other_size", "with_size", "with_stated_sizes"]

_STATED = re.compile(
    r"(?:(?P<target>.*\S)\s*,\s*)?(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[MG])B", re.IGNORECASE
)
_MEGABYTES = {"m": 1.0, "g": 1000.0}


class StatedImage(NamedTuple):
    """What is said of an image; None where nothing is. Megabytes are 10^6 bytes."""

    target: str | None = None
    megabytes: float | None = None


def stated_image(name: str, images: Mapping[str, str]) -> StatedImage:
    """What `images`, from patterns of names to what is said of them, has on an image."""
    text = next((images[item] for item in images if fnmatchcase(name, item)), None)
    match = _STATED.fullmatch(text) if text is not None else None
    if match is None:
        return StatedImage(text)
    factor = _MEGABYTES[match["unit"].lower()]
    return StatedImage(match["target"], float(match["number"]) * factor)


def with_size(target: Target, megabytes: float | None) -> Target:
    """The same target with an image of that size; as it is for None, and without an image."""
    if megabytes is None or target.image is None:
        return target
    image = structs.replace(
        target.image, uncompressed_mb=megabytes, source="as stated", taken_for=""
    )
    return replace(target, image=image)


def with_other_size(target: Target, name: str) -> Target:
    """The same target with an image that stands for another, of that name and its own size."""
    if target.image is None:
        return target
    image = structs.replace(
        target.image, compressed_mb=None, uncompressed_mb=None, taken_for=name.strip()
    )
    return replace(target, image=image)


def with_stated_sizes(targets: Iterable[Target], images: Mapping[str, str]) -> tuple[Target, ...]:
    """Targets with the sizes that are stated of their images."""
    return tuple(
        with_size(each, stated_image(each.image.name, images).megabytes) if each.image else each
        for each in targets
    )
