"""The tags of a target, best first: which wheels pip there accepts, and which it prefers.

Generated from the target alone. `packaging.tags` supplies the order of interpreters and ABIs
(PEP 425; 703 and 803 for free-threaded builds) and is given every argument, since each one left out
makes it probe the machine it runs on. The ladder of platform tags (PEP 600, 656) is ours for the
same reason: `packaging` offers none for a libc other than the host's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from packaging.tags import Tag, compatible_tags, cpython_tags, generic_tags

from wheelcheck.targets.target import Architecture, Implementation, Libc, Target

__all__ = [
    "LEGACY_MANYLINUX",
    "TagProfile",
    "Triple",
    "abi_tag",
    "interpreter_tag",
    "manylinux_floor",
    "places_of",
    "platform_tags",
    "pypy_abi_of",
    "supported_tags",
    "tag_profile",
    "triples_of",
]

# PEP 513, 571 and 599: names from before PEP 600 put the glibc version into the tag.
LEGACY_MANYLINUX = {
    (2, 5): "manylinux1",
    (2, 12): "manylinux2010",
    (2, 17): "manylinux2014",
}

_EVERY_PLATFORM = "*"
_PYMALLOC_FLAG_UNTIL = (3, 7)
_PYPY_ABI_80_SINCE = 8


Triple = tuple[str, str, str]
"""(Python tag, ABI tag, platform tag), each a single tag in lower case."""


class TagProfile(NamedTuple):
    """All that tags depend on; targets that share it share one table of tags."""

    implementation: Implementation
    python: tuple[int, int]
    free_threaded: bool
    abi: str
    libc: Libc
    libc_version: tuple[int, int]
    arch: Architecture


@lru_cache(maxsize=1024)  # asked once for every wheel that is judged
def tag_profile(target: Target) -> TagProfile:
    """The part of a target that decides its tags."""
    return TagProfile(
        target.implementation,
        target.python,
        target.free_threaded,
        abi_tag(target),
        target.libc,
        target.libc_version,
        target.arch,
    )


def supported_tags(target: Target) -> tuple[Tag, ...]:
    """All tags that pip on this target supports, most preferred first.

    The order is that of packaging 26.3 and later: `linux_*` before manylinux and musllinux. Older
    pips and uv put it last, which can matter on private indexes only: PyPI refuses `linux_*`
    wheels except for armv6l and armv7l. A pip that came with an old image may know fewer tags;
    that is told in the target's notes, not here.
    """
    return tuple(Tag(*triple) for triple in triples_of(tag_profile(target)))


def triples_of(profile: TagProfile) -> Iterator[Triple]:
    """As `supported_tags`, as plain strings, from the part of a target that decides.

    `packaging` lists all platforms for each Python and ABI, one after the other. So it is asked
    once for each Python with a stand-in for the platforms, which saves a thousand objects each.
    """
    platforms = platform_tags(profile.libc, profile.libc_version, profile.arch)
    for tag in _pythons_and_abis(profile.implementation, profile.python, profile.abi):
        for platform in platforms if tag.platform == _EVERY_PLATFORM else (tag.platform,):
            yield tag.interpreter, tag.abi, platform


@lru_cache(maxsize=512)
def places_of(profile: TagProfile) -> Mapping[Triple, int]:
    """The place of each supported tag, 0 for the most preferred."""
    places: dict[Triple, int] = {}
    for place, triple in enumerate(triples_of(profile)):
        places.setdefault(triple, place)
    return places


@lru_cache(maxsize=64)
def _pythons_and_abis(
    implementation: Implementation, python: tuple[int, int], abi: str
) -> tuple[Tag, ...]:
    interpreter = interpreter_tag(implementation, python)
    if implementation is Implementation.CPYTHON:
        own = cpython_tags(python, [abi], [_EVERY_PLATFORM])
    else:
        own = generic_tags(interpreter, [abi], [_EVERY_PLATFORM])
    # pip passes the full interpreter name here also for PyPy: `pp311-none-any`, not `pp3-none-any`.
    return (*own, *compatible_tags(python, interpreter, [_EVERY_PLATFORM]))


def interpreter_tag(implementation: Implementation, python: tuple[int, int]) -> str:
    """The Python tag of an interpreter, e.g. ``cp312`` or ``pp311`` (PEP 425)."""
    prefix = "cp" if implementation is Implementation.CPYTHON else "pp"
    return "{}{}{}".format(prefix, *python)


def abi_tag(target: Target) -> str:
    """The ABI tag of a target's interpreter: ``cp312``, ``cp313t``, ``cp37m``, ``pypy311_pp73``.

    CPython's `m` (pymalloc) left with 3.8; `t` (PEP 703) came with 3.13.
    """
    version = "{}{}".format(*target.python)
    if target.implementation is Implementation.PYPY:
        return f"pypy{version}_{pypy_abi_of(target.implementation_version or '')}"
    flags = "m" if target.python <= _PYMALLOC_FLAG_UNTIL else ""
    return f"cp{version}{flags}{'t' if target.free_threaded else ''}"


def pypy_abi_of(implementation_version: str) -> str:
    """The ABI of a PyPy: ``pp73`` from 7.3.0 (2019) to 7.3.23, ``pp80`` since 8.0 (2026)."""
    major = implementation_version.partition(".")[0]
    return "pp80" if major.isdecimal() and int(major) >= _PYPY_ABI_80_SINCE else "pp73"


def manylinux_floor(arch: Architecture) -> tuple[int, int]:
    """The oldest glibc that manylinux knows for this architecture (as `packaging` has it)."""
    return (2, 5) if arch in {Architecture.X86_64, Architecture.I686} else (2, 17)


def platform_tags(libc: Libc, libc_version: tuple[int, int], arch: Architecture) -> tuple[str, ...]:
    """Platform tags that load on this libc and CPU, best first (PEP 600, PEP 656).

    A level is a ceiling: glibc 2.28 loads all that was built for 2.28 or anything older, and musl
    1.2 loads 1_2, 1_1 and 1_0 but nothing of another major version.
    """
    ladder = _glibc_ladder if libc is Libc.GLIBC else _musl_ladder
    return (f"linux_{arch}", *(f"{level}_{arch}" for level in ladder(libc_version, arch)))


def _glibc_ladder(version: tuple[int, int], arch: Architecture) -> Iterator[str]:
    if arch is Architecture.ARMV6L:
        return  # pip offers manylinux on 32-bit Arm to armv7l hard-float alone
    major, newest = version
    floor_major, floor = manylinux_floor(arch)
    if major != floor_major:
        raise ValueError(f"no glibc {major}.{newest} is known: every glibc since 1997 is 2.x")
    for minor in range(newest, floor - 1, -1):
        yield f"manylinux_{major}_{minor}"
        if legacy := LEGACY_MANYLINUX.get((major, minor)):
            yield legacy


def _musl_ladder(version: tuple[int, int], arch: Architecture) -> Iterator[str]:  # noqa: ARG001 (the two ladders share a signature)
    major, newest = version
    for minor in range(newest, -1, -1):
        yield f"musllinux_{major}_{minor}"
