"""Does this wheel fit that target?

Compressed tag sets are products (PEP 425). Whether a tag fits is decided by the target's table of
supported tags alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import pairwise, product
from math import prod

from msgspec import Struct
from packaging.utils import BuildTag, InvalidWheelFilename, parse_wheel_filename

from wheelcheck.targets.misses import MissPart, TagMiss, misses_of, nearest
from wheelcheck.targets.remembered import Memo
from wheelcheck.targets.tags import TagProfile, Triple, places_of, tag_profile
from wheelcheck.targets.target import Target

__all__ = [
    "MAX_TAGS",
    "Fit",
    "best_wheel",
    "fit",
    "fit_wheel",
    "rank_alike",
    "ranks_on",
    "split_tag_set",
]

MAX_TAGS = 4096
"""A compressed tag set that stands for more tags than this is refused, not expanded."""

_TAG_PARTS = 3


class Fit(Struct, frozen=True, order=True):
    """The wheel is accepted.

    Args:
        rank: the place of its tag in `supported_tags`: 0 is best.
    """

    rank: int


def fit(tag: str, target: Target) -> Fit | TagMiss:
    """Judge a compressed tag set as wheel file names spell it.

    Of the tags that the set stands for, the most preferred decides; if none fits, the tag that came
    nearest is explained. Something that is no tag is a `TagMiss` with part INVALID, never an error.
    Cached per distinct tag and table of tags, so asking again costs a look-up.
    """
    return _fits(target)[tag]


def fit_wheel(filename: str, target: Target) -> Fit | TagMiss:
    """Judge a wheel by its file name (PEP 427).

    Names that pip refuses are a `TagMiss` with part INVALID: among them wheels with a variant label
    (PEP 825, a draft), which no installer takes today.
    """
    parsed = _split_wheel_name(filename)
    return parsed if isinstance(parsed, TagMiss) else fit(parsed[0], target)


def best_wheel(filenames: Iterable[str], target: Target) -> str | None:
    """Which of one release's wheels would the target's installer take? None where none fits.

    The most preferred tag wins, then the highest build tag (PEP 427), then the last listed for pip
    and the first by name for uv.
    """
    takes_later = target.installer.takes_later
    best: tuple[tuple[int, BuildTag], str] | None = None
    for filename in filenames:
        parsed = _split_wheel_name(filename)
        if isinstance(parsed, TagMiss):
            continue
        tag, build = parsed
        fitted = fit(tag, target)
        if isinstance(fitted, Fit):
            key = (-fitted.rank, build)
            if best is None or key > best[0] or (key == best[0] and takes_later(best[1], filename)):
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


def _split_wheel_name(filename: str) -> tuple[str, BuildTag] | TagMiss:
    stem = filename.removesuffix(".whl")
    tag = "-".join(stem.split("-")[-_TAG_PARTS:])
    if not split_tag_set(tag):  # before the library expands the set without a limit
        return TagMiss(MissPart.INVALID, f"{filename!r} ends in no usable tag")
    try:
        _, _, build, _ = parse_wheel_filename(filename)
    except InvalidWheelFilename:
        return TagMiss(
            MissPart.INVALID, f"{filename!r} is no wheel file name that installers accept"
        )
    return tag, build


@lru_cache(maxsize=1024)
def ranks_on(target: Target) -> Mapping[str, int | None]:
    """The best place of each compressed tag set in a target's tags; None where it does not fit.

    Every tag set may be asked for; each distinct one is looked at once.
    """
    return _ranks(tag_profile(target))


@lru_cache(maxsize=512)
def _ranks(profile: TagProfile) -> Mapping[str, int | None]:
    places = places_of(profile)

    def rank(tag: str) -> int | None:
        found = [places[triple] for triple in split_tag_set(tag) if triple in places]
        return min(found) if found else None

    return Memo(rank)


def rank_alike(tags: Iterable[str], target: Target, other: Target) -> bool:
    """Whether both targets take the same of any wheels that have these compressed tag sets."""
    ours, theirs = ranks_on(target), ranks_on(other)
    if ours is theirs:
        return True
    places = {(ours[tag], theirs[tag]) for tag in tags} - {(None, None)}
    found = sorted((a, b) for a, b in places if a is not None and b is not None)
    in_order = all(a < c and b < d for (a, b), (c, d) in pairwise(found))
    return in_order and len(found) == len(places)


@lru_cache(maxsize=1024)
def _fits(target: Target) -> Mapping[str, Fit | TagMiss]:
    return _fits_of(tag_profile(target))


@lru_cache(maxsize=512)
def _fits_of(profile: TagProfile) -> Mapping[str, Fit | TagMiss]:
    ranks = _ranks(profile)

    def judge(tag: str) -> Fit | TagMiss:
        rank = ranks[tag]
        if rank is not None:
            return Fit(rank)
        triples = split_tag_set(tag)
        if not triples:
            return TagMiss(MissPart.INVALID, f"{tag!r} is not a wheel tag")
        misses = misses_of(profile)
        return nearest((misses[triple], triple) for triple in triples)

    return Memo(judge)
