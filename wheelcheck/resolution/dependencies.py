"""From core metadata to the requirements that hold on a target (PEP 508 markers, extras)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.index.model import CoreMetadata

__all__ = ["MarkerEnvironment", "parse_requirement", "requirements_of"]

_LAST_EXTRA = re.compile(r'(?:^| and )extra == "([^"]+)"$')


class MarkerEnvironment:
    """A target's marker environment that evaluates each distinct marker once.

    Targets with equal environments (libc appears in no marker) should share one instance.
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)
        self._known: dict[tuple[str, str], bool] = {}
        self._required: dict[
            tuple[CoreMetadata, tuple[str, ...]], tuple[Requirement, ...] | InvalidRequirement
        ] = {}

    def admits(self, marker: Marker | None, extras: Collection[str] = ()) -> bool:
        """Whether a requirement with this marker holds, where any of `extras` is wanted."""
        return marker is None or self._admits(str(marker), marker, extras)

    def required(
        self, metadata: CoreMetadata, wanted: tuple[str, ...]
    ) -> tuple[Requirement, ...] | InvalidRequirement:
        """What a candidate asks for with these extras, which it provides."""
        key = (metadata, wanted)
        if key not in self._required:
            self._required[key] = self._select(metadata.requires_dist, wanted)
        return self._required[key]

    def _select(
        self, requires_dist: Iterable[str], wanted: tuple[str, ...]
    ) -> tuple[Requirement, ...] | InvalidRequirement:
        found = []
        for text in requires_dist:
            requirement = parse_requirement(text)
            if isinstance(requirement, InvalidRequirement):
                return requirement
            if requirement.marker is None or (
                _possible(marker := _marker_of(text), wanted)
                and self._admits(marker, requirement.marker, wanted)
            ):
                found.append(requirement)
        return tuple(found)

    def _admits(self, text: str, marker: Marker, extras: Collection[str]) -> bool:
        return any(self._holds(text, marker, extra) for extra in (extras or ("",)))

    def _holds(self, text: str, marker: Marker, extra: str) -> bool:
        known = self._known.get((text, extra))
        if known is None:
            known = marker.evaluate({**self._values, "extra": extra})
            self._known[text, extra] = known
        return known


@lru_cache(maxsize=65536)
def parse_requirement(text: str) -> Requirement | InvalidRequirement:
    """Parse one Requires-Dist value; the same text recurs in hundreds of releases."""
    try:
        return Requirement(text)
    except InvalidRequirement as error:
        return error


@lru_cache(maxsize=65536)
def _marker_of(text: str) -> str:
    """The marker of a requirement that has one, in its normal form."""
    requirement = parse_requirement(text)
    return "" if isinstance(requirement, InvalidRequirement) else str(requirement.marker)


def _possible(marker: str, wanted: Collection[str]) -> bool:
    """False where a marker asks for an extra that is not wanted, whatever else it asks for.

    Most requirements of most projects do, and need not be evaluated.
    """
    asked = _needed_extra(marker)
    return asked is None or asked in wanted


@lru_cache(maxsize=65536)
def _needed_extra(marker: str) -> str | None:
    """The extra without which a marker cannot hold, where it ends in one."""
    match = _LAST_EXTRA.search(marker)
    return canonicalize_name(match[1]) if match and " or " not in marker else None


def requirements_of(
    metadata: CoreMetadata, extras: Collection[NormalizedName], environment: MarkerEnvironment
) -> tuple[Requirement, ...] | InvalidRequirement:
    """Return what a candidate asks for with these extras, markers evaluated.

    Extras the package does not provide are ignored, as pip does. One Requires-Dist that does not
    parse makes the whole metadata invalid: pip then discards the version.
    """
    provided = {canonicalize_name(extra) for extra in metadata.provides_extra} if extras else ()
    return environment.required(metadata, tuple(sorted(e for e in extras if e in provided)))
