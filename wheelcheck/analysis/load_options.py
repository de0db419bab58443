"""What the user says of loading."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["LoadMode", "LoadOptions"]


class LoadMode(StrEnum):
    """How much is read to find out whether wheels load."""

    QUICK = "quick"
    """First bytes of files, whole files within a budget, and the shipped table."""
    FULL = "full"
    """Every file of every wheel, whatever it costs."""
    OFF = "off"


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """The mode, and the x86-64 level of the oldest CPU (0: not given)."""

    mode: LoadMode = LoadMode.QUICK
    cpu: int = 0
