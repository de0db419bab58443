"""From what a user writes to a `Target`: images, tags, platforms, Pythons, axes, the usual matrix.

A spelling names an image, or a Python, or a platform, or a Python on a platform. What it leaves
open has a default: `parse_target_on` takes the first, `expand_target_on` all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import product

from wheelcheck.errors import TargetError, near_names
from wheelcheck.targets.images.catalogue import DOCKER_PLATFORMS
from wheelcheck.targets.images.image_targets import image_target
from wheelcheck.targets.images.notes import notes_of
from wheelcheck.targets.interpreters import TargetInterpreter, read_interpreter, target_of
from wheelcheck.targets.platforms import Architecture, Libc, Platform, System
from wheelcheck.targets.pythons import newest_free_threaded, supported_pythons
from wheelcheck.targets.spellings.linux_choice import LINUX_CPUS, choose_linux, default_libc_version
from wheelcheck.targets.spellings.near_images import near_images
from wheelcheck.targets.spellings.platform_spec import CPUS, PlatformSpec
from wheelcheck.targets.spellings.reading_spelling import (
    EXAMPLES,
    Spelled,
    near_platforms,
    read_platform_spec,
    read_spelling,
)
from wheelcheck.targets.target import Target

__all__ = [
    "PLATFORM_GROUPS",
    "default_libc_version",
    "default_matrix_on",
    "expand_axes_on",
    "expand_platforms_on",
    "expand_target_on",
    "leaves_python_open",
    "parse_target_on",
]

PLATFORM_GROUPS = {
    "servers": ("linux",),
    "desktop": ("glibc-x86_64", "windows", "windows-arm64", "macos", "macos-x86_64"),
    "mobile": ("android", "ios"),
    "all": (
        "linux",
        "windows",
        "windows-arm64",
        "macos",
        "macos-x86_64",
        "pyodide",
        "android",
        "ios",
    ),
}
"""Groups of platforms, by spelling."""

_LIBC = re.compile(
    r"(?P<libc>glibc|musl|manylinux|musllinux)(?:[=_-]{0,2}(?P<major>\d{1,3})[._](?P<minor>\d{1,3}))?",
    re.ASCII,
)
_USUAL_CPUS = ("x86_64", "aarch64")


def parse_target_on(spelling: str, *, as_of: date) -> Target:
    """Understand one spelling of a target, with the images of `as_of`.

    An image, with its platform or for linux/amd64: ``python:3.12-alpine``,
    ``ubuntu:24.04@linux/arm64``. Interpreter and platform tag: ``cp312-musllinux_1_2_x86_64``,
    ``cp313t-manylinux_2_28_aarch64``, ``cp314-macosx_14_0_arm64``, ``cp313-win_amd64``. A Python on
    a platform: ``3.12@windows``, ``pypy3.11@macos``. A platform, with the newest Python that it
    has: ``windows-arm64``, ``macos-14``, ``pyodide``.
    Images keep their spelling as the target's name; the others are named canonically, and every
    name parses to the same target again.

    Raises `TargetError` with near matches for what is not understood, for an image not in the
    catalogue, and for an image that lacks the platform, holds no Python, or did not exist yet.
    """
    spelling = spelling.strip()
    spelled = read_spelling(spelling)
    if spelled is None:
        return _image(spelling, as_of)
    if spelled.python is None:
        return list(_on_usual_pythons(spelling, spelled, as_of))[-1]
    targets = _on_python(spelling, spelled.python, spelled.platform, as_of)
    if spelled.platform is None:
        names = ", ".join(target.name for target in targets)
        raise TargetError(spelling, f"a Python alone is several targets; write one of {names}")
    return next(targets)


def expand_target_on(
    spelling: str, *, as_of: date, pythons: Sequence[str] | None = None
) -> tuple[Target, ...]:
    """All targets that a spelling, or several with commas between, stands for.

    As `parse_target_on`; a Python alone stands for it on the platforms of the default matrix, a
    platform alone for it with each of `pythons` or else those of the default matrix that it has.

    Raises `TargetError` as `parse_target_on` does, and where one of `pythons` does not exist there.
    """
    found: dict[str, Target] = {}
    for part in spelling.split(","):
        if not part.strip():
            raise TargetError(spelling, "an empty target between commas")
        found.update((target.name, target) for target in _expanded(part.strip(), pythons, as_of))
    return tuple(found.values())


def expand_platforms_on(
    names: Iterable[str], *, as_of: date, pythons: Sequence[str] | None = None
) -> tuple[Target, ...]:
    """The targets of groups (`PLATFORM_GROUPS`) and platforms, each with all Pythons it has.

    Raises `TargetError` for a name that is neither, and for a platform that has none of them.
    """
    found: dict[str, Target] = {}
    for name in names:
        for member in PLATFORM_GROUPS.get(name.lower(), (name,)):
            spec = read_platform_spec(member)
            if spec is None:
                near = near_platforms(name, PLATFORM_GROUPS)
                raise TargetError(name, "no platform and no group of platforms", near)
            targets = _with_pythons(name, spec, pythons, as_of, strict=False)
            found.update((target.name, target) for target in targets)
    return tuple(found.values())


def leaves_python_open(spelling: str) -> bool:
    """Whether a spelling, or one of several with commas between, names a platform alone.

    Raises `TargetError` for what is not understood.
    """
    spelled = (read_spelling(part.strip()) for part in spelling.split(","))
    return any(each is not None and each.python is None for each in spelled)


def expand_axes_on(
    pythons: Iterable[str], libcs: Iterable[str], archs: Iterable[str], *, as_of: date
) -> tuple[Target, ...]:
    """The product of Pythons, libcs and CPUs, in that order of variation, each target once.

    Pythons: ``3.12``, ``3.13t``, ``3.12.1``, ``pp311``, ``pypy3.11``. Libcs: ``glibc``, ``musl``,
    with a version ``glibc2.28``, ``musl==1.2``; without one it is that of the official slim or
    Alpine image of the day (`default_libc_version`). CPUs by tag or Docker name.
    """
    levels = [_libc(libc, as_of) for libc in libcs]
    machines = [_cpu(arch) for arch in archs]
    targets = (
        _target(
            python,
            python,
            PlatformSpec(System.LINUX, cpu, level, libc),
            as_of,
        )
        for python, (libc, level), cpu in product(pythons, levels, machines)
    )
    return tuple({target.name: target for target in targets}.values())


def default_matrix_on(*, as_of: date) -> tuple[Target, ...]:
    """CPythons supported upstream and the newest free-threaded, × both libcs × two CPUs."""
    return expand_axes_on(_usual_pythons(as_of), ["glibc", "musl"], _USUAL_CPUS, as_of=as_of)


def _usual_pythons(as_of: date) -> list[str]:
    pythons = ["{}.{}".format(*python) for python in supported_pythons(as_of)]
    free_threaded = newest_free_threaded(as_of)
    return [*pythons, "{}.{}t".format(*free_threaded)] if free_threaded else pythons


def _image(spelling: str, as_of: date) -> Target:
    """The target of an image. Raises TargetError with the platforms that it resembles."""
    try:
        return image_target(spelling, as_of)
    except TargetError as error:
        if ":" in spelling or "/" in spelling:
            near = (*near_images(spelling, as_of), *error.near)
            raise TargetError(spelling, error.why, tuple(dict.fromkeys(near))[:3]) from None
        platforms = (*near_images(spelling, as_of), *near_platforms(spelling, _BARE_PYTHONS))
        why = f"there is no such image, Python or platform; write {EXAMPLES}"
        raise TargetError(spelling, why, platforms[:3] or error.near[:1]) from None


_BARE_PYTHONS = ("pypy3.11", "graalpy3.12")


# From there to targets


def _expanded(spelling: str, pythons: Sequence[str] | None, as_of: date) -> Iterator[Target]:
    spelled = read_spelling(spelling)
    if spelled is None:
        yield _image(spelling, as_of)
    elif spelled.python is not None:
        yield from _on_python(spelling, spelled.python, spelled.platform, as_of)
    elif spelled.platform is not None:
        yield from _with_pythons(spelling, spelled.platform, pythons, as_of, strict=True)


def _on_python(
    spelling: str, python: str, spec: PlatformSpec | None, as_of: date
) -> Iterator[Target]:
    for each in _open_linux(spec or PlatformSpec(System.LINUX)):
        yield _target(spelling, python, each, as_of)


def _on_usual_pythons(spelling: str, spelled: Spelled, as_of: date) -> Iterator[Target]:
    """The platform with each supported Python that it has, the newest last."""
    assert spelled.platform is not None
    first = next(_open_linux(spelled.platform))
    for target in _with_pythons(spelling, first, None, as_of, strict=True):
        if not target.free_threaded:
            yield target


def _with_pythons(
    spelling: str,
    spec: PlatformSpec,
    pythons: Sequence[str] | None,
    as_of: date,
    *,
    strict: bool,
) -> Iterator[Target]:
    """A platform with each Python; a Python that it does not have is left out.

    Raises `TargetError` where none is left, and with `strict` for each that was named.
    """
    named = _own_pythons(spec) if pythons is None else pythons
    missing: TargetError | None = None
    made = False
    wanted = _usual_pythons(as_of) if named is None else named
    for each, python in product(_open_linux(spec), wanted):
        try:
            target = _target(spelling, python, each, as_of)
        except TargetError as error:
            if strict and named is not None:
                raise
            missing = error
            continue
        if named is not None or not _from_before_pep_783(target.platform):
            made = True
            yield target
    if missing and not made:
        raise missing


def _own_pythons(spec: PlatformSpec) -> Sequence[str] | None:
    """The one Python of a Pyodide, whose ABI has its version; None where that is open."""
    own = _own_python(spec) if spec.system is System.EMSCRIPTEN else None
    return None if own is None else ["{}.{}".format(*own)]


def _own_python(spec: PlatformSpec) -> tuple[int, int] | None:
    from wheelcheck.targets.spellings.platform_tables import pyodide_python

    return pyodide_python(spec.version)


def _from_before_pep_783(platform: Platform) -> bool:
    """A Pyodide for which the default index takes no wheels: judged where it is named only."""
    return platform.system is System.EMSCRIPTEN and platform.tag.startswith("pyodide_")


def _open_linux(spec: PlatformSpec) -> Iterator[PlatformSpec]:
    """A Linux whose libc or CPU is open stands for those of the default matrix."""
    if spec.system is not System.LINUX:
        yield spec
        return
    libcs = [spec.libc] if spec.libc or spec.silent or spec.version else [Libc.GLIBC, Libc.MUSL]
    cpus = [spec.cpu] if spec.cpu else _USUAL_CPUS
    for libc, cpu in product(libcs, cpus):
        yield spec._replace(libc=libc, cpu=cpu)


def _target(spelling: str, python: str, spec: PlatformSpec, as_of: date) -> Target:
    interpreter = read_interpreter(spelling, python, as_of)
    if spec.system is System.LINUX:
        linux = choose_linux(spelling, spec, interpreter, as_of=as_of)
        target = target_of(f"{interpreter.tag}-{linux.tag}", interpreter, linux)
    else:
        target = _beside_linux(spelling, spec, interpreter, as_of)
    notes = notes_of(target, as_of)
    if spec.silent:
        silence = f"linux_{target.arch} names no libc; {target.platform.title} is assumed"
        notes = (silence, *notes)
    return replace(target, notes=notes)


def _beside_linux(
    spelling: str, spec: PlatformSpec, interpreter: TargetInterpreter, as_of: date
) -> Target:
    from wheelcheck.targets.spellings.platform_choice import choose_platform
    from wheelcheck.targets.spellings.platform_tables import pyodide_release

    platform = choose_platform(spelling, spec, interpreter, as_of=as_of)
    name = f"{interpreter.tag}-{platform.tag}"
    if platform.system is System.EMSCRIPTEN and "." not in interpreter.tag:
        interpreter = read_interpreter(spelling, pyodide_release(interpreter.python), as_of)
    return target_of(name, interpreter, platform)


def _libc(text: str, as_of: date) -> tuple[Libc, tuple[int, int]]:
    match = _LIBC.fullmatch(text.strip())
    if not match:
        raise TargetError(text, "no libc; write glibc, musl, glibc2.28 or musl1.2")
    libc = Libc.MUSL if match["libc"] in {"musl", "musllinux"} else Libc.GLIBC
    if match["major"] is None:
        return libc, default_libc_version(libc, as_of=as_of)
    return libc, (int(match["major"]), int(match["minor"]))


def _cpu(text: str) -> str:
    """A CPU of Linux by the name in tags or by Docker's."""
    text = text.strip()
    cpu = CPUS.get(text, "")
    if cpu in LINUX_CPUS:
        return cpu
    near = near_names(text, [*Architecture, *DOCKER_PLATFORMS])
    known = ", ".join(Architecture)
    raise TargetError(
        text, f"the CPU {text!r} is not known; there are {known}", tuple(map(str, near))
    )
