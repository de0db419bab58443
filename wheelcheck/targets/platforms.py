"""The platforms that wheels are made for: the tags each accepts, and what markers see there.

A platform is one of several kinds, each a frozen value that knows its own tag, its ladder of tags
(best first) and its part of the marker environment. The ladders of macOS, iOS and Android are
those of `packaging.tags`, which is given every argument: one left out makes it probe the machine it
runs on. Those of Linux are ours (PEP 600, PEP 656), as `packaging` has none for a libc other than
the host's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from packaging.tags import android_platforms, ios_platforms, mac_platforms

__all__ = [
    "IOS",
    "LEGACY_MANYLINUX",
    "Android",
    "Architecture",
    "Cpu",
    "Emscripten",
    "Libc",
    "Linux",
    "MacOS",
    "NamedMacOS",
    "NamedTags",
    "NamedWindows",
    "OtherArchitecture",
    "Platform",
    "System",
    "Windows",
    "manylinux_floor",
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


@dataclass(frozen=True, slots=True)
class Platform:
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


@dataclass(frozen=True, slots=True)
class Linux(Platform):
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
        return _markers("posix", "linux", "Linux", self.arch)


@dataclass(frozen=True, slots=True)
class NamedTags(Linux):
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


@dataclass(frozen=True, slots=True)
class Windows(Platform):
    """Windows. Its tags know no versions."""

    system: ClassVar[System] = System.WINDOWS

    @property
    def title(self) -> str:
        """``Windows``."""
        return "Windows"

    @property
    def tag(self) -> str:
        """``win_amd64``, ``win_arm64``, ``win32``."""
        return "win32" if self.arch is OtherArchitecture.X86 else f"win_{self.arch}"

    def tags(self) -> tuple[str, ...]:
        """Its own tag alone."""
        return (self.tag,)

    def markers(self) -> dict[str, str]:
        """As `platform` reports them; a 32-bit Python names the machine it runs on: AMD64.

        (`platform._get_machine_win32`; 32-bit editions of Windows ended with Windows 10. uv's
        `--python-platform i686-pc-windows-msvc` says x86.)
        """
        machine = "ARM64" if self.arch is OtherArchitecture.ARM64 else "AMD64"
        return _markers("nt", "win32", "Windows", machine)


@dataclass(frozen=True, slots=True)
class MacOS(Platform):
    """macOS, by the oldest release that must run the wheels (the deployment target)."""

    release: tuple[int, int]
    system: ClassVar[System] = System.MACOS

    @property
    def title(self) -> str:
        """``macOS 14``, ``macOS 10.15``."""
        major, minor = self.release
        return f"macOS {major}.{minor}" if major == _OS_X or minor else f"macOS {major}"

    @property
    def version(self) -> str:
        """``14.0``."""
        return "{}.{}".format(*self.release)

    @property
    def tag(self) -> str:
        """``macosx_14_0_arm64``."""
        return "macosx_{}_{}_{}".format(*self.release, self.arch)

    def tags(self) -> tuple[str, ...]:
        """As `packaging.tags.mac_platforms` has them, from this release down."""
        return tuple(mac_platforms(self.release, self.arch.value))

    def markers(self) -> dict[str, str]:
        """As an interpreter of that CPU reports them; of both at once, as one for arm64 does."""
        machine = (
            OtherArchitecture.ARM64 if self.arch is OtherArchitecture.UNIVERSAL2 else self.arch
        )
        return _markers("posix", "darwin", "Darwin", machine)


@dataclass(frozen=True, slots=True)
class NamedWindows(Windows):
    """Windows as ``pip install --platform`` names it: markers are those of the Python that runs."""

    environment: tuple[tuple[str, str], ...]

    def markers(self) -> dict[str, str]:
        """The whole marker environment of the Python that runs pip."""
        return dict(self.environment)


@dataclass(frozen=True, slots=True)
class NamedMacOS(MacOS):
    """macOS as ``pip install --platform`` names it: markers are those of the Python that runs.

    pip adds the older releases (`_mac_platforms` of `pip._internal.utils.compatibility_tags`).
    """

    environment: tuple[tuple[str, str], ...]

    def markers(self) -> dict[str, str]:
        """The whole marker environment of the Python that runs pip."""
        return dict(self.environment)


_OS_X = 10


@dataclass(frozen=True, slots=True)
class Emscripten(Platform):
    """Pyodide: CPython on WebAssembly (PEP 776, PEP 783), by the version of its ABI.

    `compiler` is the version of Emscripten that this ABI is defined for.
    """

    abi: tuple[int, int]
    compiler: tuple[int, int, int]
    system: ClassVar[System] = System.EMSCRIPTEN

    @property
    def title(self) -> str:
        """``Pyodide 2026.0``."""
        return f"Pyodide {self.version}"

    @property
    def version(self) -> str:
        """``2026.0``."""
        return "{}.{}".format(*self.abi)

    @property
    def tag(self) -> str:
        """``pyemscripten_2026_0_wasm32``; ``pyodide_2024_0_wasm32`` from before PEP 783."""
        family = "pyodide" if self.abi < _PYEMSCRIPTEN_SINCE else "pyemscripten"
        return "{}_{}_{}_{}".format(family, *self.abi, self.arch)

    def tags(self) -> tuple[str, ...]:
        """The ABI's own tag, its name from before PEP 783 where it had one, and the compiler's."""
        own, older = self.tag, "pyodide_{}_{}_{}".format(*self.abi, self.arch)
        compiler = "emscripten_{}_{}_{}_{}".format(*self.compiler, self.arch)
        named = (own, older) if self.abi <= _PYEMSCRIPTEN_SINCE else (own,)
        return (*dict.fromkeys(named), compiler)

    def markers(self) -> dict[str, str]:
        """PEP 776."""
        return _markers("posix", "emscripten", "Emscripten", self.arch)


_PYEMSCRIPTEN_SINCE = (2025, 0)


@dataclass(frozen=True, slots=True)
class Android(Platform):
    """Android (PEP 738), by the API level of the oldest devices to support."""

    api: int
    system: ClassVar[System] = System.ANDROID

    @property
    def title(self) -> str:
        """``Android API 24``."""
        return f"Android API {self.api}"

    @property
    def version(self) -> str:
        """``24``."""
        return str(self.api)

    @property
    def tag(self) -> str:
        """``android_24_arm64_v8a``."""
        return f"android_{self.api}_{self.arch}"

    def tags(self) -> tuple[str, ...]:
        """As `packaging.tags.android_platforms` has them, from this API level down."""
        return tuple(android_platforms(self.api, self.arch.value))

    def markers(self) -> dict[str, str]:
        """PEP 738; the machine is that of the Linux below."""
        machine = "aarch64" if self.arch is OtherArchitecture.ARM64_V8A else self.arch
        return _markers("posix", "android", "Android", machine)


@dataclass(frozen=True, slots=True)
class IOS(Platform):
    """iOS (PEP 730), by the oldest release to support; devices and simulators differ."""

    release: tuple[int, int]
    simulator: bool = False
    system: ClassVar[System] = System.IOS

    @property
    def title(self) -> str:
        """``iOS 13``, ``iOS simulator 13``."""
        major, minor = self.release
        name = "iOS simulator" if self.simulator else "iOS"
        return f"{name} {major}.{minor}" if minor else f"{name} {major}"

    @property
    def version(self) -> str:
        """``13.0``."""
        return "{}.{}".format(*self.release)

    @property
    def tag(self) -> str:
        """``ios_13_0_arm64_iphoneos``."""
        return "ios_{}_{}_{}".format(*self.release, self._multiarch)

    @property
    def _multiarch(self) -> str:
        return f"{self.arch}_{'iphonesimulator' if self.simulator else 'iphoneos'}"

    def tags(self) -> tuple[str, ...]:
        """As `packaging.tags.ios_platforms` has them, from this release down."""
        return tuple(ios_platforms(self.release, self._multiarch))

    def markers(self) -> dict[str, str]:
        """PEP 730; the machine of a device is its model there (`iPhone13,2`), here its CPU."""
        return _markers("posix", "ios", "iOS", self.arch)


def manylinux_floor(arch: Architecture) -> tuple[int, int]:
    """The oldest glibc that manylinux knows for this architecture (as `packaging` has it)."""
    return (2, 5) if arch in {Architecture.X86_64, Architecture.I686} else (2, 17)


def _markers(os_name: str, sys_platform: str, system: str, machine: str) -> dict[str, str]:
    return {
        "os_name": os_name,
        "platform_machine": str(machine),
        "platform_release": "",
        "platform_system": system,
        "platform_version": "",
        "sys_platform": sys_platform,
    }
