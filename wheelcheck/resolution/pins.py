"""What resolution yields: a pin for every package, who asked for it, and what went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Sdist, Wheel
from wheelcheck.targets.target import Target

__all__ = ["Conflict", "Demand", "Pin", "Resolution", "Standing"]


class Standing(StrEnum):
    """How firmly a pin stands on its target."""

    INSTALLABLE = "installable"
    """An installer would choose this version and this file."""
    UNAVAILABLE = "unavailable"
    """No file installs here; the version is the one the reference target would get."""
    UNKNOWN = "unknown"
    """No version is known; `Pin.why` says why."""


class Demand(Struct, frozen=True, gc=False):
    """One requirement on a package: what it says and who says it.

    `source` is a package (``pandas 2.0.0``) or a place (``requirements.txt:3``). `verb` stands
    between the two.
    """

    source: str
    requirement: str
    verb: str = "requires"

    def __str__(self) -> str:
        return f"{self.source} {self.verb} {self.requirement}"


class Pin(Struct, frozen=True):
    """The candidate chosen for one package on one target.

    `file` is what would be installed: None where nothing can be. `dependencies_unknown` is set
    where the file's dependencies could not be read, so that more packages may follow.
    """

    name: NormalizedName
    version: Version | None
    file: Wheel | Sdist | None
    standing: Standing
    demands: tuple[Demand, ...] = ()
    extras: frozenset[NormalizedName] = frozenset()
    why: Unknown | None = None
    dependencies_unknown: Unknown | None = None


class Conflict(Struct, frozen=True):
    """Requirements that no set of versions satisfies, in the words of those who made them."""

    demands: tuple[Demand, ...]

    def __str__(self) -> str:
        return "; ".join(str(demand) for demand in self.demands)


class Resolution(Struct, frozen=True):
    """Pins for one target, by normalised name; empty when there is a `conflict`.

    `unmet` are requirements on a package that its pin does not meet: pip before 20.3 installs it
    all the same, and reports them afterwards.
    """

    target: Target
    pins: Mapping[NormalizedName, Pin] = {}
    conflict: Conflict | Unknown | None = None
    unmet: tuple[tuple[NormalizedName, Demand], ...] = ()
