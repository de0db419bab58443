"""The platforms that wheels are made for: the tags each accepts, and what markers see there.

A platform is one of several kinds, each a frozen value that knows its own tag, its ladder of tags
(best first) and its part of the marker environment. Here is Linux; `other_platforms` has the rest.
The ladders of Linux are ours (PEP 600, PEP 656), as `packaging` has none for a libc other than the
host's.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import ClassVar

from msgspec import Struct

__all__ = [
    "LEGACY_MANYLINUX",
    "Architecture",
    "Cpu",
    "Libc",
    "Linux",
    "NamedTags",
    "OtherArchitecture",
    "Platform",
    "System",
    "manylinux_floor",
    "marker_values",
]

# PEP 513, 571 and 599: names from before PEP 600 put the glibc version into the tag.
LEGACY_MANYLINUX = {
    (2, 5): "manylinux1",
    (2, 12): "manylinux2010",
    (2, 17): "manylinux2014",
}


class System(StrEnum):
    """The kind of a platform."""

    LINUX = "linux"
    WINDOWS = "windows"
    MACOS = "macos"
    EMSCRIPTEN = "emscripten"
    ANDROID = "android"
    IOS = "ios"


class Libc(StrEnum):
    """The C library of a Linux that wheels are built against."""

    GLIBC = "glibc"
    MUSL = "musl"

    @property
    def tag_prefix(self) -> str:
        """How platform tags for this libc begin (PEP 600, PEP 656)."""
        return "manylinux" if self is Libc.GLIBC else "musllinux"


class Architecture(StrEnum):
    """A CPU of Linux, by the name platform tags and `platform.machine()` give it."""

    X86_64 = "x86_64"
    AARCH64 = "aarch64"
    I686 = "i686"
    ARMV7L = "armv7l"
    ARMV6L = "armv6l"
    PPC64LE = "ppc64le"
    S390X = "s390x"
    RISCV64 = "riscv64"
    LOONGARCH64 = "loongarch64"


class OtherArchitecture(StrEnum):
    """A CPU of another system, by the name that its platform tags give it."""

    AMD64 = "amd64"
    """x86_64 on Windows."""
    X86 = "x86"
    """32-bit Windows; its tag is `win32`."""
    X86_64 = "x86_64"
    """On macOS, Android and the simulator of iOS."""
    ARM64 = "arm64"
    """aarch64 on Windows, macOS and iOS."""
    ARM64_V8A = "arm64_v8a"
    """aarch64 on Android."""
    UNIVERSAL2 = "universal2"
    """macOS, one file for arm64 and x86_64."""
    WASM32 = "wasm32"


Cpu = Architecture | OtherArchitecture


class Platform(Struct, frozen=True):
    """What all kinds of platforms share; only the kinds below are ever made."""

    arch: Cpu
    system: ClassVar[System]

    @property
    def title(self) -> str:
        """What people call it, without its CPU: ``glibc 2.41``, ``macOS 14``, ``Windows``."""
        raise NotImplementedError

    @property
    def tag(self) -> str:
        """The platform tag of its own level: the newest that it accepts."""
        raise NotImplementedError

    @property
    def version(self) -> str | None:
        """The version of the system that bounds which wheels load; None where none does.

        Of Linux it is the libc's; of macOS and iOS the oldest release to support, of Android the
        API level, of Pyodide that of its ABI.
        """
        return None

    def tags(self) -> tuple[str, ...]:
        """All platform tags that load there, best first."""
        raise NotImplementedError

    def markers(self) -> dict[str, str]:
        """Its part of the marker environment (PEP 508), as the interpreter there reports it.

        `platform_release` and `platform_version` belong to the kernel of the day and are empty.
        """
        raise NotImplementedError


class Linux(Platform, frozen=True):
    """Linux with a libc: `libc_version` is a ceiling on what its wheels may need."""

    arch: Architecture
    libc: Libc
    libc_version: tuple[int, int]
    system: ClassVar[System] = System.LINUX

    @property
    def title(self) -> str:
        """``musl 1.2``."""
        return f"{self.libc} {self.version}"

    @property
    def version(self) -> str:
        """``2.41``."""
        return "{}.{}".format(*self.libc_version)

    @property
    def tag(self) -> str:
        """``manylinux_2_41_x86_64`` (PEP 600), ``musllinux_1_2_aarch64`` (PEP 656)."""
        return "{}_{}_{}_{}".format(self.libc.tag_prefix, *self.libc_version, self.arch)

    def tags(self) -> tuple[str, ...]:
        """`linux_*` and the levels of its libc, the newest first.

        A level is a ceiling: glibc 2.28 loads all that was built for 2.28 or anything older, and
        musl 1.2 loads 1_2, 1_1 and 1_0 but nothing of another major version.
        """
        ladder = self._glibc_ladder() if self.libc is Libc.GLIBC else self._musl_ladder()
        return (f"linux_{self.arch}", *(f"{level}_{self.arch}" for level in ladder))

    def _glibc_ladder(self) -> Iterator[str]:
        if self.arch is Architecture.ARMV6L:
            return  # pip offers manylinux on 32-bit Arm to armv7l hard-float alone
        major, newest = self.libc_version
        floor_major, floor = manylinux_floor(self.arch)
        if major != floor_major:
            raise ValueError(f"no glibc {major}.{newest} is known: every glibc since 1997 is 2.x")
        for minor in range(newest, floor - 1, -1):
            yield f"manylinux_{major}_{minor}"
            if legacy := LEGACY_MANYLINUX.get((major, minor)):
                yield legacy

    def _musl_ladder(self) -> Iterator[str]:
        major, newest = self.libc_version
        for minor in range(newest, -1, -1):
            yield f"musllinux_{major}_{minor}"

    def markers(self) -> dict[str, str]:
        """As pip on Linux evaluates them; libc appears in none."""
        return marker_values("posix", "linux", "Linux", self.arch)


class NamedTags(Linux, frozen=True):
    """What ``pip install --platform`` names: these tags alone, whatever else would load there.

    pip adds the older names to ``manylinux2014`` and ``manylinux2010``, and no level to any other
    (`pip._internal.utils.compatibility_tags`). Markers are those of the Python that runs pip.
    """

    named: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]

    def tags(self) -> tuple[str, ...]:
        """The tags that are named, in their order, and what pip adds to them."""
        found: dict[str, None] = {}
        for tag in self.named:
            found[tag] = None
            name, _, arch = tag.partition("_")
            older = _OLDER_NAMES.get(name, ()) if arch in {"x86_64", "i686"} else ()
            found.update(dict.fromkeys(f"{each}_{arch}" for each in older))
        return tuple(found)

    def markers(self) -> dict[str, str]:
        """The whole marker environment of the Python that runs pip."""
        return dict(self.environment)


_OLDER_NAMES = {
    "manylinux2014": ("manylinux2010", "manylinux1"),
    "manylinux2010": ("manylinux1",),
}


def manylinux_floor(arch: Architecture) -> tuple[int, int]:
    """The oldest glibc that manylinux knows for this architecture (as `packaging` has it)."""
    return (2, 5) if arch in {Architecture.X86_64, Architecture.I686} else (2, 17)


def marker_values(os_name: str, sys_platform: str, system: str, machine: str) -> dict[str, str]:
    """A platform's part of the marker environment, as `Platform.markers` gives it."""
    return {
        "os_name": os_name,
        "platform_machine": str(machine),
        "platform_release": "",
        "platform_system": system,
        "platform_version": "",
        "sys_platform": sys_platform,
    }
