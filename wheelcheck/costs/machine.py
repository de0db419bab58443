"""The machine that installs."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["UNCALIBRATED", "Machine"]

UNCALIBRATED = 1.6
"""Doubt about a machine that nobody measured. Hosted CI runners took 1.2 to 2.9 times what is
predicted for four idle cores of the reference machine (`data/builds/fit.md`, transfer)."""


class Machine(Struct, frozen=True):
    """Where the installation runs.

    `factor` is its seconds for one reference second (`calibrate` measures it) and `doubt` how far
    off that may be, in 8 of 10 cases; 1 where it is certain. `memory_bytes` is None where it is not
    known, `bytes_per_second` is what it downloads with.
    """

    cores: int = 2
    factor: float = 1.0
    memory_bytes: int | None = None
    bytes_per_second: float = 12.5e6
    doubt: float = UNCALIBRATED
