"""Which wheel of a release resembles most what a build on a target would make."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from wheelcheck.builds.evidence.sibling_wheels import platform_kind
from wheelcheck.index.interface import Sdist, Wheel

__all__ = ["published_wheel"]


def published_wheel(
    files: Iterable[Wheel | Sdist], python: tuple[int, int], arch: str = "x86_64"
) -> Wheel | None:
    """The Linux wheel that comes nearest: by Python, then CPU, then libc; the smallest of equals.

    None where the release has no wheel for Linux.
    """
    wheels = [file for file in files if isinstance(file, Wheel)]
    nearest = _nearest(tuple([wheel.tag for wheel in wheels]), python, arch)
    return min((wheels[at] for at in nearest), key=lambda wheel: wheel.size or 0, default=None)


@lru_cache(maxsize=1 << 12)  # the wheels of many releases have the same tags
def _nearest(tags: tuple[str, ...], python: tuple[int, int], arch: str) -> tuple[int, ...]:
    """The places of the Linux tags that are equally near, and nearer than all others."""
    distances = {
        at: _distance(tag, python, arch)
        for at, tag in enumerate(tags)
        if platform_kind(tag) == "linux"
    }
    least = min(distances.values(), default=None)
    return tuple(at for at, distance in distances.items() if distance == least)


def _distance(tag: str, python: tuple[int, int], arch: str) -> tuple[int, ...]:
    interpreters, abis, platforms = tag.split("-")
    minors = [_minor(tag) for tag in interpreters.split(".")]
    near = min((abs(minor - python[1]) for minor in minors if minor is not None), default=99)
    return (
        int(any(abi.endswith("t") and abi.startswith("cp") for abi in abis.split("."))),
        int(not platforms.endswith(arch)),
        0 if "abi3" in abis or near == 0 else near,
        int("manylinux" not in platforms),
    )


def _minor(tag: str) -> int | None:
    """The minor version of a CPython 3 tag: 12 for ``cp312``."""
    digits = tag.removeprefix("cp3")
    return int(digits) if tag.startswith("cp3") and digits.isdigit() else None
