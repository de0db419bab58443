"""From what a spelling says of a platform beside Linux to the platform, its defaults filled in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from wheelcheck.errors import TargetError, near_names
from wheelcheck.targets.interpreters import TargetInterpreter
from wheelcheck.targets.other_platforms import IOS, Android, Emscripten, MacOS, Windows
from wheelcheck.targets.platforms import Cpu, OtherArchitecture, Platform, System
from wheelcheck.targets.spellings.platform_spec import PlatformSpec
from wheelcheck.targets.spellings.platform_tables import (
    Pyodide,
    mac_releases,
    platform_pythons,
    pyodides,
    supported_macos,
)
from wheelcheck.targets.spellings.platform_words import read_platform
from wheelcheck.targets.target import Implementation

__all__ = [
    "PLATFORM_NAMES",
    "choose_platform",
    "near_platforms",
    "read_spec",
]

_ARCHITECTURES: Mapping[System, Mapping[str, Cpu]] = {
    System.WINDOWS: {
        "x86_64": OtherArchitecture.AMD64,
        "aarch64": OtherArchitecture.ARM64,
        "x86": OtherArchitecture.X86,
    },
    System.MACOS: {
        "aarch64": OtherArchitecture.ARM64,
        "x86_64": OtherArchitecture.X86_64,
        "universal2": OtherArchitecture.UNIVERSAL2,
    },
    System.EMSCRIPTEN: {"wasm32": OtherArchitecture.WASM32},
    System.ANDROID: {"aarch64": OtherArchitecture.ARM64_V8A, "x86_64": OtherArchitecture.X86_64},
    System.IOS: {"aarch64": OtherArchitecture.ARM64, "x86_64": OtherArchitecture.X86_64},
}
"""The CPUs of each system, the usual one first."""

PLATFORM_NAMES = (
    "linux",
    "linux-arm64",
    "glibc",
    "musl",
    "alpine-arm64",
    "windows",
    "windows-arm64",
    "win32",
    "macos",
    "macos-14",
    "macos-14-arm64",
    "macos-x86_64",
    "pyodide",
    "android",
    "ios",
)
"""Spellings to suggest."""

_TITLES = {
    System.WINDOWS: "Windows",
    System.MACOS: "macOS",
    System.EMSCRIPTEN: "Pyodide",
    System.ANDROID: "Android",
    System.IOS: "iOS",
}
_WINDOWS_VERSIONS = {(7,), (8,), (8, 1), (10,), (11,), (2016,), (2019,), (2022,), (2025,)}
_NEWEST_ANDROID = 99
_ANDROID_DEFAULT = 24
"""What uv's `aarch64-linux-android` assumes too; Android 7.0 (2016)."""
_OLDEST_ARM_MAC = (11, 0)


def read_spec(text: str) -> PlatformSpec | None:
    """Take one spelling of a platform apart; None where it is none."""
    return read_platform(text, {name: release.version for name, release in mac_releases().items()})


def near_platforms(text: str, more: Iterable[str] = ()) -> tuple[str, ...]:
    """The nearest spellings of platforms, or of `more`, the best first."""
    return near_names(text.lower(), [*more, *PLATFORM_NAMES])


def choose_platform(
    spelling: str, spec: PlatformSpec, interpreter: TargetInterpreter, *, as_of: date
) -> Platform:
    """The platform, beside Linux, that a spelling means for an interpreter, on that day.

    Raises `TargetError` for a CPU that the system does not have, a version that does not exist,
    and a Python that does not exist there.
    """
    if spec.version[:1] == (3,):
        python, word = ".".join(map(str, spec.version)), spec.system.value
        raise TargetError(spelling, f"there is no {word} {python}", (f"{python}@{word}",))
    arch = _architecture(spelling, spec, interpreter)
    make = _MAKERS[spec.system]
    return make(spelling, spec, arch, interpreter, as_of)


def _architecture(spelling: str, spec: PlatformSpec, interpreter: TargetInterpreter) -> Cpu:
    known = _ARCHITECTURES[spec.system]
    if spec.cpu is None:
        intel = spec.system is System.MACOS and spec.version and spec.version < _OLDEST_ARM_MAC
        return known["x86_64"] if intel else next(iter(known.values()))
    if spec.cpu not in known:
        title = _TITLES[spec.system]
        why = f"{title} has no builds for {spec.cpu}; it has {', '.join(known.values())}"
        raise TargetError(spelling, why, (f"{interpreter.tag}@{spec.system}",))
    return known[spec.cpu]


def _windows(
    spelling: str,
    spec: PlatformSpec,
    arch: Cpu,
    interpreter: TargetInterpreter,
    _: date,
) -> Windows:
    if spec.version and spec.version not in _WINDOWS_VERSIONS:
        shown = ".".join(map(str, spec.version))
        raise TargetError(spelling, f"there is no Windows {shown}", (_word(System.WINDOWS, arch),))
    _oldest(spelling, System.WINDOWS, arch, interpreter)
    return Windows(arch)


def _macos(
    spelling: str,
    spec: PlatformSpec,
    arch: Cpu,
    interpreter: TargetInterpreter,
    as_of: date,
) -> MacOS:
    oldest = _oldest(spelling, System.MACOS, arch, interpreter)
    release = _macos_release(spelling, spec.version) if spec.version else None
    if release is None:
        return MacOS(arch, max(supported_macos(as_of), oldest))
    if release < oldest:
        shown = _shown_macos(oldest)
        why = f"{_python(interpreter)} needs macOS {shown} or later on {arch}"
        near = "{}-macosx_{}_{}_{}".format(interpreter.tag, *oldest, arch)
        raise TargetError(spelling, why, (near,))
    return MacOS(arch, release)


def _emscripten(
    spelling: str,
    spec: PlatformSpec,
    arch: Cpu,
    interpreter: TargetInterpreter,
    _: date,
) -> Emscripten:
    rows = pyodides()
    if interpreter.implementation is not Implementation.CPYTHON or interpreter.free_threaded:
        raise TargetError(spelling, "Pyodide is CPython with the GIL", ("pyodide",))
    row = rows.get(interpreter.python)
    known = [f"cp{a}{b}-{_emscripten_of(each).tag}" for (a, b), each in rows.items()]
    if row is None:
        why = f"no Pyodide is known that is {_python(interpreter)}"
        raise TargetError(spelling, why, tuple(reversed(known)))
    abi = (*spec.version, 0)[:2]
    if spec.version and abi != row.abi:
        own = _emscripten_of(row).tag
        has, wanted = (".".join(map(str, each)) for each in (row.abi, abi))
        why = f"Pyodide with {_python(interpreter)} has the ABI {has}, not {wanted}"
        raise TargetError(spelling, why, (f"{interpreter.tag}-{own}",))
    return Emscripten(arch, row.abi, row.compiler)


def _android(
    spelling: str,
    spec: PlatformSpec,
    arch: Cpu,
    interpreter: TargetInterpreter,
    _: date,
) -> Android:
    oldest = _oldest(spelling, System.ANDROID, arch, interpreter)[0]
    api = spec.version[0] if spec.version else max(_ANDROID_DEFAULT, oldest)
    if api > _NEWEST_ANDROID:
        raise TargetError(spelling, f"Android has no API level {api}", ("android",))
    if api < oldest:
        why = f"{_python(interpreter)} needs Android's API level {oldest} or later"
        raise TargetError(spelling, why, (f"{interpreter.tag}-android_{oldest}_{arch}",))
    return Android(arch, api)


def _ios(
    spelling: str,
    spec: PlatformSpec,
    arch: Cpu,
    interpreter: TargetInterpreter,
    _: date,
) -> IOS:
    oldest = _oldest(spelling, System.IOS, arch, interpreter)
    release = (*spec.version, 0)[:2] if spec.version else oldest
    simulator = spec.simulator or arch is OtherArchitecture.X86_64  # no device has that CPU
    if release < oldest:
        near = IOS(arch, (oldest[0], oldest[1]), simulator).tag
        why = f"{_python(interpreter)} needs iOS {oldest[0]} or later"
        raise TargetError(spelling, why, (f"{interpreter.tag}-{near}",))
    return IOS(arch, (release[0], release[1]), simulator)


_MAKERS = {
    System.WINDOWS: _windows,
    System.MACOS: _macos,
    System.EMSCRIPTEN: _emscripten,
    System.ANDROID: _android,
    System.IOS: _ios,
}


# Which Python came for what


def _oldest(
    spelling: str, system: System, arch: Cpu, interpreter: TargetInterpreter
) -> tuple[int, int]:
    """The oldest release of a system that an interpreter runs on.

    Raises `TargetError` where it has no builds there.
    """
    if interpreter.free_threaded and system in {System.ANDROID, System.IOS}:
        why = f"Python has no free-threaded builds for {_TITLES[system]}"
        raise TargetError(spelling, why, (f"{interpreter.tag.rstrip('t')}@{system}",))
    rows = platform_pythons().get((system.value, arch.value, interpreter.implementation.value), ())
    there = [since for since in rows if since.python <= interpreter.python]
    if there:
        return there[-1].oldest
    title = f"{_TITLES[system]} on {arch}"
    why = f"{_python(interpreter)} has no builds for {title}"
    if rows:
        first = "{}.{}".format(*rows[0].python)
        why += f"; {interpreter.implementation.title} {first} is the first"
    raise TargetError(spelling, why, tuple(_near_builds(system, arch, interpreter)))


def _near_builds(system: System, arch: Cpu, interpreter: TargetInterpreter) -> Iterator[str]:
    """The first Python there, and the same Python on the other CPUs of the system."""
    implementation = interpreter.implementation.value
    rows = platform_pythons().get((system.value, arch.value, implementation), ())
    if rows:
        yield "{}.{}@{}".format(*rows[0].python, _word(system, arch))
    for other in _ARCHITECTURES[system].values():
        known = platform_pythons().get((system.value, other.value, implementation), ())
        if other is not arch and known and known[0].python <= interpreter.python:
            yield f"{interpreter.tag}@{_word(system, other)}"


def _word(system: System, arch: Cpu) -> str:
    """The usual spelling: ``windows``, ``win32``, ``windows-arm64``, ``macos-x86_64``."""
    if arch is next(iter(_ARCHITECTURES[system].values())):
        return system.value
    return "win32" if arch is OtherArchitecture.X86 else f"{system}-{arch}"


def _python(interpreter: TargetInterpreter) -> str:
    return "{} {}.{}".format(interpreter.implementation.title, *interpreter.python)


# macOS and Pyodide
def _macos_release(spelling: str, version: tuple[int, ...]) -> tuple[int, int]:
    """A macOS that exists: 10.9 to 10.16, 11 to 15, 26 with any minor release, and the next."""
    major, minor = (*version, 0)[:2]
    known = sorted(release.version for release in mac_releases().values())
    majors = {*(release[0] for release in known), known[-1][0] + 1} - {_OS_X}
    if major in majors or (major, minor) in {*known, _BIG_SUR_AS_OS_X}:
        return major, minor

    def distance(release: tuple[int, int]) -> int:
        return abs(release[0] * 100 + release[1] - major * 100 - minor)

    near = f"macos-{_shown_macos(min(known, key=distance))}"
    raise TargetError(spelling, f"there is no macOS {'.'.join(map(str, version))}", (near,))


_OS_X = 10
_BIG_SUR_AS_OS_X = (10, 16)
"""What macOS 11 calls itself to programs built for an older SDK; a tag of some wheels."""


def _shown_macos(release: tuple[int, int]) -> str:
    return f"{release[0]}.{release[1]}" if release[1] else str(release[0])


def _emscripten_of(row: Pyodide) -> Emscripten:
    return Emscripten(OtherArchitecture.WASM32, row.abi, row.compiler)
