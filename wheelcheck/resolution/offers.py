"""What one target is offered: a file of a version."""

from __future__ import annotations

from msgspec import Struct
from packaging.version import Version

from wheelcheck.index.interface import Sdist, Wheel

__all__ = ["Offer"]


class Offer(Struct, frozen=True):
    """A version that could be pinned, with the file an installer would take for it.

    `installable` is False for a stand-in: the version that the reference target would get of a
    package that has no file for this one.
    """

    version: Version
    file: Wheel | Sdist
    installable: bool = True
