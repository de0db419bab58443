"""Which part of a tag failed first, of a wheel that does not fit its target.

Rules of PEP 425, 600, 656, 703 and 803; `platform_tags` has those of platforms. These judgements
explain; they decide nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import IntEnum
from functools import lru_cache

from msgspec import Struct

from wheelcheck.targets.other_platforms import IOS, Android, MacOS
from wheelcheck.targets.platform_tags import PlatformTag, read_platform_tag
from wheelcheck.targets.platforms import (
    Architecture,
    Cpu,
    Libc,
    Linux,
    NamedTags,
    OtherArchitecture,
    Platform,
    System,
    manylinux_floor,
)
from wheelcheck.targets.remembered import Memo
from wheelcheck.targets.tags import TagProfile, Triple, interpreter_tag, places_of, tag_profile
from wheelcheck.targets.target import Target

__all__ = ["MissPart", "TagMiss", "besides", "misses_of", "misses_on", "nearest", "system_title"]

_STABLE_ABIS = ("abi3", "abi3t")
_INTERPRETER = re.compile(r"([a-z]+)(\d)_?(\d{0,3})", re.ASCII)
_IMPLEMENTATIONS = {
    "py": "Python",
    "cp": "CPython",
    "pp": "PyPy",
    "graalpy": "GraalPy",
    "jy": "Jython",
    "ip": "IronPython",
}


class MissPart(IntEnum):
    """The first part of a tag that failed; the greater, the nearer the wheel came to fitting.

    Python and ABI are judged first, as installers do. Among platforms the order is that of what it
    takes to use the wheel after all: another operating system, another CPU, another libc (another
    variant of the same base image), a newer libc or system (a newer release of the same).
    """

    INVALID = 0
    """Not a tag, or a compressed set too large to be meant."""
    IMPLEMENTATION = 1
    """Built for PyPy, GraalPy …, or for CPython where the target is not."""
    PYTHON = 2
    """Built for another version of Python."""
    ABI = 3
    """Built for free-threaded Python where the target has the GIL, or the reverse; debug ABIs."""
    OPERATING_SYSTEM = 4
    """Built for another system: Linux, Windows, macOS …"""
    ARCHITECTURE = 5
    """Built for another CPU."""
    LIBC = 6
    """Built for glibc where the target has musl, or the reverse."""
    LIBC_VERSION = 7
    """Built for the right libc, in a version that the target does not offer."""
    SYSTEM_VERSION = 8
    """Built for a newer macOS, iOS or Android than the target, or for another ABI of Pyodide."""
    INSTALLER = 9
    """Built for what the target offers, under a kind of tag that its installer does not know."""


class TagMiss(Struct, frozen=True, order=True):
    """The wheel is not accepted: the first part that failed, and why in words.

    `max()` of several misses is the nearest.
    """

    part: MissPart
    why: str


def nearest(misses: Iterable[tuple[TagMiss, Triple]]) -> TagMiss:
    """The nearest of several misses; of versions that are all too new, the oldest."""

    def nearness(pair: tuple[TagMiss, Triple]) -> tuple[int, ...]:
        miss, (_, _, platform) = pair
        return miss.part, *(-n for n in read_platform_tag(platform).level or (0, 0))

    return max(misses, key=nearness)[0]


@lru_cache(maxsize=1024)
def misses_on(target: Target) -> Mapping[Triple, TagMiss]:
    """Which part of a single tag, known not to fit, failed first? Any may be asked for."""
    return misses_of(tag_profile(target))


@lru_cache(maxsize=512)
def misses_of(profile: TagProfile) -> Mapping[Triple, TagMiss]:
    """As `misses_on`, from the part of a target that decides."""

    def judge(triple: Triple) -> TagMiss:
        interpreter, abi, platform = triple
        return (
            _interpreter_miss(interpreter, abi, profile)
            or _abi_miss(interpreter, abi, platform, profile)
            or _platform_miss(platform, profile)
        )

    return Memo(judge)


def besides(triple: Triple, target: Target) -> tuple[int, int]:
    """How near a tag that fails on Python or ABI comes besides: its platform, then its Python.

    Greater is nearer: the `MissPart` of the platform, more where it fits, and minus the distance
    between the minor versions.
    """
    return _besides(triple, tag_profile(target))


@lru_cache(maxsize=1 << 14)
def _besides(triple: Triple, profile: TagProfile) -> tuple[int, int]:
    interpreter, _, platform = triple
    own = interpreter_tag(profile.implementation, profile.python)
    swapped = (own, profile.abi, platform)
    fits = platform == "any" or swapped in places_of(profile)
    part = len(MissPart) if fits else misses_of(profile)[swapped].part
    match = _INTERPRETER.fullmatch(interpreter)
    major, minor = (int(match[2]), int(match[3] or 0)) if match else (0, 0)
    return part, -abs((major - profile.python[0]) * 100 + minor - profile.python[1])


@lru_cache(maxsize=512)
def _pythons(profile: TagProfile) -> frozenset[tuple[str, str]]:
    """The pairs of Python and ABI tag that the target accepts on some platform."""
    return frozenset((interpreter, abi) for interpreter, abi, _ in places_of(profile))


def _interpreter_miss(interpreter: str, abi: str, profile: TagProfile) -> TagMiss | None:
    if _accepts_python(interpreter, abi, profile):
        return None
    own = interpreter_tag(profile.implementation, profile.python)
    match = _INTERPRETER.fullmatch(interpreter)
    if not match:
        return TagMiss(MissPart.IMPLEMENTATION, f"built for {interpreter}")
    prefix, major, minor = match.groups()
    version = f"{major}.{minor}" if minor else major
    name = _IMPLEMENTATIONS.get(prefix, prefix)
    if prefix not in {"py", own.rstrip("0123456789")}:
        return TagMiss(MissPart.IMPLEMENTATION, f"built for {name} {version}")
    outlasts = prefix == "py" or abi in _STABLE_ABIS
    if outlasts and (int(major), int(minor or 0)) > profile.python:
        return TagMiss(MissPart.PYTHON, f"needs {name} {version} or later")
    return TagMiss(MissPart.PYTHON, f"built for {name} {version}")


def _accepts_python(interpreter: str, abi: str, profile: TagProfile) -> bool:
    """Whether the Python tag is right, be the ABI beside it right or wrong."""
    pairs = _pythons(profile)
    if interpreter == interpreter_tag(profile.implementation, profile.python):
        return True
    if abi in _STABLE_ABIS:  # an older Python's stable ABI would do, were it the right one of two
        return any((interpreter, stable) in pairs for stable in (*_STABLE_ABIS, "none"))
    return (interpreter, abi if interpreter.startswith("cp") else "none") in pairs


def _abi_miss(interpreter: str, abi: str, platform: str, profile: TagProfile) -> TagMiss | None:
    if (interpreter, abi) in _pythons(profile):
        if platform != "any":
            return None
        return TagMiss(
            MissPart.ABI, f"names the ABI {abi} but no platform, which pip accepts nowhere"
        )
    own = profile.abi
    if profile.free_threaded and abi in {own.removesuffix("t"), "abi3"}:
        why = f"{abi} needs a build with the GIL, target is free-threaded ({own})"
    elif not profile.free_threaded and abi in {f"{own}t", "abi3t"}:
        why = f"{abi} needs a free-threaded build, target has the GIL ({own})"
    elif abi == own:
        why = f"joins the ABI {abi} to the Python tag {interpreter}, which pip accepts nowhere"
    else:
        why = f"built for the ABI {abi}, target has {own}"
    return TagMiss(MissPart.ABI, why)


def _platform_miss(platform: str, profile: TagProfile) -> TagMiss:
    tag = read_platform_tag(platform)
    own = profile.platform
    if tag.system is not own.system:
        return TagMiss(MissPart.OPERATING_SYSTEM, f"built for {system_title(tag)}")
    if not tag.arch:
        return TagMiss(MissPart.OPERATING_SYSTEM, f"{platform} is no platform tag that is known")
    if not _serves(tag, own.arch):
        return TagMiss(MissPart.ARCHITECTURE, f"built for {tag.arch}, target is {own.arch}")
    return _version_miss(tag, own)


def _version_miss(tag: PlatformTag, own: Platform) -> TagMiss:
    """Of a wheel for the right system and CPU."""
    match own:
        case NamedTags() if tag.tag not in own.tags():
            why = f"{tag.tag} is none of the platforms that are named"
            return TagMiss(MissPart.LIBC_VERSION, why)
        case Linux():
            return _linux_miss(tag, own)
        case MacOS():
            return _macos_miss(tag, own)
        case IOS():
            return _ios_miss(tag, own)
        case Android():
            return _too_new(f"Android API {tag.level[0]}", own.version)
        case _:  # Pyodide: each ABI is another; Windows has no versions
            why = f"built for {tag.name}, target has {own.tag.removesuffix(f'_{own.arch}')}"
            return TagMiss(MissPart.SYSTEM_VERSION, why)


def system_title(tag: PlatformTag) -> str:
    """What people call the system of a platform tag; the tag itself where it is not known."""
    if tag.system is System.EMSCRIPTEN:
        return "WebAssembly"
    return _SYSTEMS.get(tag.system, tag.tag) if tag.system else tag.tag


_SYSTEMS = {
    System.LINUX: "Linux",
    System.WINDOWS: "Windows",
    System.MACOS: "macOS",
    System.ANDROID: "Android",
    System.IOS: "iOS",
}


def _serves(tag: PlatformTag, arch: Cpu) -> bool:
    """Whether a tag's file runs on a CPU; on both CPUs of a Mac only what is for both."""
    if tag.system is System.IOS:  # the CPU and whether it is a device or a simulator
        return tag.arch.startswith(f"{arch}_")
    if arch is OtherArchitecture.UNIVERSAL2:
        return {"arm64", "x86_64"} <= tag.archs
    return arch.value in tag.archs


def _linux_miss(tag: PlatformTag, own: Linux) -> TagMiss:
    if tag.libc is not own.libc:
        why = f"built for {tag.name} ({tag.libc}), target has {own.libc} {own.version}"
        return TagMiss(MissPart.LIBC, why)
    if tag.libc is Libc.GLIBC and own.arch is Architecture.ARMV6L:
        return TagMiss(MissPart.LIBC, "pip accepts no manylinux wheel on armv6l")
    if tag.libc is Libc.GLIBC and tag.level < manylinux_floor(own.arch):
        return TagMiss(MissPart.LIBC_VERSION, f"{tag.name} is not defined for {own.arch}")
    if tag.level[0] == own.libc_version[0] and tag.level <= own.libc_version:
        return TagMiss(MissPart.INSTALLER, f"its pip is older than {tag.name} tags")
    needed = "{}.{}".format(*tag.level)
    return TagMiss(MissPart.LIBC_VERSION, f"needs {tag.libc} {needed}, target has {own.version}")


def _macos_miss(tag: PlatformTag, own: MacOS) -> TagMiss:
    major, minor = tag.level
    if tag.level > own.release:
        return _too_new(f"macOS {major}.{minor}", own.version)
    if major > _OS_X and minor:
        return TagMiss(
            MissPart.SYSTEM_VERSION,
            f"{tag.name} names a minor release, of which pip accepts none since macOS 11",
        )
    return TagMiss(MissPart.SYSTEM_VERSION, f"{tag.tag} is accepted by no macOS on {own.arch}")


def _ios_miss(tag: PlatformTag, own: IOS) -> TagMiss:
    if tag.arch.endswith("_iphonesimulator") is not own.simulator:
        wanted = "a simulator" if own.simulator else "a device"
        made = "devices" if own.simulator else "the simulator"
        return TagMiss(MissPart.ARCHITECTURE, f"built for {made}, target is {wanted}")
    return _too_new("iOS {}.{}".format(*tag.level), own.version)


def _too_new(needed: str, have: str | None) -> TagMiss:
    return TagMiss(MissPart.SYSTEM_VERSION, f"needs {needed}, target has {have}")


_OS_X = 10
