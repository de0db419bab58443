"""Does this wheel fit that target, and if not, which part of its tag failed first?

Rules of PEP 425 (compressed tag sets are products), 600, 656, 703 and 803. Whether a tag fits is
decided by the target's table of supported tags alone; the judgement of misses only explains.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import product
from math import prod
from typing import TypeVar

from packaging.utils import BuildTag, InvalidWheelFilename, parse_wheel_filename

from wheelcheck.targets.tags import (
    LEGACY_MANYLINUX,
    TagProfile,
    interpreter_tag,
    manylinux_floor,
    tag_profile,
    triples_of,
)
from wheelcheck.targets.target import Architecture, Libc, Target

__all__ = [
    "MAX_TAGS",
    "Fit",
    "Miss",
    "MissPart",
    "Triple",
    "best_wheel",
    "explain",
    "fit",
    "fit_wheel",
    "libc_level",
    "ranks_on",
    "split_tag_set",
]

MAX_TAGS = 4096
"""A compressed tag set that stands for more tags than this is refused, not expanded."""

_TAG_PARTS = 3
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

_Key = TypeVar("_Key", bound=Hashable)
_Told = TypeVar("_Told")

Triple = tuple[str, str, str]
"""(Python tag, ABI tag, platform tag), each a single tag in lower case."""


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
class Fit:
    """The wheel is accepted. `rank` is its place in `supported_tags`: 0 is best."""

    rank: int


@dataclass(frozen=True, slots=True, order=True)
class Miss:
    """The wheel is not accepted: the first part that failed, and why in words.

    `max()` of several misses is the nearest.
    """

    part: MissPart
    why: str


def fit(tag: str, target: Target) -> Fit | Miss:
    """Judge a compressed tag set as wheel file names spell it.

    Of the tags that the set stands for, the most preferred decides; if none fits, the one that came
    nearest is explained. Something that is no tag is a `Miss` with part INVALID, never an error.
    Cached per distinct tag and table of tags, so asking again costs a look-up.
    """
    return _fits(target)[tag]


def fit_wheel(filename: str, target: Target) -> Fit | Miss:
    """Judge a wheel by its file name (PEP 427).

    Names that pip refuses are a `Miss` with part INVALID: among them wheels with a variant label
    (PEP 825, a draft), which no installer takes today.
    """
    parsed = _split_wheel_name(filename)
    return parsed if isinstance(parsed, Miss) else fit(parsed[0], target)


def best_wheel(filenames: Iterable[str], target: Target) -> str | None:
    """Which of one release's wheels would pip take? None where none fits.

    The most preferred tag wins, then the highest build tag (PEP 427), then the first listed.
    """
    best: tuple[tuple[int, BuildTag], str] | None = None
    for filename in filenames:
        parsed = _split_wheel_name(filename)
        if isinstance(parsed, Miss):
            continue
        tag, build = parsed
        fitted = fit(tag, target)
        if isinstance(fitted, Fit):
            key = (-fitted.rank, build)
            if best is None or key > best[0]:
                best = (key, filename)
    return best[1] if best else None


@lru_cache(maxsize=8192)
def split_tag_set(tag: str) -> tuple[Triple, ...]:
    """Every single tag that a compressed tag set stands for, in the order it is written.

    () for what is no tag, or stands for more than `MAX_TAGS` tags. The order is not checked:
    published wheels do not keep it.
    """
    parts = [part.split(".") for part in tag.lower().split("-")]
    if len(parts) != _TAG_PARTS or not all(map(all, parts)) or prod(map(len, parts)) > MAX_TAGS:
        return ()
    interpreters, abis, platforms = parts
    if not all(interpreter.isidentifier() for interpreter in interpreters):
        return ()
    return tuple(product(interpreters, abis, platforms))


def _split_wheel_name(filename: str) -> tuple[str, BuildTag] | Miss:
    stem = filename.removesuffix(".whl")
    tag = "-".join(stem.split("-")[-_TAG_PARTS:])
    if not split_tag_set(tag):  # before the library expands the set without a limit
        return Miss(MissPart.INVALID, f"{filename!r} ends in no usable tag")
    try:
        _, _, build, _ = parse_wheel_filename(filename)
    except InvalidWheelFilename:
        return Miss(MissPart.INVALID, f"{filename!r} is no wheel file name that installers accept")
    return tag, build


class _Judged(dict[_Key, _Told]):
    """What `judge` says of each key, worked out once; a look-up costs what a dict's costs."""

    def __init__(self, judge: Callable[[_Key], _Told]) -> None:
        super().__init__()
        self._judge = judge

    def __missing__(self, key: _Key) -> _Told:
        told = self[key] = self._judge(key)
        return told


@lru_cache(maxsize=1024)
def ranks_on(target: Target) -> Mapping[str, int | None]:
    """The best place of each compressed tag set in a target's tags; None where it does not fit.

    Every tag set may be asked for; each distinct one is looked at once.
    """
    return _ranks(tag_profile(target))


@lru_cache(maxsize=512)
def _ranks(profile: TagProfile) -> Mapping[str, int | None]:
    places = _places(profile)

    def rank(tag: str) -> int | None:
        found = [places[triple] for triple in split_tag_set(tag) if triple in places]
        return min(found) if found else None

    return _Judged(rank)


@lru_cache(maxsize=512)
def _places(profile: TagProfile) -> Mapping[Triple, int]:
    places: dict[Triple, int] = {}
    for place, triple in enumerate(triples_of(profile)):
        places.setdefault(triple, place)
    return places


@lru_cache(maxsize=1024)
def _fits(target: Target) -> Mapping[str, Fit | Miss]:
    return _fits_of(tag_profile(target))


@lru_cache(maxsize=512)
def _fits_of(profile: TagProfile) -> Mapping[str, Fit | Miss]:
    ranks = _ranks(profile)

    def judge(tag: str) -> Fit | Miss:
        rank = ranks[tag]
        if rank is not None:
            return Fit(rank)
        triples = split_tag_set(tag)
        if not triples:
            return Miss(MissPart.INVALID, f"{tag!r} is not a wheel tag")
        return explain(triples, profile)[0]

    return _Judged(judge)


def explain(triples: Iterable[Triple], profile: TagProfile) -> tuple[Miss, Triple]:
    """The nearest miss of single tags that are known not to fit, and the tag it speaks of.

    Of several libc versions that are all too new, the oldest is the nearest.
    """
    misses = _misses(profile)
    judged = [(misses[triple], triple) for triple in triples]
    return max(judged, key=lambda pair: (pair[0].part, *(-n for n in libc_level(pair[1][2]))))


def libc_level(platform: str) -> tuple[int, int]:
    """The libc version that a Linux platform tag names; (0, 0) where it names none."""
    linux = _LINUX.fullmatch(platform)
    if not linux:
        return (0, 0)
    _, major, minor, legacy, _ = linux.groups()
    return _LEGACY_LEVELS.get(legacy, (0, 0)) if major is None else (int(major), int(minor))


@lru_cache(maxsize=512)
def _misses(profile: TagProfile) -> Mapping[Triple, Miss]:
    """Which part of a single tag, known not to fit, failed first?"""

    def judge(triple: Triple) -> Miss:
        interpreter, abi, platform = triple
        return (
            _interpreter_miss(interpreter, abi, profile)
            or _abi_miss(interpreter, abi, platform, profile)
            or _platform_miss(platform, profile)
        )

    return _Judged(judge)


@lru_cache(maxsize=512)
def _pythons(profile: TagProfile) -> frozenset[tuple[str, str]]:
    """The pairs of Python and ABI tag that the target accepts on some platform."""
    return frozenset((interpreter, abi) for interpreter, abi, _ in _places(profile))


def _interpreter_miss(interpreter: str, abi: str, profile: TagProfile) -> Miss | None:
    if _accepts_python(interpreter, abi, profile):
        return None
    own = interpreter_tag(profile.implementation, profile.python)
    match = _INTERPRETER.fullmatch(interpreter)
    if not match:
        return Miss(MissPart.IMPLEMENTATION, f"built for {interpreter}")
    prefix, major, minor = match.groups()
    version = f"{major}.{minor}" if minor else major
    name = _IMPLEMENTATIONS.get(prefix, prefix)
    if prefix not in {"py", own[:2]}:
        return Miss(MissPart.IMPLEMENTATION, f"built for {name} {version}")
    outlasts = prefix == "py" or abi in _STABLE_ABIS
    if outlasts and (int(major), int(minor or 0)) > profile.python:
        return Miss(MissPart.PYTHON, f"needs {name} {version} or later")
    return Miss(MissPart.PYTHON, f"built for {name} {version}")


def _accepts_python(interpreter: str, abi: str, profile: TagProfile) -> bool:
    """Whether the Python tag is right, be the ABI beside it right or wrong."""
    pairs = _pythons(profile)
    if interpreter == interpreter_tag(profile.implementation, profile.python):
        return True
    if abi in _STABLE_ABIS:  # an older Python's stable ABI would do, were it the right one of two
        return any((interpreter, stable) in pairs for stable in (*_STABLE_ABIS, "none"))
    return (interpreter, abi if interpreter.startswith("cp") else "none") in pairs


def _abi_miss(interpreter: str, abi: str, platform: str, profile: TagProfile) -> Miss | None:
    if (interpreter, abi) in _pythons(profile):
        if platform != "any":
            return None
        return Miss(MissPart.ABI, f"names the ABI {abi} but no platform, which pip accepts nowhere")
    own = profile.abi
    if profile.free_threaded and abi in {own.removesuffix("t"), "abi3"}:
        why = f"{abi} needs a build with the GIL, target is free-threaded ({own})"
    elif not profile.free_threaded and abi in {f"{own}t", "abi3t"}:
        why = f"{abi} needs a free-threaded build, target has the GIL ({own})"
    elif abi == own:
        why = f"joins the ABI {abi} to the Python tag {interpreter}, which pip accepts nowhere"
    else:
        why = f"built for the ABI {abi}, target has {own}"
    return Miss(MissPart.ABI, why)


def _platform_miss(platform: str, profile: TagProfile) -> Miss:
    linux = _LINUX.fullmatch(platform)
    if not linux:
        family = re.split(r"[\d_]", platform, maxsplit=1)[0]
        system = _SYSTEMS.get(family, platform)
        return Miss(MissPart.OPERATING_SYSTEM, f"built for {system}")
    prefix, *_, arch = linux.groups()
    if arch != profile.arch:
        return Miss(MissPart.ARCHITECTURE, f"built for {arch}, target is {profile.arch}")
    libc = Libc.MUSL if prefix == Libc.MUSL.tag_prefix else Libc.GLIBC
    level = platform.removesuffix(f"_{arch}")
    have = "{}.{}".format(*profile.libc_version)
    if libc is not profile.libc:
        return Miss(MissPart.LIBC, f"built for {level} ({libc}), target has {profile.libc} {have}")
    if libc is Libc.GLIBC and arch == Architecture.ARMV6L:
        return Miss(MissPart.LIBC, "pip accepts no manylinux wheel on armv6l")
    needed = libc_level(platform)
    if libc is Libc.GLIBC and needed < manylinux_floor(profile.arch):
        return Miss(MissPart.LIBC_VERSION, f"{level} is not defined for {arch}")
    return Miss(MissPart.LIBC_VERSION, "needs {} {}.{}, target has {}".format(libc, *needed, have))
