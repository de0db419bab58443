"""From core metadata to the requirements that hold on a target (PEP 508 markers, extras)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from packaging.markers import Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.errors import Unknown
from wheelcheck.fence import fenced
from wheelcheck.index.interface import CoreMetadata
from wheelcheck.resolution.requires_dist import Stated, retained, stated
from wheelcheck.resolution.solving.nodes import Dependencies
from wheelcheck.resolution.version_lists import as_version_lists

__all__ = ["MAX_REQUIREMENTS", "MarkerEnvironment", "Requires", "requirements_of"]

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
    With `unprovided` an extra counts that markers alone name, as for uv.
    """

    def __init__(
        self,
        values: Mapping[str, str],
        *,
        legacy: bool = False,
        version_lists: bool = False,
        unprovided: bool = False,
    ) -> None:
        self.values = dict(values)
        self._version_lists = version_lists
        self.legacy = legacy
        self.unprovided = unprovided
        self._known: dict[tuple[str, str], bool] = {}
        self._without_extras: dict[str, bool] = {}

    def holding(
        self, conditions: Mapping[str, Marker], wanted: tuple[str, ...]
    ) -> tuple[bool, ...] | None:
        """Which of some markers hold with the `wanted` extras; None where one cannot be evaluated.

        Of what is wrong with it `required` speaks.
        """
        try:
            if not wanted:
                known = self._without_extras
                if not conditions.keys() <= known.keys():
                    known |= {text: self._holds(text, m, ()) for text, m in conditions.items()}
                return tuple([known[text] for text in conditions])
            return tuple([self._holds(text, each, wanted) for text, each in conditions.items()])
        except Exception:  # noqa: BLE001 (`required` raises it again, within a fence)
            return None

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


class Requires:
    """What metadata ask for with some extras, worked out once for each set of markers that hold.

    `conditions` are these markers by their normal form, None where a requirement cannot be read;
    `found` has by `MarkerEnvironment.holding` what was worked out.
    """

    def __init__(
        self,
        metadata: CoreMetadata,
        extras: Collection[NormalizedName],
        environment: MarkerEnvironment,
    ) -> None:
        self.metadata = metadata
        self.wanted = wanted = _effective_extras(metadata, extras, environment)
        legacy = environment.legacy
        lines = fenced(
            "its requirements",
            "metadata-unreadable",
            lambda: stated(metadata.requires_dist, wanted, legacy=legacy),
        )
        self.conditions = lines.conditions if isinstance(lines, Stated) else None
        self.found: dict[tuple[bool, ...], Dependencies] = {}


def requirements_of(
    metadata: CoreMetadata, extras: Collection[NormalizedName], environment: MarkerEnvironment
) -> tuple[Requirement, ...] | InvalidRequirement | Unknown:
    """Return what a candidate asks for with these extras, markers evaluated.

    Extras the package does not provide are ignored, as by pip and not by uv. One Requires-Dist that
    does not parse makes the whole metadata invalid: pip then discards the version.
    """
    wanted = _effective_extras(metadata, extras, environment)
    what = f"the metadata of {metadata.name} {metadata.version}"
    return fenced(
        what, "metadata-unreadable", lambda: environment.required(metadata.requires_dist, wanted)
    )


def _effective_extras(
    metadata: CoreMetadata, extras: Collection[NormalizedName], environment: MarkerEnvironment
) -> tuple[str, ...]:
    if environment.unprovided:
        return tuple(sorted(extras))
    provided = {canonicalize_name(extra) for extra in metadata.provides_extra} if extras else ()
    return tuple(sorted(extra for extra in extras if extra in provided))
