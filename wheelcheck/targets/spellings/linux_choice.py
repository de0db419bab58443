"""From what a spelling says of a Linux to the platform: its defaults, and what does not exist."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from wheelcheck.errors import TargetError, UsageError
from wheelcheck.targets.images.image_names import default_variant
from wheelcheck.targets.interpreters import TargetInterpreter
from wheelcheck.targets.platforms import Architecture, Libc, Linux, manylinux_floor
from wheelcheck.targets.spellings.platform_spec import PlatformSpec

__all__ = ["LINUX_CPUS", "choose_linux", "default_libc_version"]

LINUX_CPUS: Mapping[str, Architecture] = {
    "x86_64": Architecture.X86_64,
    "aarch64": Architecture.AARCH64,
    "x86": Architecture.I686,
    "armv7l": Architecture.ARMV7L,
    "armv6l": Architecture.ARMV6L,
    "ppc64le": Architecture.PPC64LE,
    "s390x": Architecture.S390X,
    "riscv64": Architecture.RISCV64,
    "loongarch64": Architecture.LOONGARCH64,
}
"""The CPUs of Linux, by general name."""

_NEWEST_LEVEL = {Libc.GLIBC: (2, 99), Libc.MUSL: (1, 2)}
_PIWHEELS_CPUS = {Architecture.ARMV6L, Architecture.ARMV7L}
"""The CPUs whose wheels are published as `linux_*`, by piwheels and on PyPI."""


def choose_linux(
    spelling: str, spec: PlatformSpec, interpreter: TargetInterpreter, *, as_of: date
) -> Linux:
    """The Linux that a spelling means, on that day: glibc and x86_64 where it does not say.

    Raises `TargetError` for a CPU or a libc that does not exist.
    """
    arch = LINUX_CPUS.get(spec.cpu or "x86_64")
    if arch is None:
        why = f"Linux has no builds for {spec.cpu}; it has {', '.join(LINUX_CPUS.values())}"
        raise TargetError(spelling, why, (f"{interpreter.tag}@linux",))
    libc = spec.libc or Libc.GLIBC
    if spec.silent and arch not in _PIWHEELS_CPUS:
        usual = (Linux(arch, each, default_libc_version(each, as_of=as_of)) for each in Libc)
        near = tuple(f"{interpreter.tag}-{platform.tag}" for platform in usual)
        raise TargetError(spelling, f"linux_{arch} names no libc with its version", near)
    if spec.version and spec.libc is None:
        why = "Linux has no deployment target: what bounds its wheels is the libc"
        shown = "{}{}.{}".format(libc, *default_libc_version(libc, as_of=as_of))
        raise TargetError(spelling, why, (f"linux-{arch}", f"{shown}-{arch}"))
    level = spec.version[:2] or default_libc_version(libc, as_of=as_of)
    return Linux(arch, libc, _checked_level(spelling, arch, libc, level))


def _checked_level(
    spelling: str, arch: Architecture, libc: Libc, level: tuple[int, ...]
) -> tuple[int, int]:
    """The version of a libc. Raises `TargetError` where there is none, or no wheel for it."""
    if len(level) == 1:
        raise TargetError(spelling, f"a {libc} has two numbers, as {libc} 2.28 has")
    newest = _NEWEST_LEVEL[libc]
    if level[0] != newest[0] or level > newest:
        raise TargetError(spelling, f"there is no {libc} {level[0]}.{level[1]}")
    if libc is Libc.GLIBC and level < manylinux_floor(arch):
        floor = "{}.{}".format(*manylinux_floor(arch))
        raise TargetError(spelling, f"manylinux on {arch} begins with glibc {floor}")
    return level[0], level[1]


def default_libc_version(libc: Libc, *, as_of: date) -> tuple[int, int]:
    """The libc of that day's ``python:slim`` or ``python:alpine``.

    Raises `UsageError` for a day of which neither is known.
    """
    try:
        major, minor, *_ = default_variant(libc, as_of).libc_version.split(".")
    except TargetError:
        raise UsageError(
            f"no image of Python's own is known of {as_of} whose {libc} would be the usual one: "
            "say which is meant, for example --target cp36-manylinux_2_17_x86_64"
        ) from None
    return int(major), int(minor)
