"""From core metadata to the requirements that hold on a target (PEP 508 markers, extras)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from packaging.markers import Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.errors import Unknown
from wheelcheck.fence import fenced
from wheelcheck.index.interface import CoreMetadata
from wheelcheck.resolution.requires_dist import retained, stated
from wheelcheck.resolution.version_lists import as_version_lists

__all__ = ["MAX_REQUIREMENTS", "MarkerEnvironment", "is_conditional", "requirements_of"]

MAX_REQUIREMENTS = 1_500
"""Requirements of one release that hold on one target; honest releases have some hundred."""


_SHOWN = 100
"""Characters of a marker that are shown."""


class _UndefinedMarkerError(Exception):
    """A marker that cannot be evaluated here: installers end with an error at it."""


class MarkerEnvironment:
    """A target's marker environment that evaluates each distinct marker once.

    Targets with equal environments (libc appears in no marker) should share one instance.
    `legacy` reads requirements as pip before 24.1 does, `version_lists` markers as uv does.
    """

    def __init__(
        self, values: Mapping[str, str], *, legacy: bool = False, version_lists: bool = False
    ) -> None:
        self.values = dict(values)
        self._version_lists = version_lists
        self.legacy = legacy
        self._known: dict[tuple[str, str], bool] = {}

    def admits(self, marker: Marker | None) -> bool:
        """Whether a requirement with this marker holds, without extras; not if it is undefined."""
        try:
            return marker is None or self._holds(str(marker), marker, ())
        except _UndefinedMarkerError:
            return False

    def required(
        self, requires_dist: tuple[str, ...], wanted: tuple[str, ...]
    ) -> tuple[Requirement, ...] | InvalidRequirement | Unknown:
        """Those of Requires-Dist lines that hold with the `wanted` extras, which are provided.

        Codes: ``marker-undefined``, ``too-many-requirements``.
        """
        lines = stated(requires_dist, wanted, legacy=self.legacy)
        if isinstance(lines, InvalidRequirement):
            return lines
        holding: frozenset[str] = frozenset()
        if lines.conditions:
            try:
                holding = frozenset(
                    text
                    for text, each in lines.conditions.items()
                    if self._holds(text, each, wanted)
                )
            except _UndefinedMarkerError as error:
                return Unknown("marker-undefined", str(error))
        found = retained(requires_dist, wanted, holding, legacy=self.legacy)
        if len(found) > MAX_REQUIREMENTS:
            why = f"its metadata has more than {MAX_REQUIREMENTS:,} requirements"
            return Unknown("too-many-requirements", why)
        return found

    def _holds(self, text: str, marker: Marker, wanted: Collection[str]) -> bool:
        return any(self._holds_for(text, marker, extra) for extra in (wanted or ("",)))

    def _holds_for(self, text: str, marker: Marker, extra: str) -> bool:
        known = self._known.get((text, extra))
        if known is None:
            if self._version_lists:
                marker = as_version_lists(marker)
            try:
                known = marker.evaluate({**self.values, "extra": extra})
            except (UndefinedComparison, UndefinedEnvironmentName, ValueError) as error:
                why = f"the marker {text[:_SHOWN]!r} cannot be evaluated"
                raise _UndefinedMarkerError(f"{why}: installers end with an error") from error
            self._known[text, extra] = known
        return known


def requirements_of(
    metadata: CoreMetadata, extras: Collection[NormalizedName], environment: MarkerEnvironment
) -> tuple[Requirement, ...] | InvalidRequirement | Unknown:
    """Return what a candidate asks for with these extras, markers evaluated.

    Extras the package does not provide are ignored, as pip does. One Requires-Dist that does not
    parse makes the whole metadata invalid: pip then discards the version.
    """
    wanted = _provided(metadata, extras)
    what = f"the metadata of {metadata.name} {metadata.version}"
    return fenced(
        what, "metadata-unreadable", lambda: environment.required(metadata.requires_dist, wanted)
    )


def is_conditional(
    metadata: CoreMetadata, extras: Collection[NormalizedName], environment: MarkerEnvironment
) -> bool:
    """Whether a marker decides what a candidate asks for with these extras.

    To be asked where `requirements_of` has found requirements.
    """
    wanted = _provided(metadata, extras)
    lines = stated(metadata.requires_dist, wanted, legacy=environment.legacy)
    return isinstance(lines, InvalidRequirement) or bool(lines.conditions)


def _provided(metadata: CoreMetadata, extras: Collection[NormalizedName]) -> tuple[str, ...]:
    provided = {canonicalize_name(extra) for extra in metadata.provides_extra} if extras else ()
    return tuple(sorted(extra for extra in extras if extra in provided))
