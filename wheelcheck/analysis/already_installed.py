"""What an installation finds in place: pip leaves alone what is there and satisfies."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from packaging.utils import NormalizedName

from wheelcheck.resolution import Pin

__all__ = ["NOTHING", "Installed"]


class Installed(Struct, frozen=True):
    """What an installation finds in place: `lines` of the Dockerfile that installed each package.

    `pins` of the same version are not installed again; `preferred` pins win over newer releases.
    """

    pins: Mapping[NormalizedName, Pin] = {}
    lines: Mapping[NormalizedName, int] = {}
    preferred: tuple[Pin, ...] = ()

    def without(self, pins: Mapping[NormalizedName, Pin]) -> Mapping[NormalizedName, Pin]:
        """Those of the pins that are not there in that very version."""
        if not self.pins:
            return pins
        return {name: pin for name, pin in pins.items() if not self.has(pin)}

    def has(self, pin: Pin) -> bool:
        """Whether that very version is there."""
        there = self.pins.get(pin.name)
        return there is not None and pin.version is not None and there.version == pin.version


NOTHING = Installed()
