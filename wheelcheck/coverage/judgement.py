"""From a pin to a verdict, with the reason and the near misses behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.coverage.wheel_loss import WheelLoss
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Project, Sdist, UnusableFile, Wheel
from wheelcheck.resolution import (
    FileRules,
    Pin,
    RefusalReason,
    Refused,
    Standing,
    choose,
    refusal_of,
)
from wheelcheck.resolution.choice import tags_decide
from wheelcheck.targets import TagMiss, Target, fit, split_tag_set, summarise_misses
from wheelcheck.targets.misses import MissPart, besides

__all__ = ["Judgement", "judge", "nearest_first"]

SHOWN_MISSES = 3


class Judgement(Struct, frozen=True):
    """What happens to a pin on its target.

    `file` is what would be installed or built. `misses` are the files that came nearest, best
    first. `newer` says what the newest release needs that the target lacks, where an older one is
    taken.
    `lost` says what became of a wheel that could be expected. A source build is
    `SOURCE_UNKNOWN` here: whether it compiles is for evidence to say.
    """

    verdict: Verdict
    reason: str
    file: Wheel | Sdist | None = None
    misses: tuple[Refused, ...] = ()
    newer: str = ""
    lost: WheelLoss | None = None


def judge(pin: Pin, project: Project | Unknown, target: Target, rules: FileRules) -> Judgement:
    """Say whether a pin comes as a wheel, and if not, why not."""
    if pin.standing is Standing.UNKNOWN or pin.version is None:
        return Judgement(Verdict.UNKNOWN, pin.why.reason if pin.why else "no reason is known")
    found = _not_found(pin, project)
    if found is not None:
        return found
    if isinstance(pin.file, Wheel):
        return _as_wheel(pin.file)
    files = () if isinstance(project, Unknown) else project.files(pin.version)
    return _without_wheel(pin, files, project, target, rules)


def _not_found(pin: Pin, project: Project | Unknown) -> Judgement | None:
    """The judgement on a pin whose file is not there, or of which nothing could be read."""
    lost = pin.why or pin.dependencies_unknown
    if lost is None:
        return None
    if pin.why or lost.code == "file-not-found":
        return Judgement(Verdict.UNAVAILABLE, lost.reason)
    if lost.code in _UNREAD and not _is_listed(pin.file, project):
        return Judgement(Verdict.UNKNOWN, lost.reason)
    return None


_UNREAD = frozenset({"file-unreachable", "archive-refused"})
"""Codes of files of which nothing could be read: with a direct reference there is but its name."""


def _is_listed(file: Wheel | Sdist | None, project: Project | Unknown) -> bool:
    """Whether an index or a lock lists a file, so that others have seen it there."""
    if file is None or isinstance(project, Unknown):
        return False
    return any(each.url == file.url for each in project.files(file.version))


def _without_wheel(
    pin: Pin,
    files: Sequence[Wheel | Sdist],
    project: Project | Unknown,
    target: Target,
    rules: FileRules,
) -> Judgement:
    if isinstance(pin.file, Sdist) and not pin.file.in_folder and tags_decide(files, target, rules):
        return _with_sdist(pin.file, [file for file in files if isinstance(file, Wheel)], target)
    refused = [found for file in files if (found := refusal_of(file, target, rules))]
    misses = tuple(nearest_first(refused, target)[:SHOWN_MISSES])
    why_no_wheel = _why_no_wheel(refused, target, rules)
    if isinstance(pin.file, Sdist) and pin.file.in_folder:
        why_no_wheel = "it is a project in a folder"
    if pin.file is not None:
        return Judgement(Verdict.SOURCE_UNKNOWN, why_no_wheel, pin.file, misses)
    lock = rules.locks.get(pin.name)
    if lock and refused and all(found.refusal is RefusalReason.HASH for found in refused):
        why = f"no file on the index has a hash that {lock} lists"
        return Judgement(Verdict.UNKNOWN, why, None, misses)
    unusable = () if isinstance(project, Unknown) else project.unusable
    why = _by_chosen_file(refused, files, target) or _why_nothing(refused, why_no_wheel, unusable)
    return Judgement(Verdict.UNAVAILABLE, why, None, misses)


def _with_sdist(sdist: Sdist, wheels: Sequence[Wheel], target: Target) -> Judgement:
    """The judgement on an sdist beside wheels of which only the tags can be refused.

    The wheels of many projects have the same tags: what these say of a target is found out once.
    """
    seen = _seen_on(tuple([wheel.tag for wheel in wheels]), target)
    misses = tuple(
        [Refused(wheels[at], RefusalReason.TAG, miss.why, miss) for at, miss in seen.nearest]
    )
    return Judgement(Verdict.SOURCE_UNKNOWN, seen.why, sdist, misses)


class _SeenTags(NamedTuple):
    """Of the tags of a release, by their places, those that come nearest; and why none fits."""

    nearest: tuple[tuple[int, TagMiss], ...]
    why: str


@lru_cache(maxsize=1 << 12)
def _seen_on(tags: tuple[str, ...], target: Target) -> _SeenTags:
    outcomes = [(at, outcome) for at, tag in enumerate(tags) for outcome in (fit(tag, target),)]
    missing = [(at, outcome) for at, outcome in outcomes if isinstance(outcome, TagMiss)]
    nearest = sorted(
        missing, key=lambda each: _nearness_of_tag(tags[each[0]], each[1], target), reverse=True
    )
    why = summarise_misses(tuple(tags[at] for at, _ in missing), target)
    return _SeenTags(tuple(nearest[:SHOWN_MISSES]), why)


def is_pure(wheel: Wheel) -> bool:
    """Whether a wheel holds nothing built for a platform: its ABI is none, its platform any."""
    return is_pure_tag(wheel.tag)


def is_pure_tag(tag: str) -> bool:
    """As `is_pure`, from the compressed tag set of a wheel's name."""
    return all(triple[1:] == ("none", "any") for triple in split_tag_set(tag))


def _as_wheel(wheel: Wheel) -> Judgement:
    return Judgement(*_verdict_of(wheel.tag), wheel)


@lru_cache(maxsize=1024)
def _verdict_of(tag: str) -> tuple[Verdict, str]:
    if is_pure_tag(tag):
        return Verdict.PURE_WHEEL, f"{tag} fits everywhere"
    return Verdict.WHEEL, f"{tag} fits"


def nearest_first(refused: Iterable[Refused], target: Target) -> list[Refused]:
    """Order files that were passed over by how little kept them from being taken."""
    return sorted(refused, key=partial(_nearness, target=target), reverse=True)


def _nearness(refused: Refused, target: Target) -> tuple[int, ...]:
    """Order refusals: a wheel of which only the tag fails, by how little; then all others.

    Of wheels for other Pythons, those for the target's platform are nearest.
    """
    order, file = _ORDER[refused.refusal], refused.file
    tag = file.tag if isinstance(file, Wheel) else None
    return (order, *_nearness_of_tag(tag, refused.miss, target))


def _nearness_of_tag(tag: str | None, miss: TagMiss | None, target: Target) -> tuple[int, ...]:
    """As `_nearness`, of refusals that are alike; a sdist has no tag."""
    part = miss.part if miss else -1
    if part > MissPart.ABI or tag is None:
        return (part,)
    return (part, *_besides_python(tag, target))


@lru_cache(maxsize=1 << 14)  # the wheels of most projects have the same tags
def _besides_python(tag: str, target: Target) -> tuple[int, ...]:
    """How near the nearest of a compressed tag set comes, its Python apart."""
    return max((besides(each, target) for each in split_tag_set(tag)), default=(0, 0))


_ORDER = {refusal: place for place, refusal in enumerate(RefusalReason)}


def _why_no_wheel(refused: Sequence[Refused], target: Target, rules: FileRules) -> str:
    """Why there is no wheel: the tags, if any is to blame, else the user's own rules.

    A wheel that a list of hashes leaves out comes first if it would fit, else its tag is to blame.
    """
    wheels = [found for found in refused if isinstance(found.file, Wheel)]
    unlisted = {found.file: found.why for found in wheels if found.refusal is RefusalReason.HASH}
    if unlisted:
        any_hash = replace(rules, hashes={})
        fitting = choose(list(unlisted), target, any_hash)
        if isinstance(fitting, Wheel):
            return f"{fitting.tag} would fit, but {unlisted[fitting]}"
        wheels = [refusal_of(found.file, target, any_hash) or found for found in wheels]
    return _by_tags(wheels, target)


def _by_tags(wheels: Sequence[Refused], target: Target) -> str:
    """Why wheels do not fit, by their tags where any of these fails."""
    tags = tuple(w.file.tag for w in wheels if w.miss and isinstance(w.file, Wheel))
    return _summary(tags, target) if tags or not wheels else _grouped_reasons(wheels)


@lru_cache(maxsize=1 << 10)  # the wheels of many projects have the same tags
def _summary(tags: tuple[str, ...], target: Target) -> str:
    return summarise_misses(tags, target)


def _by_chosen_file(
    refused: Sequence[Refused], files: Sequence[Wheel | Sdist], target: Target
) -> str | None:
    """Why no file is taken although some are not refused: uv goes by the best tag's file alone."""
    passed_over = {found.file for found in refused}
    untried = [file.filename for file in files if file not in passed_over]
    python = [found for found in refused if found.refusal is RefusalReason.REQUIRES_PYTHON]
    if not untried or not python:
        return None
    rule = "goes by the file that its tags choose, and does not try"
    return f"{_grouped_reasons(python)}; {target.installer.label} {rule} {untried[-1]}"


def _why_nothing(
    refused: Sequence[Refused], why_no_wheel: str, unusable: Sequence[UnusableFile]
) -> str:
    sdists = [found for found in refused if isinstance(found.file, Sdist)]
    wheels = [found for found in refused if isinstance(found.file, Wheel)]
    if not sdists and not wheels and unusable:
        return f"{unusable[0].filename}: {unusable[0].reason}"
    if not sdists:
        return f"no sdist, and {why_no_wheel}" if wheels else "no file at all"
    why_no_sdist = _grouped_reasons(sdists)
    if not wheels or why_no_sdist == why_no_wheel:
        return why_no_sdist
    return f"{why_no_wheel}; {why_no_sdist}"


def _grouped_reasons(refused: Sequence[Refused]) -> str:
    """Each distinct reason once: ``sdists are ruled out by --only-binary``."""
    return "; ".join(dict.fromkeys(found.why for found in refused))
