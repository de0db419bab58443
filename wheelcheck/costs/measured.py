"""The builds that were measured (`measured.csv`), and which of them speaks for a release."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from msgspec import Struct
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.tables import read_rows

__all__ = ["MeasuredBuild", "is_measured", "measured_builds", "nearest"]


class MeasuredBuild(Struct, frozen=True):
    """One release as it was built here. Reference seconds and bytes.

    `cpu_seconds` is hook and build together, `environment_seconds` the preparation of the build
    environment. `peak_process_bytes` is the largest process, `peak_bytes` all of them together at
    two cores. `stripped_bytes` are the extension modules without debug information.
    `source_seconds` is what the model says by the sources alone: the size scaling goes by.
    """

    name: NormalizedName
    version: Version
    python: tuple[int, int]
    cpu_seconds: float
    environment_seconds: float
    serial_share: float
    peak_process_bytes: int
    peak_bytes: int
    built_bytes: int
    extension_bytes: int
    stripped_bytes: int
    source_seconds: float

    @property
    def label(self) -> str:
        """``numpy 1.24.2 on Python 3.8``."""
        return f"{self.name} {self.version} on Python {self.python[0]}.{self.python[1]}"


@cache
def measured_builds() -> dict[str, tuple[MeasuredBuild, ...]]:
    """All measured builds by normalised name."""
    found: dict[str, tuple[MeasuredBuild, ...]] = {}
    for row in read_rows("costs/measured.csv"):
        build = _build(row)
        found[build.name] = (*found.get(build.name, ()), build)
    return found


def _build(row: Mapping[str, str]) -> MeasuredBuild:
    major, minor = map(int, row["python"].split("."))
    return MeasuredBuild(
        name=NormalizedName(row["name"]),
        version=Version(row["version"]),
        python=(major, minor),
        cpu_seconds=float(row["cpu_seconds"]),
        environment_seconds=float(row["environment_seconds"]),
        serial_share=float(row["serial_share"]),
        peak_process_bytes=int(row["peak_process_bytes"]),
        peak_bytes=int(row["peak_bytes"]),
        built_bytes=int(row["built_bytes"]),
        extension_bytes=int(row["extension_bytes"]),
        stripped_bytes=int(row["stripped_bytes"]),
        source_seconds=float(row["source_seconds"]),
    )


def is_measured(name: NormalizedName, version: Version) -> bool:
    """Whether just this release was built here, so that its features need not be read."""
    return any(item.version == version for item in measured_builds().get(name, ()))


def nearest(
    builds: Iterable[MeasuredBuild], version: Version, python: tuple[int, int]
) -> MeasuredBuild | None:
    """The measured build that resembles a release most: by version, then by Python."""

    def distance(build: MeasuredBuild) -> tuple[object, ...]:
        steps = _steps(build.version, version)
        return (*(-same for same in steps), abs(build.python[1] - python[1]))

    return min(builds, key=distance, default=None)


def _steps(version: Version, other: Version) -> tuple[int, float]:
    """How many leading parts of two releases agree, and how near the first that differs is."""
    left, right = version.release, other.release
    for at, (a, b) in enumerate(zip(left, right, strict=False)):
        if a != b:
            return at, -abs(a - b)
    return min(len(left), len(right)), float(version == other)
