"""Platform tags taken apart: for which system, CPU and version of the system a wheel was built.

Rules of PEP 513, 571, 599, 600 and 656 (Linux), 730 (iOS), 738 (Android) and 783 (Emscripten), and
of `packaging.tags.mac_platforms`. What they say explains a wheel that does not fit; whether it fits
is decided by the target's table of tags.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from msgspec import Struct

from wheelcheck.targets.platforms import LEGACY_MANYLINUX, Libc, System

__all__ = ["PlatformTag", "read_platform_tag"]

_LEGACY_LEVELS = {name: level for level, name in LEGACY_MANYLINUX.items()}
_MAC_FORMATS = {
    "universal2": frozenset({"arm64", "x86_64"}),
    "universal": frozenset({"x86_64", "i386", "ppc64", "ppc"}),
    "intel": frozenset({"x86_64", "i386"}),
    "fat64": frozenset({"x86_64", "ppc64"}),
    "fat3": frozenset({"x86_64", "i386", "ppc"}),
    "fat": frozenset({"i386", "ppc"}),
}


class PlatformTag(Struct, frozen=True):
    """What one platform tag says.

    `family` is how the tag begins (``manylinux``, ``win``, ``pyemscripten``); `level` the version
    of libc or system that it needs, () where it names none; `arch` the CPU as the tag has it and
    `archs` all that it serves; `libc` is set for manylinux and musllinux. `system` is None
    for a tag of none that is known.
    """

    tag: str
    system: System | None
    family: str
    level: tuple[int, ...] = ()
    arch: str = ""
    archs: frozenset[str] = frozenset()
    libc: Libc | None = None

    @property
    def name(self) -> str:
        """The tag without its CPU: ``manylinux_2_28``, ``macosx_14_0``, ``win``."""
        return self.tag.removesuffix(f"_{self.arch}") if self.arch else self.tag


@lru_cache(maxsize=1 << 14)
def read_platform_tag(tag: str) -> PlatformTag:
    """Take a single platform tag in lower case apart."""
    for pattern, read in _READERS:
        match = pattern.fullmatch(tag)
        if match:
            return read(tag, match)
    family = re.split(r"[\d_]", tag, maxsplit=1)[0]
    return PlatformTag(tag, _OTHER_FAMILIES.get(family), family)


_OTHER_FAMILIES = {
    "win": System.WINDOWS,
    "macosx": System.MACOS,
    "ios": System.IOS,
    "android": System.ANDROID,
    "pyodide": System.EMSCRIPTEN,
    "emscripten": System.EMSCRIPTEN,
    "pyemscripten": System.EMSCRIPTEN,
    "linux": System.LINUX,
    "manylinux": System.LINUX,
    "musllinux": System.LINUX,
}


def _linux(tag: str, match: re.Match[str]) -> PlatformTag:
    family, major, minor, legacy, arch = match.groups()
    if legacy:
        old = _LEGACY_LEVELS.get(legacy, (0, 0))
        return PlatformTag(tag, System.LINUX, "manylinux", old, arch, frozenset({arch}), Libc.GLIBC)
    level = (int(major), int(minor)) if family else ()
    libc = {"manylinux": Libc.GLIBC, "musllinux": Libc.MUSL}.get(family or "")
    return PlatformTag(tag, System.LINUX, family or "linux", level, arch, frozenset({arch}), libc)


def _windows(tag: str, match: re.Match[str]) -> PlatformTag:
    arch = match[1] or "x86"
    return PlatformTag(tag, System.WINDOWS, "win", (), arch, frozenset({arch}))


def _macos(tag: str, match: re.Match[str]) -> PlatformTag:
    level, arch = (int(match[1]), int(match[2])), match[3]
    archs = _MAC_FORMATS.get(arch, frozenset({arch}))
    return PlatformTag(tag, System.MACOS, "macosx", level, arch, archs)


def _ios(tag: str, match: re.Match[str]) -> PlatformTag:
    arch = match[3]
    return PlatformTag(
        tag, System.IOS, "ios", (int(match[1]), int(match[2])), arch, frozenset({arch})
    )


def _android(tag: str, match: re.Match[str]) -> PlatformTag:
    arch = match[2]
    return PlatformTag(tag, System.ANDROID, "android", (int(match[1]),), arch, frozenset({arch}))


def _emscripten(tag: str, match: re.Match[str]) -> PlatformTag:
    level = tuple(int(part) for part in match[2].split("_"))
    return PlatformTag(tag, System.EMSCRIPTEN, match[1], level, "wasm32", frozenset({"wasm32"}))


_READERS: tuple[tuple[re.Pattern[str], Callable[[str, re.Match[str]], PlatformTag]], ...] = (
    (
        re.compile(
            r"(?:(manylinux|musllinux)_(\d{1,4})_(\d{1,4})|(manylinux\d{1,4})|linux)_(\w+)",
            re.ASCII,
        ),
        _linux,
    ),
    (re.compile(r"win32|win_(\w+)", re.ASCII), _windows),
    (re.compile(r"macosx_(\d{1,3})_(\d{1,3})_(\w+)", re.ASCII), _macos),
    (re.compile(r"ios_(\d{1,3})_(\d{1,3})_(\w+)", re.ASCII), _ios),
    (re.compile(r"android_(\d{1,3})_(\w+)", re.ASCII), _android),
    (re.compile(r"(pyemscripten|pyodide|emscripten)_(\d+(?:_\d+)+)_wasm32", re.ASCII), _emscripten),
)
