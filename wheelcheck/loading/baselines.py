"""CPUs that releases are known to need, and the names under which levels of x86-64 are given.

Source: the x86-64 psABI, section 3.1.1 (micro-architecture levels); `cpu_baselines.csv` for
projects.
"""

from __future__ import annotations

from msgspec import Struct
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from wheelcheck.tables import read_table

__all__ = ["Baseline", "cpu_baseline", "cpu_level"]

_NAMES = {
    "x86-64": 1, "x86-64-v1": 1, "core2": 1, "penryn": 1, "k8": 1, "k10": 1,
    "x86-64-v2": 2, "nehalem": 2, "westmere": 2, "sandybridge": 2, "ivybridge": 2, "bulldozer": 2,
    "silvermont": 2, "goldmont": 2,
    "x86-64-v3": 3, "haswell": 3, "broadwell": 3, "skylake": 3, "zen": 3, "zen2": 3, "zen3": 3,
    "x86-64-v4": 4, "skylake-avx512": 4, "icelake": 4, "sapphirerapids": 4, "zen4": 4, "zen5": 4,
}  # fmt: skip


class Baseline(Struct, frozen=True):
    """A level of x86-64 that a project's wheels need, and who says so."""

    project: str
    level: int
    source: str

    def why(self, cpu: int) -> str:
        """Why it does not run on a lower level."""
        return (
            f"{self.project} needs x86-64-v{self.level} ({self.source}), this CPU is x86-64-v{cpu}"
        )


def cpu_level(name: str) -> int | None:
    """The level that a name stands for: ``x86-64-v2``, ``v2``, ``haswell``; None for others."""
    text = name.strip().lower()
    return _NAMES.get(text) or _NAMES.get(f"x86-64-{text}")


def cpu_baseline(project: str, version: Version) -> Baseline | None:
    """What the table says of a release."""
    for row in read_table("loading/cpu_baselines.csv"):
        if row["project"] == project and version in SpecifierSet(row["releases"], prereleases=True):
            return Baseline(project, int(row["level"]), row["source"])
    return None
