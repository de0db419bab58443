"""Targets near another one, to which a user could move: another libc, Python or architecture."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from functools import lru_cache

from wheelcheck.errors import TargetError
from wheelcheck.targets.other_platforms import Emscripten, Windows
from wheelcheck.targets.platforms import Architecture, Libc, Linux, OtherArchitecture, Platform
from wheelcheck.targets.pythons import supported_pythons
from wheelcheck.targets.spellings.spelling import default_libc_version, parse_target_on
from wheelcheck.targets.target import Implementation, Target

__all__ = ["on_glibc", "on_other_pythons", "on_python", "on_x86_64"]

_OFFICIAL = re.compile(r"python:\d+\.\d+(?:\.\d+)?(?P<variant>-[a-z]+)?[^@]*(?P<platform>@.*)?")

_UV_ON_ALPINE = re.compile(r"(?P<image>ghcr\.io/astral-sh/uv:(?:[^@]*-)?)alpine")


def on_glibc(target: Target, as_of: date) -> Target | None:
    """The same Python and architecture on glibc: for images, the official slim one.

    Images of uv stay so, as their Dockerfiles call it. None where the target has glibc, and where
    there is no such image.
    """
    platform = target.platform
    if not isinstance(platform, Linux) or platform.libc is Libc.GLIBC:
        return None
    if target.image is None:
        newest = default_libc_version(Libc.GLIBC, as_of=as_of)
        return _moved(_label(target), Linux(platform.arch, Libc.GLIBC, newest), as_of)
    uv = _UV_ON_ALPINE.match(target.name)
    if uv is not None:
        return _parsed(f"{uv['image']}trixie-slim{_platform(target)}", as_of)
    return _parsed(f"{_family(target)}-slim{_platform(target)}", as_of)


def on_other_pythons(target: Target, as_of: date) -> Iterator[Target]:
    """The same platform with every other supported CPython, the nearest first.

    For a free-threaded Python, or another implementation, that begins with the same version of
    the usual CPython.
    """
    own = target.python
    usual = target.implementation is Implementation.CPYTHON and not target.free_threaded
    known = [python for python in supported_pythons(as_of) if python != own or not usual]
    for python in sorted(known, key=lambda item: (abs(item[1] - own[1]), -item[1])):
        label = "{}.{}".format(*python)
        if target.image is None:
            found = _moved(label, target.platform, as_of)
        else:
            match = _OFFICIAL.fullmatch(target.name)
            if match is None:
                return
            found = _parsed(f"python:{label}{match['variant'] or ''}{_platform(target)}", as_of)
        if found is not None:
            yield found


def on_python(target: Target, python: str, as_of: date) -> Target | None:
    """Another Python, as in ``3.15t``, on the platform of a target; None where it has no builds.

    An image is left behind: what counts is its libc and CPU.
    """
    return _moved(python, target.platform, as_of)


def on_x86_64(target: Target, as_of: date) -> Target | None:
    """The same Python and libc on x86_64, for which most wheels are made.

    On Windows that is amd64, which other CPUs run too. None where it is that already, and on
    systems whose machines run one CPU's programs alone.
    """
    if target.image is not None:
        own = target.arch is Architecture.X86_64
        return None if own else _parsed(target.name.partition("@")[0], as_of)
    usual: Linux | Windows
    match target.platform:
        case Linux(_, libc, version):
            usual = Linux(Architecture.X86_64, libc, version)
        case Windows():
            usual = Windows(OtherArchitecture.AMD64)
        case _:
            return None
    return None if usual == target.platform else _moved(_label(target), usual, as_of)


def _label(target: Target) -> str:
    version = "{}.{}".format(*target.python)
    if target.implementation is not Implementation.CPYTHON:
        return f"{target.implementation}{version}"
    return version + ("t" if target.free_threaded else "")


def _family(target: Target) -> str:
    kind = "pypy" if target.implementation is Implementation.PYPY else "python"
    return "{}:{}.{}".format(kind, *target.python)


def _platform(target: Target) -> str:
    at, platform = target.name.partition("@")[1:]
    return at + platform


def _moved(python: str, platform: Platform, as_of: date) -> Target | None:
    """A Python on a platform; None where it does not exist there."""
    tag = platform.system.value if isinstance(platform, Emscripten) else platform.tag
    return _parsed(f"{python}-{tag}", as_of)


@lru_cache(maxsize=1 << 10)  # advice asks for the same of all targets
def _parsed(spelling: str, as_of: date) -> Target | None:
    with suppress(TargetError):
        return parse_target_on(spelling, as_of=as_of)
    return None
