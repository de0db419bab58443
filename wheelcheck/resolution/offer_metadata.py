"""What offers require, by the metadata that the installer of a target reads."""

from __future__ import annotations

from msgspec import structs
from packaging.requirements import InvalidRequirement
from packaging.utils import NormalizedName

from wheelcheck.errors import Unknown
from wheelcheck.index.interface import CoreMetadata, Sdist, Wheel
from wheelcheck.installers import Rule
from wheelcheck.resolution.choice import python_admitted
from wheelcheck.resolution.common import Common
from wheelcheck.resolution.dependencies import MarkerEnvironment, requirements_of
from wheelcheck.resolution.offers import Offer
from wheelcheck.resolution.requires_dist import parse_requirement
from wheelcheck.resolution.solving.nodes import Dependencies
from wheelcheck.targets import Target

__all__ = ["OfferMetadata"]


class OfferMetadata:
    """The metadata of offers on one target; `common` has what was read of the index."""

    def __init__(self, target: Target, environment: MarkerEnvironment, common: Common) -> None:
        self._target = target
        self._environment = environment
        self._common = common

    def dependencies(
        self, name: NormalizedName, offer: Offer, extras: frozenset[NormalizedName]
    ) -> Dependencies:
        """What an offer requires; for extras, without the base."""
        metadata = self._metadata(name, offer)
        if isinstance(metadata, Unknown) and metadata.code == "metadata-inconsistent":
            # pip's MetadataInconsistent, uv's InconsistentMetadata: both try the next release
            return Dependencies(refused=metadata.reason, unreadable=True)
        if isinstance(metadata, Unknown):
            return Dependencies(unknown=metadata)
        required, pip = metadata.requires_python, self._target.installer
        admitted = not required or python_admitted(required, self._target)
        if offer.installable and not admitted:
            stops = pip.has(Rule.LEGACY_RESOLVER)
            return Dependencies(refused=f"Requires-Python is {required}", stops=stops)
        read = self._common.requires(metadata, extras, self._environment)
        if read.conditions is None:
            return self._required(metadata, extras, conditional=True)
        holding = self._environment.holding(read.conditions, read.wanted)
        known = None if holding is None else read.found.get(holding)
        if known is None:
            known = self._required(metadata, extras, conditional=bool(read.conditions))
            if holding is not None:
                read.found[holding] = known
        return known

    def _required(
        self, metadata: CoreMetadata, extras: frozenset[NormalizedName], *, conditional: bool
    ) -> Dependencies:
        """What metadata with extras require; `conditional`: a marker decides."""
        found = requirements_of(metadata, extras, self._environment)
        if isinstance(found, Unknown):
            return Dependencies(unknown=found, conditional=True)
        if isinstance(found, InvalidRequirement):
            # An old pip ends with an exception there, and tries no other version.
            stops = self._target.installer.is_pip and self._environment.legacy
            return Dependencies(refused=_first_line(found), unreadable=True, stops=stops)
        return Dependencies(found, conditional=conditional)

    def _metadata(self, name: NormalizedName, offer: Offer) -> CoreMetadata | Unknown:
        """Read the chosen file's metadata; for an sdist that of a wheel beside it, if there is one.

        pip would run the sdist's build backend to learn it. The release's own wheels are what that
        backend made on another machine: cheaper to read, and nearer the truth than old sdists.
        """
        nearest = self.file(name, offer)
        metadata = self._common.metadata(nearest)
        if nearest is offer.file:
            return metadata
        if isinstance(metadata, Unknown):
            return self._common.metadata(offer.file)
        return structs.replace(metadata, requires_python=offer.file.requires_python)

    def file(self, name: NormalizedName, offer: Offer) -> Wheel | Sdist:
        """The file whose metadata is read for an offer."""
        if isinstance(offer.file, Wheel):
            return offer.file
        python = self._target.python
        return self._common.wheel_beside(name, offer.version, python) or offer.file

    def is_read_by_old_pip(self, name: NormalizedName, offer: Offer) -> bool:
        """Whether pip before 24.1 reads the metadata of an offer."""
        metadata = self._metadata(name, offer)
        return not isinstance(metadata, Unknown) and not any(
            isinstance(parse_requirement(text, legacy=True), InvalidRequirement)
            for text in metadata.requires_dist
        )


def _first_line(error: InvalidRequirement) -> str:
    """What is wrong, and the requirement: ``packaging`` draws a picture of three lines."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip(" ~^")]
    return ": ".join(lines)
