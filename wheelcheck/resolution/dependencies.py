"""From core metadata to the requirements that hold on a target (PEP 508 markers, extras)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.index.model import CoreMetadata

__all__ = ["MarkerEnvironment", "parse_requirement", "requirements_of"]


class MarkerEnvironment:
    """A target's marker environment that evaluates each distinct marker once.

    Targets with equal environments (libc appears in no marker) should share one instance.
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)
        self._known: dict[tuple[str, str], bool] = {}

    def admits(self, marker: Marker | None, extras: Collection[str] = ()) -> bool:
        """Whether a requirement with this marker holds, where any of `extras` is wanted."""
        if marker is None:
            return True
        text = str(marker)
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


def requirements_of(
    metadata: CoreMetadata, extras: Collection[NormalizedName], environment: MarkerEnvironment
) -> tuple[Requirement, ...] | InvalidRequirement:
    """Return what a candidate asks for with these extras, markers evaluated.

    Extras the package does not provide are ignored, as pip does. One Requires-Dist that does not
    parse makes the whole metadata invalid: pip then discards the version.
    """
    provided = {canonicalize_name(extra) for extra in metadata.provides_extra}
    wanted = sorted(extra for extra in extras if extra in provided)
    found = []
    for text in metadata.requires_dist:
        requirement = parse_requirement(text)
        if isinstance(requirement, InvalidRequirement):
            return requirement
        if environment.admits(requirement.marker, wanted):
            found.append(requirement)
    return tuple(found)
