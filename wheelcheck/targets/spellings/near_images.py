"""Images that a mistaken spelling may mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from wheelcheck.targets.images.catalogue import catalogue, moving_aliases
from wheelcheck.targets.images.image_names import is_known_image
from wheelcheck.targets.pythons import supported_pythons
from wheelcheck.targets.spellings.platform_spec import CPUS
from wheelcheck.targets.spellings.reading_spelling import OFFICIAL

__all__ = ["near_images"]


def near_images(spelling: str, as_of: date) -> Iterator[str]:
    """The images that exist and that a spelling of none comes near, the likeliest first.

    ``debian:12`` for ``debian-12``, ``python:3.12-slim@linux/arm64`` for
    ``python:3.12-slim-arm64``; of a Python without an image the two newest that have one.
    """
    colon = spelling.replace("-", ":", 1)
    if colon != spelling and _exists(colon):
        yield colon
    yield from _on_cpu(spelling)
    yield from _with_newest(spelling, as_of)


def _exists(name: str) -> bool:
    return name in catalogue() or name in moving_aliases() or bool(OFFICIAL.fullmatch(name))


def _on_cpu(spelling: str) -> Iterator[str]:
    for cpu, general in CPUS.items():
        if spelling.endswith(f"-{cpu}") and general in {"aarch64", "x86_64"}:
            name = spelling.removesuffix(f"-{cpu}")
            docker = "arm64" if general == "aarch64" else "amd64"
            if _exists(name) or _exists(f"{name}:latest"):
                yield f"{name}@linux/{docker}"
                return


_PYTHON_IMAGE = re.compile(r"python:\d+\.\d+(?P<variant>(?:-.*)?)")


def _with_newest(spelling: str, as_of: date) -> Iterator[str]:
    match = _PYTHON_IMAGE.fullmatch(spelling)
    if match is not None:
        for major, minor in sorted(supported_pythons(as_of), reverse=True)[:2]:
            name = f"python:{major}.{minor}{match['variant']}"
            if is_known_image(name, as_of):
                yield name
