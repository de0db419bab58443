"""What stands in the way on a judged target, how much it weighs, and what a change saves."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.utils import NormalizedName

from wheelcheck.coverage import Verdict
from wheelcheck.errors import Unknown
from wheelcheck.reports.assemble import Column
from wheelcheck.reports.phrases import counted, listing

__all__ = [
    "Weight",
    "all_wheels",
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
"""Blockers, then source builds that may compile: less is better."""


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
    if isinstance(before.price.bill.build_wall_seconds, Unknown):
        return None, None
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
    still = listing([f"{name} {column.judged[name][0].version}" for name in troubled(column)])
    told = [f"{counted(builds, 'package')} still to compile"] if builds else []
    told += [f"{counted(blockers, 'package')} still without any file"] if blockers else []
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
    """The packages that (may) compile or have no file."""
    return tuple(name for name, (_, found) in column.judged.items() if found.verdict in _TROUBLE)


def weight(column: Column) -> Weight:
    """How much stands in the way on a target."""
    return weight_of(found.verdict for _, found in column.judged.values())


def weight_of(verdicts: Iterable[Verdict]) -> Weight:
    """How much these verdicts weigh together."""
    verdicts = list(verdicts)
    return verdicts.count(Verdict.UNAVAILABLE), sum(one in _COMPILES for one in verdicts)


def verdicts_of(column: Column, names: Iterable[NormalizedName]) -> dict[str, Verdict]:
    """The verdicts of those of the packages that are there."""
    return {name: column.judged[name][1].verdict for name in names if name in column.judged}


def pins(column: Column) -> str:
    """The chosen versions in words, a few of many."""
    return listing([f"{name} {pin.version}" for name, (pin, _) in column.judged.items()], 4)
