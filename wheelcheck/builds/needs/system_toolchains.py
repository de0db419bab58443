"""What compiles extension modules on systems other than Linux, where builds are not planned."""

from __future__ import annotations

from wheelcheck.tables import read_table
from wheelcheck.targets.platforms import System

__all__ = ["toolchain_of"]


def toolchain_of(system: System) -> str:
    """The usual compiler of a system (`system_toolchains.csv`): MSVC, Xcode …

    Raises `KeyError` for Linux, whose compilers are packages of its distributions.
    """
    rows = read_table("builds/needs/system_toolchains.csv")
    return {row["system"]: row["toolchain"] for row in rows}[system.value]
