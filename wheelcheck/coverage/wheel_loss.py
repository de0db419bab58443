"""A wheel that could be expected on a target, and what became of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from packaging.version import Version

__all__ = ["WheelLoss", "WheelLossKind"]


class WheelLossKind(StrEnum):
    """Why there is no wheel where one could be expected."""

    LOST = "lost"
    """The release before it has a wheel for the target, and it has none."""
    UPLOADING = "uploading"
    """The same, but it is younger than two days and has fewer files: more may come."""
    COOLDOWN = "cooldown"
    """A wheel is there, and too young for the user's cooldown."""


class WheelLoss(Struct, frozen=True):
    """A wheel that a release lacks on a target.

    `release` lacks it, or, under a cooldown, has it; `before` is the release before, which has it.
    `day` is when the release came, or from when on a cooldown lets the wheel in. `files` are those
    of the release and of the one before.
    """

    kind: WheelLossKind
    release: Version
    reason: str
    before: Version | None = None
    day: datetime | None = None
    files: tuple[int, int] | None = None
