"""What an installation finds in place: pip leaves alone what is there and satisfies."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from packaging.utils import NormalizedName

from wheelcheck.index.interface import Wheel
from wheelcheck.resolution import Pin
from wheelcheck.targets import TagMiss, Target, fit

__all__ = ["NOTHING", "Installed"]


class Installed(Struct, frozen=True):
    """What an installation finds in place: `lines` of the Dockerfile that installed each package.

    `pins` of the same version are not installed again; `preferred` pins win over newer releases.
    """

    pins: Mapping[NormalizedName, Pin] = {}
    lines: Mapping[NormalizedName, int] = {}
    preferred: tuple[Pin, ...] = ()

    def fitting(self, target: Target) -> Installed:
        """What of it came as wheels that fit a target, or was built from source."""
        pins = {
            name: pin
            for name, pin in self.pins.items()
            if not (isinstance(pin.file, Wheel) and isinstance(fit(pin.file.tag, target), TagMiss))
        }
        lines = {name: line for name, line in self.lines.items() if name in pins}
        return Installed(pins, lines, tuple(pin for pin in self.preferred if pin.name in pins))

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
