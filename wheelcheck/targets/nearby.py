"""Targets near another one, to which a user could move: another libc, Python or architecture."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date

from wheelcheck.errors import TargetError
from wheelcheck.targets.pythons import supported_pythons
from wheelcheck.targets.spelling import expand_axes_on, parse_target_on
from wheelcheck.targets.target import Architecture, Implementation, Libc, Target

__all__ = ["on_glibc", "on_other_pythons", "on_x86_64"]

_OFFICIAL = re.compile(r"python:\d+\.\d+(?:\.\d+)?(?P<variant>-[a-z]+)?[^@]*(?P<platform>@.*)?")

_UV_ON_ALPINE = re.compile(r"(?P<image>ghcr\.io/astral-sh/uv:(?:[^@]*-)?)alpine")


def on_glibc(target: Target, as_of: date) -> Target | None:
    """The same Python and architecture on glibc: for images, the official slim one.

    Images of uv stay so, as their Dockerfiles call it. None where the target has glibc, and where
    there is no such image.
    """
    if target.libc is Libc.GLIBC:
        return None
    if target.image is None:
        return _on_axes(target, _label(target), "glibc", target.arch, as_of)
    uv = _UV_ON_ALPINE.match(target.name)
    if uv is not None:
        return _parsed(f"{uv['image']}trixie-slim{_platform(target)}", as_of)
    return _parsed(f"{_family(target)}-slim{_platform(target)}", as_of)


def on_other_pythons(target: Target, as_of: date) -> Iterator[Target]:
    """The same libc and architecture with every other supported CPython, the nearest first."""
    own = target.python
    known = [python for python in supported_pythons(as_of) if python != own]
    for python in sorted(known, key=lambda item: (abs(item[1] - own[1]), -item[1])):
        label = "{}.{}".format(*python)
        if target.image is None:
            found = _on_axes(target, label, str(target.libc), target.arch, as_of)
        else:
            match = _OFFICIAL.fullmatch(target.name)
            if match is None:
                return
            found = _parsed(f"python:{label}{match['variant'] or ''}{_platform(target)}", as_of)
        if found is not None:
            yield found


def on_x86_64(target: Target, as_of: date) -> Target | None:
    """The same Python and libc on x86_64, for which most wheels are made; None where it is that."""
    if target.arch is Architecture.X86_64:
        return None
    if target.image is None:
        label = _label(target)
        return _on_axes(target, label, str(target.libc), Architecture.X86_64, as_of)
    return _parsed(target.name.partition("@")[0], as_of)


def _label(target: Target) -> str:
    version = "{}.{}".format(*target.python)
    if target.implementation is Implementation.PYPY:
        return f"pypy{version}"
    return version + ("t" if target.free_threaded else "")


def _family(target: Target) -> str:
    kind = "pypy" if target.implementation is Implementation.PYPY else "python"
    return "{}:{}.{}".format(kind, *target.python)


def _platform(target: Target) -> str:
    at, platform = target.name.partition("@")[1:]
    return at + platform


def _on_axes(
    target: Target, python: str, libc: str, arch: Architecture, as_of: date
) -> Target | None:
    if libc == target.libc.value:
        libc = "{}{}.{}".format(libc, *target.libc_version)
    with suppress(TargetError):
        return expand_axes_on([python], [libc], [arch.value], as_of=as_of)[0]
    return None


def _parsed(spelling: str, as_of: date) -> Target | None:
    with suppress(TargetError):
        return parse_target_on(spelling, as_of=as_of)
    return None
