"""The platforms beside Linux: Windows, macOS, Pyodide, Android and iOS.

The ladders of macOS, iOS and Android are those of `packaging.tags`, which is given every argument:
one left out makes it probe the machine it runs on.
"""

from __future__ import annotations

from typing import ClassVar

from packaging.tags import android_platforms, ios_platforms, mac_platforms

from wheelcheck.targets.platforms import OtherArchitecture, Platform, System, marker_values

__all__ = [
    "IOS",
    "Android",
    "Emscripten",
    "MacOS",
    "NamedMacOS",
    "NamedWindows",
    "Windows",
]

_OS_X = 10
_PYEMSCRIPTEN_SINCE = (2025, 0)


class Windows(Platform, frozen=True):
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
        return marker_values("nt", "win32", "Windows", machine)


class MacOS(Platform, frozen=True):
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
        return marker_values("posix", "darwin", "Darwin", machine)


class NamedWindows(Windows, frozen=True):
    """Windows as ``pip install --platform`` names it: markers are those of the Python that runs."""

    environment: tuple[tuple[str, str], ...]

    def markers(self) -> dict[str, str]:
        """The whole marker environment of the Python that runs pip."""
        return dict(self.environment)


class NamedMacOS(MacOS, frozen=True):
    """macOS as ``pip install --platform`` names it: markers are those of the Python that runs.

    pip adds the older releases (`_mac_platforms` of `pip._internal.utils.compatibility_tags`).
    """

    environment: tuple[tuple[str, str], ...]

    def markers(self) -> dict[str, str]:
        """The whole marker environment of the Python that runs pip."""
        return dict(self.environment)


class Emscripten(Platform, frozen=True):
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
        return marker_values("posix", "emscripten", "Emscripten", self.arch)


class Android(Platform, frozen=True):
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
        return marker_values("posix", "android", "Android", machine)


class IOS(Platform, frozen=True):
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
        return marker_values("posix", "ios", "iOS", self.arch)
