"""The tags of a target, best first: which wheels pip there accepts, and which it prefers.

Generated from the target alone. `packaging.tags` supplies the order of interpreters and ABIs
(PEP 425; 703 and 803 for free-threaded builds) and is given every argument, since an argument left
out makes it probe the machine it runs on. The ladder of platform tags is the platform's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from packaging.tags import Tag, compatible_tags, cpython_tags, generic_tags

from wheelcheck.installers import Installer, Rule
from wheelcheck.targets.platforms import Platform
from wheelcheck.targets.target import Implementation, Target

__all__ = [
    "TagProfile",
    "Triple",
    "abi_tag",
    "graalpy_abi_of",
    "interpreter_tag",
    "places_of",
    "pypy_abi_of",
    "supported_tags",
    "tag_profile",
    "triples_of",
]

_EVERY_PLATFORM = "*"
_PREFIXES = {
    Implementation.CPYTHON: "cp",
    Implementation.PYPY: "pp",
    Implementation.GRAALPY: "graalpy",
}
_PYMALLOC_FLAG_UNTIL = (3, 7)
_PYPY_ABI_80_SINCE = 8


Triple = tuple[str, str, str]
"""(Python tag, ABI tag, platform tag), each a single tag in lower case."""


class TagKinds(NamedTuple):
    """Which kinds of tags an installer knows, and in which order it has them."""

    abi3t: bool = True
    manylinux_pep_600: bool = True
    manylinux2014: bool = True
    manylinux2010: bool = True
    musllinux: bool = True
    linux_first: bool = True
    major_interpreter: bool = False


class TagProfile(NamedTuple):
    """All that tags depend on; targets that share it share one table of tags."""

    implementation: Implementation
    python: tuple[int, int]
    free_threaded: bool
    abi: str
    platform: Platform
    kinds: TagKinds


@lru_cache(maxsize=256)
def _kinds_of(installer: Installer) -> TagKinds:
    return TagKinds(
        abi3t=installer.has(Rule.ABI3T),
        manylinux_pep_600=installer.has(Rule.MANYLINUX_PEP_600),
        manylinux2014=installer.has(Rule.MANYLINUX2014),
        manylinux2010=installer.has(Rule.MANYLINUX2010),
        musllinux=installer.has(Rule.MUSLLINUX),
        linux_first=installer.has(Rule.LINUX_TAG_FIRST),
        major_interpreter=installer.has(Rule.MAJOR_INTERPRETER_TAG),
    )


@lru_cache(maxsize=1024)  # asked once for every wheel that is judged
def tag_profile(target: Target) -> TagProfile:
    """The part of a target that decides its tags."""
    return TagProfile(
        target.implementation,
        target.python,
        target.free_threaded,
        abi_tag(target),
        target.platform,
        _kinds_of(target.installer),
    )


def supported_tags(target: Target) -> tuple[Tag, ...]:
    """All tags that the target's installer supports, most preferred first.

    pip 26.3 and later have `linux_*` before manylinux and musllinux; older pips and uv have it
    last, which can matter on private indexes only: PyPI refuses `linux_*` wheels except for armv6l
    and armv7l.
    """
    return tuple(Tag(*triple) for triple in triples_of(tag_profile(target)))


def triples_of(profile: TagProfile) -> Iterator[Triple]:
    """As `supported_tags`, as plain strings, from the part of a target that decides.

    `packaging` lists all platforms for each Python and ABI, one after the other. So it is called
    once for each Python with a stand-in for the platforms, which saves a thousand objects each.
    """
    kinds = profile.kinds
    platforms = tuple(_known(profile.platform.tags(), kinds))
    for tag in _pythons_and_abis(profile.implementation, profile.python, profile.abi):
        if tag.abi == "abi3t" and not kinds.abi3t:
            continue
        for platform in platforms if tag.platform == _EVERY_PLATFORM else (tag.platform,):
            yield tag.interpreter, tag.abi, platform
    if kinds.major_interpreter:
        yield f"cp{profile.python[0]}", "none", "any"


def _known(platforms: Iterable[str], kinds: TagKinds) -> Iterator[str]:
    """Those of the platform tags that an installer knows, in its order."""
    last = []
    for tag in platforms:
        if tag.startswith("linux_") and not kinds.linux_first:
            last.append(tag)
        elif _knows(tag, kinds):
            yield tag
    yield from last


def _knows(tag: str, kinds: TagKinds) -> bool:
    if tag.startswith("musllinux"):
        return kinds.musllinux
    return {
        "manylinux": kinds.manylinux_pep_600,
        "manylinux2014": kinds.manylinux2014,
        "manylinux2010": kinds.manylinux2010,
    }.get(tag.partition("_")[0], True)


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
    # pip passes the full interpreter name here also for PyPy and GraalPy: `pp311-none-any`, not
    # `pp3-none-any`.
    return (*own, *compatible_tags(python, interpreter, [_EVERY_PLATFORM]))


def interpreter_tag(implementation: Implementation, python: tuple[int, int]) -> str:
    """The Python tag of an interpreter, e.g. ``cp312``, ``pp311`` or ``graalpy312`` (PEP 425)."""
    return "{}{}{}".format(_PREFIXES[implementation], *python)


def abi_tag(target: Target) -> str:
    """The ABI tag of a target's interpreter: ``cp312``, ``cp313t``, ``cp37m``, ``pypy311_pp73``.

    Of GraalPy it is ``graalpy250_312_native`` (`packaging` reads it out of the suffix of
    extensions).

    CPython's `m` (pymalloc) left with 3.8; `t` (PEP 703) came with 3.13.
    """
    version = "{}{}".format(*target.python)
    if target.implementation is Implementation.PYPY:
        return f"pypy{version}_{pypy_abi_of(target.implementation_version or '')}"
    if target.implementation is Implementation.GRAALPY:
        return f"graalpy{graalpy_abi_of(target.implementation_version or '')}_{version}_native"
    flags = "m" if target.python <= _PYMALLOC_FLAG_UNTIL else ""
    return f"cp{version}{flags}{'t' if target.free_threaded else ''}"


def pypy_abi_of(implementation_version: str) -> str:
    """The ABI of a PyPy: ``pp73`` from 7.3.0 (2019) to 7.3.23, ``pp80`` since 8.0 (2026)."""
    major = implementation_version.partition(".")[0]
    return "pp80" if major.isdecimal() and int(major) >= _PYPY_ABI_80_SINCE else "pp73"


def graalpy_abi_of(implementation_version: str) -> str:
    """The part of a GraalPy's ABI that changes with its minor version: ``250`` of 25.0.1."""
    return "".join(implementation_version.split(".")[:2])
