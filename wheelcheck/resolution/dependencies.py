"""From core metadata to the requirements that hold on a target (PEP 508 markers, extras)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.index.interface import CoreMetadata
from wheelcheck.resolution.requires_dist import retained, stated
from wheelcheck.resolution.version_lists import as_version_lists

__all__ = ["MarkerEnvironment", "requirements_of"]


class MarkerEnvironment:
    """A target's marker environment that evaluates each distinct marker once.

    Targets with equal environments (libc appears in no marker) should share one instance.
    `legacy` reads requirements as pip before 24.1 does, `version_lists` markers as uv does.
    """

    def __init__(
        self, values: Mapping[str, str], *, legacy: bool = False, version_lists: bool = False
    ) -> None:
        self._values = dict(values)
        self._version_lists = version_lists
        self.legacy = legacy
        self._known: dict[tuple[str, str], bool] = {}

    def admits(self, marker: Marker | None) -> bool:
        """Whether a requirement with this marker holds, without extras."""
        return marker is None or self._holds(str(marker), marker, ())

    def required(
        self, requires_dist: tuple[str, ...], wanted: tuple[str, ...]
    ) -> tuple[Requirement, ...] | InvalidRequirement:
        """Those of Requires-Dist lines that hold with the `wanted` extras, which are provided."""
        lines = stated(requires_dist, wanted, legacy=self.legacy)
        if isinstance(lines, InvalidRequirement):
            return lines
        if not lines.conditions:
            return lines.requirements
        conditions = lines.conditions.items()
        holding = frozenset(text for text, each in conditions if self._holds(text, each, wanted))
        return retained(requires_dist, wanted, holding, legacy=self.legacy)

    def _holds(self, text: str, marker: Marker, wanted: Collection[str]) -> bool:
        return any(self._holds_for(text, marker, extra) for extra in (wanted or ("",)))

    def _holds_for(self, text: str, marker: Marker, extra: str) -> bool:
        known = self._known.get((text, extra))
        if known is None:
            if self._version_lists:
                marker = as_version_lists(marker)
            known = marker.evaluate({**self._values, "extra": extra})
            self._known[text, extra] = known
        return known


def requirements_of(
    metadata: CoreMetadata, extras: Collection[NormalizedName], environment: MarkerEnvironment
) -> tuple[Requirement, ...] | InvalidRequirement:
    """Return what a candidate asks for with these extras, markers evaluated.

    Extras the package does not provide are ignored, as pip does. One Requires-Dist that does not
    parse makes the whole metadata invalid: pip then discards the version.
    """
    provided = {canonicalize_name(extra) for extra in metadata.provides_extra} if extras else ()
    wanted = tuple(sorted(extra for extra in extras if extra in provided))
    return environment.required(metadata.requires_dist, wanted)
