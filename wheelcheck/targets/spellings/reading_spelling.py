"""What a spelling of a target says: a Python, a platform, both, or an image."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from wheelcheck.errors import TargetError, near_names
from wheelcheck.targets.images.catalogue import DOCKER_PLATFORMS
from wheelcheck.targets.interpreters import looks_like_python
from wheelcheck.targets.platforms import Architecture, OtherArchitecture
from wheelcheck.targets.spellings.platform_spec import PlatformSpec

__all__ = [
    "EXAMPLES",
    "OFFICIAL",
    "Spelled",
    "near_platforms",
    "read_platform_spec",
    "read_spelling",
]

_WHEEL_TAG = re.compile(
    r"(?P<abi>cp\d{2,4}m?t?|abi3t?|none|\w+_pp\d+|graalpy\w+)-(?P<platform>.+)", re.ASCII
)
_UNKNOWN_CPU = re.compile(
    r"(?P<level>(?:many|musl)linux_\d+_\d+|manylinux(?:1|2010|2014)|macosx_\d+_\d+|win)_(?P<cpu>\w+)",
    re.ASCII,
)
_TAG = re.compile(r"(?P<family>[a-z]+)(?P<rest>_?\d+(?:_\d+)?_\w+)", re.ASCII)
_FAMILIES = ("manylinux", "musllinux", "macosx")
OFFICIAL = re.compile(r"(?:python|pypy|graalpy):(?P<python>\d[\w.]*?)(?:-[\w.-]*)?")
EXAMPLES = "python:3.12-alpine, cp312-musllinux_1_2_x86_64, cp313-win_amd64 or 3.12@macos"


class Spelled(NamedTuple):
    """What a spelling says; None is open."""

    python: str | None
    platform: PlatformSpec | None


def read_spelling(spelling: str) -> Spelled | None:
    """Take a spelling apart; None where it can only be an image.

    Raises `TargetError` for a Python with something beside it that is no platform.
    """
    if spelling in _image_words():
        return None
    before, at, after = spelling.rpartition("@")
    if at:
        return _read_at(spelling, before, after)
    if looks_like_python(spelling):
        return Spelled(spelling, None)
    if ":" not in spelling and (spec := read_platform_spec(spelling)):
        return Spelled(None, spec)
    return _read_tag(spelling)


def _image_words() -> frozenset[str]:
    """Names that are an image's and a platform's: the image came first."""
    return frozenset({"alpine"})


def _read_at(spelling: str, before: str, after: str) -> Spelled | None:
    """``3.12@windows``, ``@macos``, ``python:3.12@windows``: what stands before and after the @."""
    if after.startswith("sha256:"):  # Docker's way to name an image
        return None
    if before and not looks_like_python(before):
        return _read_image_at(spelling, before, after)
    spec = read_platform_spec(after)
    if spec is None:
        raise _no_platform_behind(spelling, before, after)
    return Spelled(before or None, spec)


def _read_image_at(spelling: str, before: str, after: str) -> Spelled | None:
    """An image before the @; of an official one, its Python on that platform is meant."""
    if "/" in after:  # Docker's way to name a platform
        return None
    official = OFFICIAL.fullmatch(before)
    if not official and (turned := _turned(before, after)):
        raise TargetError(spelling, "before @ comes a Python or an image", (turned,))
    spec = read_platform_spec(after)
    if official and spec is None:
        raise _no_platform_behind(spelling, before, after)
    if spec is None:
        return None
    if official:
        return Spelled(official["python"], spec)
    why = f"{before} is an image for Linux; name the Python instead"
    raise TargetError(spelling, why, (f"3.12@{after}",))


def _no_platform_behind(spelling: str, before: str, after: str) -> TargetError:
    near = tuple(f"{before}@{each}" for each in near_platforms(after))
    return TargetError(spelling, f"{after!r} is no platform", near)


def _turned(before: str, after: str) -> str | None:
    """``3.12@windows`` for ``windows@3.12``, ``macos-arm64`` for ``macos@arm64``."""
    if read_platform_spec(before) is None:
        return None
    if looks_like_python(after):
        return f"{after}@{before}"
    return f"{before}-{after}" if read_platform_spec(f"{before}-{after}") else None


def _read_tag(spelling: str) -> Spelled | None:
    """``cp312-win_amd64``, ``3.12-macos-14``: a Python and a platform."""
    for dash in re.finditer("-", spelling):
        python, rest = spelling[: dash.start()], spelling[dash.end() :]
        if looks_like_python(python):
            if spec := read_platform_spec(rest):
                return Spelled(python, spec)
            raise _no_platform(spelling, python, rest)
    return None


def _no_platform(spelling: str, python: str, rest: str) -> TargetError:
    """A Python and something else: a wheel's tag, a variant of its image, a typo."""
    wheel = _WHEEL_TAG.fullmatch(rest)
    if wheel and read_platform_spec(wheel["platform"]):
        free_threaded = "t" if wheel["abi"].startswith("cp") and wheel["abi"][-1] == "t" else ""
        near = f"{python.removesuffix('t')}{free_threaded}-{wheel['platform']}"
        return TargetError(spelling, "write an interpreter and a platform tag, no ABI", (near,))
    if cpu := _UNKNOWN_CPU.fullmatch(rest):
        known = [*Architecture, *DOCKER_PLATFORMS, *OtherArchitecture]
        near_cpus = near_names(cpu["cpu"], known)
        why = f"the CPU {cpu['cpu']!r} is not known; there are {', '.join(Architecture)}"
        return TargetError(spelling, why, tuple(dict.fromkeys(map(str, near_cpus))))
    platforms = (*_near_tags(rest), *near_platforms(rest))
    near_ones = tuple(f"{python}-{each}" for each in platforms)
    if rest.partition("-")[0] in {"slim", *_DEBIANS}:
        number = python.lstrip("abcdefghijklmnopqrstuvwxyz-")
        near_ones = (f"python:{number}-{rest}", *near_ones)
    return TargetError(spelling, f"{rest!r} is no platform; write {EXAMPLES}", near_ones)


def _near_tags(text: str) -> Iterator[str]:
    """The platform tags that a mistaken family, as in ``manylinx_2_28_x86_64``, may mean."""
    match = _TAG.fullmatch(text)
    if match is None:
        return
    for family in near_names(match["family"], _FAMILIES, 1):
        tag = f"{family}{match['rest']}"
        if read_platform_spec(tag):
            yield tag


_DEBIANS = ("trixie", "bookworm", "bullseye", "buster")


# What is beside Linux is imported where it is met: the default matrix does without.


def read_platform_spec(text: str) -> PlatformSpec | None:
    """Take one spelling of a platform apart; None where it is none."""
    from wheelcheck.targets.spellings.platform_choice import read_spec

    return read_spec(text)


def near_platforms(text: str, more: Iterable[str] = ()) -> tuple[str, ...]:
    """The nearest spellings of platforms, or of `more`, the best first."""
    from wheelcheck.targets.spellings.platform_choice import near_platforms

    return near_platforms(text, more)
