"""How large a base image is, uncompressed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from wheelcheck.costs.quantity import Quantity
from wheelcheck.errors import Unknown
from wheelcheck.targets.images.catalogue import ImageRow, catalogue
from wheelcheck.targets.target import Architecture, Target

__all__ = ["base_image", "python_packages"]

_REBUILT = 1.03
"""A tag's size moves with each rebuild: security updates, the next patch release."""
_SISTER = 1.06
"""python:3.12 and 3.13, or bookworm and trixie, differ by less: the rows with known sizes."""
_OTHER_CPU = 1.10
_MB = 1_000_000


def base_image(target: Target) -> Quantity | Unknown:
    """Bytes of the target's image, from the catalogue or from its nearest sister that has a size.

    Sisters are official `python` images of one kind (slim, Alpine, full), of another Python or of
    a neighbouring release of the distribution. Another image on the same distribution has a size
    of its own. Code ``image-size-unknown``.
    """
    image = target.image
    if image is None:
        return Unknown("image-size-unknown", f"{target.name} names no image")
    if image.taken_for:
        return _unknown(image.taken_for)
    factor = 1.0 if target.arch is Architecture.X86_64 else _OTHER_CPU
    if image.uncompressed_mb is not None:
        size = image.uncompressed_mb * _MB
        return Quantity.within(size, factor * _REBUILT, "measured", f"{image.name} on amd64")
    sister = _sister(image.name, catalogue().values())
    if sister is None or sister.uncompressed_mb is None:
        return _unknown(image.name)
    size = sister.uncompressed_mb * _MB
    return Quantity.within(size, factor * _SISTER, "scaled", f"as {sister.image}")


def python_packages(target: Target) -> tuple[str, ...]:
    """The packages that bring Python and pip into a distribution's image; () where it has them."""
    name = target.image.name if target.image else ""
    row = catalogue().get(name) or catalogue().get(f"{name}:*")
    if row is None or row.python_from in {"", "image"}:
        return ()
    pip = "py3-pip" if row.python_from.startswith("apk") else "python3-pip"
    return (row.python_from.split()[-1], pip)


def _unknown(name: str) -> Unknown:
    message = f"the size of {name} is not known: --image {name}=SIZE states it, as 120MB"
    return Unknown("image-size-unknown", message)


_FAMILY = re.compile(
    r"python:3\.(?P<minor>\d+)-(?P<kind>slim-)?(?P<variant>[a-z]+)(?P<release>[\d.]*)"
)


def _sister(name: str, rows: Iterable[ImageRow]) -> ImageRow | None:
    own = _FAMILY.fullmatch(name)
    if own is None:
        return None
    found = []
    for row in rows:
        match = _FAMILY.fullmatch(row.image)
        if match is None or row.uncompressed_mb is None:
            continue
        alpine = own["variant"] == "alpine"
        if match["kind"] == own["kind"] and (match["variant"] == "alpine") is alpine:
            same = (match["variant"], match["release"]) == (own["variant"], own["release"])
            found.append((not same, abs(int(match["minor"]) - int(own["minor"])), row))
    return min(found, key=lambda item: item[:2])[2] if found else None
