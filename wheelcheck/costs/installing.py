"""How long fetching takes, and how long installers take to put wheels and packages on disk."""

from __future__ import annotations

import json
from functools import cache
from typing import Literal

from msgspec import Struct

from wheelcheck.costs.quantity import Quantity
from wheelcheck.tables import read_file

__all__ = ["Files", "install_seconds", "toolchain_download", "toolchain_seconds"]

Tool = Literal["pip", "uv"]

_DOWNLOAD_SHARE = 0.25
"""Of a Debian package's installed size, what is fetched: 46 of 185 MB for gcc 12 and its libraries
(sizes of the archives and of `dpkg-deb -x`); Alpine's are alike."""
_UNPACKED_A_SECOND = 25e6
"""Bytes: `dpkg-deb -x` unpacks 38 MB a second here; dpkg's database and syncing slow it down."""
_UNPACKING_FACTOR = 2.0


class Files(Struct, frozen=True):
    """Some archives together: how many, and their compressed bytes."""

    count: int = 0
    bytes: int = 0

    def __add__(self, other: Files) -> Files:
        return Files(self.count + other.count, self.bytes + other.bytes)


class _Rates(Struct, frozen=True):
    """Reference seconds: a run, a wheel more, a compressed megabyte more; the 80 % factor."""

    run: float
    wheel: float
    megabyte: float
    factor: float


@cache
def _rates() -> dict[str, _Rates]:
    rates = json.loads(read_file("costs/installing.json"))
    return {tool: _Rates(**values) for tool, values in rates.items()}


def install_seconds(wheels: Files, tool: Tool) -> Quantity:
    """Reference seconds of one installer run over wheels that are already fetched."""
    rates = _rates()[tool]
    value = rates.run + rates.wheel * wheels.count + rates.megabyte * wheels.bytes / 1e6
    return Quantity.within(value, rates.factor, "modelled", f"installing wheels with {tool}")


def toolchain_download(installed: Quantity) -> Quantity:
    """Bytes to fetch for system packages of a given installed size."""
    return installed.times(_DOWNLOAD_SHARE)


def toolchain_seconds(installed: Quantity) -> Quantity:
    """Seconds to unpack system packages of a given installed size; fetching not counted."""
    value = installed.value / _UNPACKED_A_SECOND
    return Quantity.within(
        value, installed.factor * _UNPACKING_FACTOR, "derived", "unpacking system packages"
    )
