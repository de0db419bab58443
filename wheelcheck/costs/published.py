"""Which wheel of a release resembles most what a build on a target would make."""

from __future__ import annotations

from collections.abc import Iterable

from wheelcheck.builds.evidence.sibling_wheels import platform_kind
from wheelcheck.index.interface import Sdist, Wheel

__all__ = ["published_wheel"]


def published_wheel(
    files: Iterable[Wheel | Sdist], python: tuple[int, int], arch: str = "x86_64"
) -> Wheel | None:
    """The Linux wheel that comes nearest: by Python, then CPU, then libc; the smallest of equals.

    None where the release has no wheel for Linux.
    """
    wheels = [f for f in files if isinstance(f, Wheel) and platform_kind(f.tag) == "linux"]
    return min(wheels, key=lambda wheel: _distance(wheel, python, arch), default=None)


def _distance(wheel: Wheel, python: tuple[int, int], arch: str) -> tuple[int, ...]:
    interpreters, abis, platforms = wheel.tag.split("-")
    minors = [_minor(tag) for tag in interpreters.split(".")]
    near = min((abs(minor - python[1]) for minor in minors if minor is not None), default=99)
    return (
        int(any(abi.endswith("t") and abi.startswith("cp") for abi in abis.split("."))),
        int(not platforms.endswith(arch)),
        0 if "abi3" in abis or near == 0 else near,
        int("manylinux" not in platforms),
        wheel.size or 0,
    )


def _minor(tag: str) -> int | None:
    """The minor version of a CPython 3 tag: 12 for ``cp312``."""
    digits = tag.removeprefix("cp3")
    return int(digits) if tag.startswith("cp3") and digits.isdigit() else None
