"""What one target is offered: a file of a version, and what that requires there."""

from __future__ import annotations

from dataclasses import dataclass, field

from packaging.requirements import Requirement
from packaging.version import Version

from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Sdist, Wheel

__all__ = ["Dependencies", "Offer"]


@dataclass(frozen=True, slots=True)
class Offer:
    """A version that could be pinned, with the file an installer would take for it.

    `installable` is False for a stand-in: the version that the reference target would get of a
    package that has no file for this one.
    """

    version: Version
    file: Wheel | Sdist
    installable: bool = True


@dataclass(frozen=True, slots=True)
class Dependencies:
    """What a candidate requires.

    `unknown` where it could not be read; `refused` where pip would discard the version for its
    metadata (a bad requirement, a Requires-Python that rules it out). `unreadable` says that it is
    for a bad requirement, `stops` that the installer does not look for another version then.
    `conditional` says that a marker has decided, so that another platform may require something
    else.
    """

    requirements: tuple[Requirement, ...] = ()
    unknown: Unknown | None = None
    refused: str | None = None
    unreadable: bool = False
    stops: bool = False
    conditional: bool = field(default=False, compare=False)
