"""The releases now in use: pinned, locked, or taken on the present Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from wheelcheck.index.interface import Index
from wheelcheck.index.lock_index import with_locked_files
from wheelcheck.readiness.lifted import exact_pins
from wheelcheck.requirements import Requirements
from wheelcheck.resolution import Resolution, Resolver
from wheelcheck.targets import Target

__all__ = ["Baseline", "baseline", "same_platform"]


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is in use. `required_on` has the platforms' new targets by package, where known.

    `conflict` says why the present Python could not be resolved, "" where it could.
    """

    current: Mapping[NormalizedName, Version] = field(hash=False)
    required_on: Mapping[NormalizedName, frozenset[Target]] = field(hash=False)
    now: Mapping[Target, Resolution] = field(hash=False)
    conflict: str = ""


def same_platform(target: Target, others: Sequence[Target]) -> Target | None:
    """The target on the same system, libc and CPU; macOS may have another oldest release."""
    key = (target.platform.system, target.libc, target.arch)
    return next((o for o in others if (o.platform.system, o.libc, o.arch) == key), None)


def baseline(
    requirements: Requirements,
    index: Index,
    new: Sequence[Target],
    now: Sequence[Target],
    *,
    no_deps: bool,
) -> Baseline:
    """Find what is in use, on the `now` targets where no line says it.

    Args:
        requirements: the user's lines as they are.
        index: where releases are looked up.
        new: the targets of the new Python.
        now: those of the present one, on the same platforms.
        no_deps: whether only what is listed counts.
    """
    pins = exact_pins(requirements, new)
    if requirements.lines and all(line.locked for line in requirements.lines):
        return Baseline(pins, _listed_on(requirements, new), {})
    resolver = Resolver(requirements, with_locked_files(index, requirements), no_deps=no_deps)
    resolver.prefetch(now)
    resolutions = {target: resolver.resolve(target) for target in now}
    current: dict[NormalizedName, Version] = {}
    required: dict[NormalizedName, set[Target]] = defaultdict(set)
    conflict = ""
    for target, resolution in resolutions.items():
        there = same_platform(target, new)
        conflict = conflict or str(resolution.conflict or "")
        for name, pin in resolution.pins.items():
            if there is not None:
                required[name].add(there)
            if pin.version is not None:
                current[name] = max(current.get(name, pin.version), pin.version)
    return Baseline(
        {**current, **pins},
        {name: frozenset(targets) for name, targets in required.items()},
        resolutions,
        conflict,
    )


def _listed_on(
    requirements: Requirements, new: Sequence[Target]
) -> Mapping[NormalizedName, frozenset[Target]]:
    environments = {target: target.marker_environment() for target in new}
    found: dict[NormalizedName, set[Target]] = defaultdict(set)
    for line in requirements.lines:
        marker = line.requirement.marker
        holds = {t for t, each in environments.items() if marker is None or marker.evaluate(each)}
        if holds:
            found[canonicalize_name(line.requirement.name)] |= holds
    return {name: frozenset(targets) for name, targets in found.items()}
