"""The verdict of every release on a target, for all releases of a shard at once.

An index has millions of files but only some thousand distinct tags and Requires-Python texts. Each
distinct value is judged once per target by the same functions that judge a single file
(`targets.fit`, `resolution.choice.admits_python`); the rest is looking numbers up and taking the
smallest of each signature, which arrays do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wheelcheck.builds.evidence.sibling_wheels import platform_kind
from wheelcheck.coverage.judgement import is_pure_tag
from wheelcheck.coverage.verdict import Verdict
from wheelcheck.resolution.choice import admits_python
from wheelcheck.survey.releases.file_names import NO_TAG, Integers
from wheelcheck.survey.releases.survey_releases import Flags, Signatures
from wheelcheck.targets import Fit, Target, fit, split_tag_set
from wheelcheck.targets.platform_tags import read_platform_tag
from wheelcheck.targets.remembered import Memo

__all__ = ["EVIDENCE", "VERDICTS", "SignatureVerdicts", "evidence_of", "judge_signatures"]

VERDICTS = (
    Verdict.PURE_WHEEL,
    Verdict.WHEEL,
    Verdict.SOURCE_PURE,
    Verdict.SOURCE_UNKNOWN,
    Verdict.SOURCE_NATIVE,
    Verdict.UNAVAILABLE,
)
"""The verdicts a survey of files can give; arrays hold places in this tuple."""

EVIDENCE = (
    "",
    "sibling-pure-wheel",
    "sibling-platform-wheel",
    "sibling-other-platform-wheel",
)
"""What the other wheels of a release tell of its sdist, by the codes of `builds.evidence`."""

_NONE, _PURE, _LINUX, _OTHER = range(len(EVIDENCE))
_PURE_WHEEL, _WHEEL, _SOURCE_PURE, _SOURCE_UNKNOWN, _SOURCE_NATIVE, _UNAVAILABLE = range(
    len(VERDICTS)
)
_SOURCE_BY_EVIDENCE = np.array([_SOURCE_UNKNOWN, _SOURCE_PURE, _SOURCE_NATIVE, _SOURCE_UNKNOWN])

# One number orders the files of a release as pip does (`resolution.choice.choose`): yanked last,
# then the place of the tag (an sdist behind every wheel), then the higher build, then the file
# listed last. Older pips differ (`installers.rules`): a survey judges as the newest pip does.
_PLACE_BITS, _BUILD_BITS, _RANK_BITS = 30, 12, 18
_NO_FILE = np.iinfo(np.int64).max
_SDIST_RANK = (1 << _RANK_BITS) - 1
_MOST_BUILDS = (1 << _BUILD_BITS) - 1
_LEVEL_BITS = 20


@dataclass(frozen=True, slots=True)
class SignatureVerdicts:
    """The verdict of each signature on one target; arrays run along the signatures.

    `verdicts` are places in `VERDICTS`. `files` and `misses` count from the first file of the
    signature: the file that would be installed or built, and the wheel that came nearest where no
    wheel fits; -1 for none. `tags` and `missed_tags` are their tags, `NO_TAG` for none. `reasons`
    say of each of the shard's tags why it does not fit; "" where it does.
    """

    target: Target
    verdicts: NDArray[np.int8]
    files: Integers
    tags: Integers
    misses: Integers
    missed_tags: Integers
    reasons: tuple[str, ...]


def judge_signatures(signatures: Signatures, target: Target) -> SignatureVerdicts:
    """Judge every signature of a shard on one target."""
    known = _tag_outcomes(target)
    outcomes = [known[tag] for tag in signatures.tags]
    ranks = [outcome.rank for outcome in outcomes]
    nearness = [outcome.nearness for outcome in outcomes]
    version = target.python_full_version
    admitted = [not text or admits_python(text, version) for text in signatures.requires]
    tag_of = signatures.tag_of
    is_wheel = tag_of != NO_TAG
    allowed = _looked_up(admitted, signatures.requires_of) == 1
    rank_of = np.where(is_wheel, _looked_up(ranks, tag_of), _SDIST_RANK)
    fits = allowed & (~is_wheel | (rank_of < _SDIST_RANK))
    files = _first(signatures, fits, _preference(signatures, rank_of))
    takes_wheel = (files >= 0) & (_at(tag_of, files) != NO_TAG)
    farness = (1 << (_RANK_BITS + _BUILD_BITS)) - 1 - _looked_up(nearness, tag_of)
    misses = np.where(takes_wheel, -1, _first(signatures, allowed & is_wheel & ~fits, farness))
    return SignatureVerdicts(
        target=target,
        verdicts=_verdicts(signatures, files),
        files=_from_start(signatures, files),
        tags=np.where(files < 0, NO_TAG, _at(tag_of, files)),
        misses=_from_start(signatures, misses),
        missed_tags=np.where(misses < 0, NO_TAG, _at(tag_of, misses)),
        reasons=tuple(outcome.reason for outcome in outcomes),
    )


class _TagOutcome(NamedTuple):
    """What a target makes of a tag set: its place, or how near it comes and why it misses."""

    rank: int
    nearness: int
    reason: str


@lru_cache(maxsize=1024)
def _tag_outcomes(target: Target) -> Mapping[str, _TagOutcome]:
    """Every tag set may be asked for; each distinct one is judged once."""

    def judge(tag: str) -> _TagOutcome:
        outcome = fit(tag, target)
        if isinstance(outcome, Fit):
            return _TagOutcome(outcome.rank, 0, "")
        nearness = (int(outcome.part) << _LEVEL_BITS) - _level(tag)
        return _TagOutcome(_SDIST_RANK, nearness, outcome.why)

    return Memo(judge)


def evidence_of(signatures: Signatures) -> NDArray[np.int8]:
    """What the wheels of each signature tell of its sdist, as places in `EVIDENCE`."""
    kinds = [_kind(tag) for tag in signatures.tags]
    kind_of = np.where(signatures.tag_of == NO_TAG, _NONE, _looked_up(kinds, signatures.tag_of))
    found = np.full(len(signatures), _NONE)
    for kind in (_OTHER, _PURE, _LINUX):  # the later one says more
        found = np.where(signatures.any_file(kind_of == kind), kind, found)
    return found.astype(np.int8)


def _looked_up(values: Sequence[int], numbers: Integers) -> Integers:
    """The value of each number; zeros, which nobody looks at, where there are no values."""
    if not values:
        return np.zeros(len(numbers), dtype=np.int64)
    found: Integers = np.array(values, dtype=np.int64)[numbers]
    return found


def _at(values: Integers, places: Integers) -> Integers:
    """The values at places, of which -1 stands for none and gives what nobody looks at."""
    return values[places] if len(values) else places


@lru_cache(maxsize=1 << 14)
def _level(tag: str) -> int:
    """The oldest version of libc or system that a tag set names: the older is nearer."""
    levels = [read_platform_tag(platform).level for _, _, platform in split_tag_set(tag)]
    major, minor, *_ = (*min(levels, default=()), 0, 0)
    return min(major * 1000 + minor, (1 << _LEVEL_BITS) - 1)


@lru_cache(maxsize=1 << 14)
def _kind(tag: str) -> int:
    return {"pure": _PURE, "linux": _LINUX, "other": _OTHER}[platform_kind(tag)]


_is_pure = lru_cache(maxsize=1 << 14)(is_pure_tag)


def _preference(signatures: Signatures, rank_of: Integers) -> Integers:
    builds = _MOST_BUILDS - np.minimum(signatures.builds, _MOST_BUILDS)
    yanked = signatures.yanked.astype(np.int64)
    found: Integers = (((yanked << _RANK_BITS) | rank_of) << _BUILD_BITS) | builds
    return found


def _first(signatures: Signatures, which: Flags, keys: Integers) -> Integers:
    """Of the files that count, the place of the last with the smallest key; -1 for none."""
    last = (1 << _PLACE_BITS) - 1
    from_end = last - np.arange(len(keys), dtype=np.int64)
    found = signatures.smallest(np.where(which, (keys << _PLACE_BITS) | from_end, _NO_FILE))
    return np.where(found == _NO_FILE, -1, last - (found & last))


def _from_start(signatures: Signatures, places: Integers) -> Integers:
    return np.where(places < 0, -1, places - signatures.starts)


def _verdicts(signatures: Signatures, files: Integers) -> NDArray[np.int8]:
    pure = _looked_up([_is_pure(tag) for tag in signatures.tags], _at(signatures.tag_of, files))
    found = np.where(pure == 1, _PURE_WHEEL, _WHEEL)
    sources = _SOURCE_BY_EVIDENCE[evidence_of(signatures)]
    found = np.where(_at(signatures.tag_of, files) == NO_TAG, sources, found)
    return np.where(files < 0, _UNAVAILABLE, found).astype(np.int8)
