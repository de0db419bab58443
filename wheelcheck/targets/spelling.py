"""From what a user writes to a `Target`: image names, explicit tags, axes, the default matrix."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from itertools import product
from typing import NamedTuple

from wheelcheck.errors import TargetError, UsageError
from wheelcheck.targets.catalogue import PLATFORMS
from wheelcheck.targets.images import FoundImage, default_variant, find_image
from wheelcheck.targets.notes import notes_of, pip_of
from wheelcheck.targets.pythons import (
    PythonRelease,
    find_release,
    newest_free_threaded,
    newest_release,
    supported_pythons,
)
from wheelcheck.targets.tags import LEGACY_MANYLINUX, interpreter_tag, manylinux_floor
from wheelcheck.targets.target import Architecture, Image, Implementation, Libc, Target

__all__ = ["default_libc_version", "default_matrix_on", "expand_axes_on", "parse_target_on"]

OLDEST_PYTHON = (3, 6)
FIRST_FREE_THREADED = (3, 13)
_NEWEST_LEVEL = {Libc.GLIBC: (2, 99), Libc.MUSL: (1, 2)}

_EXPLICIT = re.compile(r"(?P<python>(?:cp|pp|pypy)[0-9][\w.]*)-(?P<platform>\w+)", re.ASCII)
_PYTHON = re.compile(
    r"(?P<kind>cp|cpython|pp|pypy|)-?(?P<major>\d)\.?(?P<minor>\d{1,3})(?:\.(?P<patch>\d{1,3}))?"
    r"(?P<t>t?)(?:_(?P<abi>pp73|pp80))?",
    re.ASCII,
)
_PLATFORM = re.compile(
    r"(?:(?P<family>manylinux|musllinux)_(?P<major>\d{1,3})_(?P<minor>\d{1,3})"
    r"|(?P<legacy>manylinux(?:1|2010|2014)))_(?P<arch>\w+)",
    re.ASCII,
)
_LIBC = re.compile(
    r"(?P<libc>glibc|musl|manylinux|musllinux)(?:[=_-]{0,2}(?P<major>\d{1,3})[._](?P<minor>\d{1,3}))?",
    re.ASCII,
)
_LEGACY = {name: level for level, name in LEGACY_MANYLINUX.items()}
_EXAMPLES = "cp312-musllinux_1_2_x86_64 or cp313t-manylinux_2_28_aarch64"


def parse_target_on(spelling: str, *, as_of: date) -> Target:
    """Understand one spelling of a target, as things stood on `as_of`.

    An image, with its platform or for linux/amd64: ``python:3.12-alpine``,
    ``ubuntu:24.04@linux/arm64``. Or interpreter and platform tag: ``cp312-musllinux_1_2_x86_64``,
    ``cp313t-manylinux_2_28_aarch64``, ``cp3.12.1-manylinux2014_x86_64``,
    ``pp311-manylinux_2_28_x86_64``. Images keep their spelling as the target's name; the others
    are named canonically, and every name parses to the same target again.

    Raises `TargetError` with near matches for what is not understood, for an image not in the
    catalogue, and for one that lacks the platform, holds no Python, or did not exist yet.
    """
    spelling = spelling.strip()
    match = _EXPLICIT.fullmatch(spelling)
    if match:
        libc, version, arch = _platform(spelling, match["platform"])
        return _explicit(spelling, match["python"], libc, version, arch, as_of)
    if ":" not in spelling and "/" not in spelling and re.match(r"(cp|pp)\d", spelling):
        raise TargetError(spelling, f"not an interpreter and a platform tag, such as {_EXAMPLES}")
    return _from_image(spelling, as_of)


def expand_axes_on(
    pythons: Iterable[str], libcs: Iterable[str], archs: Iterable[str], *, as_of: date
) -> tuple[Target, ...]:
    """The product of Pythons, libcs and CPUs, in that order of variation, each target once.

    Pythons: ``3.12``, ``3.13t``, ``3.12.1``, ``pp311``, ``pypy3.11``. Libcs: ``glibc``, ``musl``,
    with a version ``glibc2.28``, ``musl==1.2``; without one it is that of the official slim or
    Alpine image of the day (`default_libc_version`). CPUs by tag or Docker name.
    """
    levels = [_libc(libc, as_of) for libc in libcs]
    machines = [_architecture(arch, arch) for arch in archs]
    targets = (
        _explicit(python, python, *level, arch, as_of)
        for python, level, arch in product(pythons, levels, machines)
    )
    return tuple({target.name: target for target in targets}.values())


def default_matrix_on(*, as_of: date) -> tuple[Target, ...]:
    """CPythons supported upstream and the newest free-threaded, × both libcs × two CPUs."""
    pythons = ["{}.{}".format(*python) for python in supported_pythons(as_of)]
    free_threaded = newest_free_threaded(as_of)
    if free_threaded:
        pythons.append("{}.{}t".format(*free_threaded))
    return expand_axes_on(pythons, ["glibc", "musl"], ["x86_64", "aarch64"], as_of=as_of)


def default_libc_version(libc: Libc, *, as_of: date) -> tuple[int, int]:
    """The libc of that day's ``python:slim`` or ``python:alpine``.

    Raises `UsageError` for a day of which neither is known.
    """
    try:
        return _version(default_variant(libc, as_of).libc_version)
    except TargetError:
        raise UsageError(
            f"no image of Python's own is known of {as_of} whose {libc} would be the usual one: "
            "say which is meant, for example --target cp36-manylinux_2_17_x86_64"
        ) from None


# Interpreter and platform tags


class _Interpreter(NamedTuple):
    """What the first half of an explicit spelling says; `tag` is how it is spelled canonically."""

    release: PythonRelease
    free_threaded: bool
    tag: str


def _explicit(
    spelling: str,
    python: str,
    libc: Libc,
    libc_version: tuple[int, int],
    arch: Architecture,
    as_of: date,
) -> Target:
    _check_level(spelling, libc, libc_version, arch)
    interpreter = _interpreter(spelling, python, as_of)
    level = "{}_{}_{}".format(libc.tag_prefix, *libc_version)
    target = _target(f"{interpreter.tag}-{level}_{arch}", interpreter, libc, libc_version, arch)
    return replace(target, notes=notes_of(target, as_of))


def _target(
    name: str,
    interpreter: _Interpreter,
    libc: Libc,
    libc_version: tuple[int, int],
    arch: Architecture,
    image: Image | None = None,
) -> Target:
    release = interpreter.release
    pypy = release.implementation is Implementation.PYPY
    return Target(
        name=name,
        implementation=release.implementation,
        python=release.python,
        python_full_version=release.python_version,
        free_threaded=interpreter.free_threaded,
        libc=libc,
        libc_version=libc_version,
        arch=arch,
        image=image,
        implementation_version=release.implementation_version if pypy else None,
    )


def _interpreter(spelling: str, python: str, as_of: date) -> _Interpreter:
    match = _PYTHON.fullmatch(python.strip())
    if not match:
        raise TargetError(spelling, f"{python!r} is no Python; write 3.12, 3.13t, 3.12.1 or pp311")
    pypy = match["kind"] in {"pp", "pypy"}
    implementation = Implementation.PYPY if pypy else Implementation.CPYTHON
    minor = (int(match["major"]), int(match["minor"]))
    free_threaded, patch, abi = bool(match["t"]), match["patch"], match["abi"]
    if minor < OLDEST_PYTHON or minor[0] > OLDEST_PYTHON[0]:
        raise TargetError(spelling, "only Python 3.6 and later are known")
    if free_threaded and (pypy or minor < FIRST_FREE_THREADED):
        raise TargetError(spelling, "free-threaded builds exist for CPython 3.13 and later only")
    if abi and not pypy:
        raise TargetError(spelling, f"{abi} is an ABI of PyPy")
    release = _release(implementation, minor, patch, abi, as_of)
    tag = interpreter_tag(implementation, minor)
    if patch:
        tag = f"{tag[:2]}{release.python_version}"
    if abi:
        tag = f"pypy{tag[2:]}_{abi}"
    return _Interpreter(release, free_threaded, f"{tag}{match['t']}")


def _release(
    implementation: Implementation,
    minor: tuple[int, int],
    patch: str | None,
    abi: str | None,
    as_of: date,
) -> PythonRelease:
    """The release meant. One that the table does not have is taken as it was written."""
    version = "{}.{}.{}".format(*minor, patch or 0)
    if patch:
        known = find_release(implementation, version)
    else:
        known = newest_release(implementation, minor, as_of, abi)
    if known:
        return known
    pypy = "8.0.0" if abi == "pp80" else "7.3.0"
    shown = pypy if implementation is Implementation.PYPY else version
    return PythonRelease(implementation, version, shown, as_of)


def _platform(spelling: str, platform: str) -> tuple[Libc, tuple[int, int], Architecture]:
    match = _PLATFORM.fullmatch(platform)
    if not match:
        raise TargetError(
            spelling, f"{platform!r} names no libc with its version and CPU, such as {_EXAMPLES}"
        )
    arch = _architecture(spelling, match["arch"])
    libc = Libc.MUSL if match["family"] == Libc.MUSL.tag_prefix else Libc.GLIBC
    level = _LEGACY.get(match["legacy"]) or (int(match["major"]), int(match["minor"]))
    return libc, level, arch


def _check_level(spelling: str, libc: Libc, level: tuple[int, int], arch: Architecture) -> None:
    newest = _NEWEST_LEVEL[libc]
    if level[0] != newest[0] or level > newest:
        raise TargetError(spelling, f"there is no {libc} {level[0]}.{level[1]}")
    if libc is Libc.GLIBC and level < manylinux_floor(arch):
        floor = "{}.{}".format(*manylinux_floor(arch))
        raise TargetError(spelling, f"manylinux on {arch} begins with glibc {floor}")


def _libc(text: str, as_of: date) -> tuple[Libc, tuple[int, int]]:
    match = _LIBC.fullmatch(text.strip())
    if not match:
        raise TargetError(text, "no libc; write glibc, musl, glibc2.28 or musl1.2")
    libc = Libc.MUSL if match["libc"] in {"musl", "musllinux"} else Libc.GLIBC
    if match["major"] is None:
        return libc, default_libc_version(libc, as_of=as_of)
    return libc, (int(match["major"]), int(match["minor"]))


def _architecture(spelling: str, text: str) -> Architecture:
    """A CPU by the name in tags or by Docker's."""
    text = text.strip()
    if text in PLATFORMS:
        return PLATFORMS[text]
    try:
        return Architecture(text)
    except ValueError:
        near = get_close_matches(text, [*Architecture, *PLATFORMS], n=3)
        known = ", ".join(Architecture)
        why = f"the CPU {text!r} is not known; there are {known}"
        raise TargetError(spelling, why, tuple(str(each) for each in near)) from None


# Images


def _from_image(spelling: str, as_of: date) -> Target:
    name, _, platform = spelling.partition("@linux/")
    _, at, digest = name.partition("@")
    if at and not digest.startswith("sha256:"):
        raise TargetError(spelling, "after @ comes a Linux platform, such as @linux/arm64")
    found = find_image(name, as_of)
    row = found.row
    arch = _image_architecture(spelling, platform or "amd64", found)
    if not row.python:
        raise TargetError(
            spelling,
            "no Python is known to belong to this image; name one with --python, or spell the "
            f"target out, for example cp312-{row.libc.tag_prefix}_"
            f"{'_'.join(row.libc_version.split('.')[:2])}_{arch}",
        )
    wanted = found.python_version or row.python.removeprefix("pypy").removesuffix(".x")
    kind = "pypy" if row.python.startswith("pypy") else "cp"
    interpreter = _interpreter(spelling, f"{kind}{wanted}", found.built)
    libc_version = _version(row.libc_version)
    target = _target(spelling, interpreter, row.libc, libc_version, arch, _image(found))
    return replace(target, notes=notes_of(target, as_of, found))


def _image_architecture(spelling: str, platform: str, found: FoundImage) -> Architecture:
    platform = {"arm64/v8": "arm64", "arm": "arm/v7"}.get(platform, platform)
    arch = PLATFORMS.get(platform)
    there = found.row.platforms_on(found.built)
    names = [f"linux/{each}" for each in there]
    if arch is None:
        near = tuple(get_close_matches(f"linux/{platform}", names, n=3, cutoff=0.5))
        raise TargetError(spelling, f"linux/{platform} is no platform that is known", near)
    if platform not in there:
        why = f"{found.row.image} does not exist for linux/{platform}, only for {', '.join(names)}"
        raise TargetError(spelling, why)
    return arch


def _image(found: FoundImage) -> Image:
    row = found.row
    return Image(
        name=row.image.removesuffix(":*"),
        os=row.os,
        os_version=row.os_version,
        compressed_mb=row.compressed_mb,
        uncompressed_mb=row.uncompressed_mb,
        has_compiler=row.has_compiler,
        pip_version=pip_of(found),
        source=row.source,
    )


def _version(text: str) -> tuple[int, int]:
    major, minor, *_ = text.split(".")
    return int(major), int(minor)
