"""Which part of a tag failed first, of a wheel that does not fit its target.

Rules of PEP 425, 600, 656, 703 and 803. These judgements explain; they decide nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from wheelcheck.targets.remembered import Memo
from wheelcheck.targets.tags import (
    LEGACY_MANYLINUX,
    TagProfile,
    Triple,
    interpreter_tag,
    manylinux_floor,
    places_of,
    tag_profile,
)
from wheelcheck.targets.target import Architecture, Libc, Target

__all__ = ["MissPart", "TagMiss", "besides", "libc_level", "misses_of", "misses_on", "nearest"]

_STABLE_ABIS = ("abi3", "abi3t")
_LEGACY_LEVELS = {name: level for level, name in LEGACY_MANYLINUX.items()}
_INTERPRETER = re.compile(r"([a-z]+)(\d)_?(\d{0,3})", re.ASCII)
_LINUX = re.compile(
    r"(?:(manylinux|musllinux)_(\d{1,4})_(\d{1,4})|(manylinux\d{1,4})|linux)_(\w+)", re.ASCII
)
_SYSTEMS = {
    "win": "Windows",
    "macosx": "macOS",
    "ios": "iOS",
    "android": "Android",
    "pyodide": "WebAssembly",
    "emscripten": "WebAssembly",
    "wasi": "WebAssembly",
    "pyemscripten": "WebAssembly",
}
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
    variant of the same base image), a newer libc (a newer release of the same base image).
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
    """Built for Windows, macOS …"""
    ARCHITECTURE = 5
    """Built for another CPU."""
    LIBC = 6
    """Built for glibc where the target has musl, or the reverse."""
    LIBC_VERSION = 7
    """Built for the right libc, in a version that the target does not offer."""


@dataclass(frozen=True, slots=True, order=True)
class TagMiss:
    """The wheel is not accepted: the first part that failed, and why in words.

    `max()` of several misses is the nearest.
    """

    part: MissPart
    why: str


def nearest(misses: Iterable[tuple[TagMiss, Triple]]) -> TagMiss:
    """The nearest of several misses; of libc versions that are all too new, the oldest."""
    return max(misses, key=lambda pair: (pair[0].part, *(-n for n in libc_level(pair[1][2]))))[0]


@lru_cache(maxsize=1 << 14)
def libc_level(platform: str) -> tuple[int, int]:
    """The libc version that a Linux platform tag names; (0, 0) where it names none."""
    linux = _LINUX.fullmatch(platform)
    if not linux:
        return (0, 0)
    _, major, minor, legacy, _ = linux.groups()
    return _LEGACY_LEVELS.get(legacy, (0, 0)) if major is None else (int(major), int(minor))


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
    if prefix not in {"py", own[:2]}:
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
    linux = _LINUX.fullmatch(platform)
    if not linux:
        family = re.split(r"[\d_]", platform, maxsplit=1)[0]
        system = _SYSTEMS.get(family, platform)
        return TagMiss(MissPart.OPERATING_SYSTEM, f"built for {system}")
    prefix, *_, arch = linux.groups()
    if arch != profile.arch:
        return TagMiss(MissPart.ARCHITECTURE, f"built for {arch}, target is {profile.arch}")
    libc = Libc.MUSL if prefix == Libc.MUSL.tag_prefix else Libc.GLIBC
    level = platform.removesuffix(f"_{arch}")
    have = "{}.{}".format(*profile.libc_version)
    if libc is not profile.libc:
        return TagMiss(
            MissPart.LIBC, f"built for {level} ({libc}), target has {profile.libc} {have}"
        )
    if libc is Libc.GLIBC and arch == Architecture.ARMV6L:
        return TagMiss(MissPart.LIBC, "pip accepts no manylinux wheel on armv6l")
    needed = libc_level(platform)
    if libc is Libc.GLIBC and needed < manylinux_floor(profile.arch):
        return TagMiss(MissPart.LIBC_VERSION, f"{level} is not defined for {arch}")
    return TagMiss(
        MissPart.LIBC_VERSION, "needs {} {}.{}, target has {}".format(libc, *needed, have)
    )
