"""What stands in the way on a judged target, how much it weighs, and what a change saves."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.utils import NormalizedName

from wheelcheck.coverage import Verdict
from wheelcheck.errors import Unknown
from wheelcheck.reports.assembling.report import Column
from wheelcheck.reports.wording.phrases import counted, listing

__all__ = [
    "Weight",
    "all_wheels",
    "failing",
    "outcome",
    "pins",
    "saved",
    "seconds_of",
    "steps",
    "troubled",
    "verdicts_of",
    "weight",
    "weight_of",
]

_COMPILES = frozenset({Verdict.SOURCE_NATIVE, Verdict.SOURCE_UNKNOWN})
_TROUBLE = _COMPILES | {Verdict.UNAVAILABLE}

Weight = tuple[int, int]
"""Blockers (no file, or a build that fails for certain), then source builds that may compile: less
is better."""


def failing(column: Column) -> frozenset[NormalizedName]:
    """The packages whose source build fails for certain; none where builds were not planned."""
    outlooks = column.builds.outlooks if column.builds else ()
    return frozenset(one.build.name for one in outlooks if one.build.top_level and one.fails())


def seconds_of(name: NormalizedName, column: Column) -> float | None:
    """What building one package takes, with its environment; None where it is not known."""
    for item in column.price.bill.items if column.price else ():
        if item.build.name == name and item.build.top_level:
            if isinstance(item.wall_seconds, Unknown):
                return None
            return item.wall_seconds.value + item.environment_seconds.value
    return None


def saved(before: Column, after: Column) -> tuple[float | None, float | None]:
    """Seconds of the whole installation, and bytes of the image of one stage, that are saved."""
    if before.price is None or after.price is None:
        return None, None
    if isinstance(before.price.bill.build_wall_seconds, Unknown) or failing(before):
        return None, None  # what never comes to an end takes no time that could be saved
    seconds = before.price.bill.wall_seconds.value - after.price.bill.wall_seconds.value
    sizes = [
        Unknown(image.code, "") if isinstance(image, Unknown) else image.single_stage
        for image in (before.price.image, after.price.image)
    ]
    was, now = sizes
    if isinstance(was, Unknown) or isinstance(now, Unknown):
        return seconds, None
    return seconds, was.value - now.value


def outcome(column: Column) -> str:
    """Say what is left to compile, or cannot be had, on a target."""
    blockers, builds = weight(column)
    if not blockers and not builds:
        return f"nothing compiles, all {len(column.judged)} packages can be installed"
    lost = failing(column)
    told = [f"{counted(builds, 'package')} still to compile"] if builds else []
    if lost:
        told.append(f"{counted(len(lost), 'package')} whose build fails")
    if blockers > len(lost):
        told.append(f"{counted(blockers - len(lost), 'package')} still without any file")
    still = listing([f"{name} {column.judged[name][0].version}" for name in troubled(column)])
    return f"{', '.join(told)}: {still}"


def steps(before: Column, after: Column) -> str:
    """Say where a version goes down, or a major version changes."""
    told = []
    for name, (pin, _) in after.judged.items():
        was = before.judged[name][0].version if name in before.judged else None
        if was is None or pin.version is None or pin.version == was:
            continue
        if pin.version < was:
            told.append(f"{name} goes down from {was} to {pin.version}")
        elif pin.version.release[:1] != was.release[:1]:
            told.append(f"{name} {pin.version} is a new major version after {was}")
    return listing(told, 4)


def all_wheels(column: Column) -> bool:
    """Whether everything is known to come as a wheel."""
    verdicts = [found.verdict for _, found in column.judged.values()]
    return bool(verdicts) and all(verdict.is_wheel for verdict in verdicts)


def troubled(column: Column) -> tuple[NormalizedName, ...]:
    """The packages that (may) compile, have no file, or whose build fails."""
    lost = failing(column)
    return tuple(
        name
        for name, (_, found) in column.judged.items()
        if found.verdict in _TROUBLE or name in lost
    )


def weight(column: Column) -> Weight:
    """How much stands in the way on a target."""
    return weight_of(column, column.judged)


def weight_of(column: Column, names: Iterable[NormalizedName]) -> Weight:
    """How much stands in the way of these packages alone."""
    lost = failing(column)
    blockers = builds = 0
    for name in names:
        verdict = column.judged[name][1].verdict
        if name in lost or verdict is Verdict.UNAVAILABLE:
            blockers += 1
        elif verdict in _COMPILES:
            builds += 1
    return blockers, builds


def verdicts_of(column: Column, names: Iterable[NormalizedName]) -> dict[str, Verdict]:
    """The verdicts of those of the packages that are there."""
    return {name: column.judged[name][1].verdict for name in names if name in column.judged}


def pins(column: Column) -> str:
    """The chosen versions in words, a few of many."""
    return listing([f"{name} {pin.version}" for name, (pin, _) in column.judged.items()], 4)
