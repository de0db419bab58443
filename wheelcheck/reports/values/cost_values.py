"""The part of the Report that tells of costs: estimates, of one build and of a whole target."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from wheelcheck.reports.values.value import Value

__all__ = ["Bill", "BuildCost", "Estimate", "ImageSize"]


class Estimate(Value):
    """A number with its 80 % interval, and how it was come by.

    `basis`: ``exact`` (counted), ``measured``, ``scaled`` (from a measured release),
    ``modelled`` (by the fitted model), ``derived`` (computed from several of these).
    """

    value: float
    low: float
    high: float
    basis: Literal["exact", "measured", "scaled", "modelled", "derived"]
    source: str = ""


class BuildCost(Value):
    """The cost of building an sdist once. None where it is not known; `unknown` says why.

    `cpu_seconds` is of the given machine, of the whole process tree.
    """

    cpu_seconds: Estimate | None = None
    wall_seconds: Estimate | None = None
    environment_seconds: Estimate | None = Field(
        default=None, description="Preparing the build environment, downloads included."
    )
    peak_memory_bytes: Estimate | None = None
    built_bytes: Estimate | None = Field(default=None, description="Unpacked, as installed.")
    unknown: str | None = None


class ImageSize(Value):
    """Size of the image in bytes, uncompressed, and what it is made of.

    `single_stage` keeps what the build leaves behind, `multi_stage` only what is needed to run.
    """

    single_stage: Estimate | None = None
    multi_stage: Estimate | None = None
    parts: tuple[tuple[str, Estimate], ...] = ()
    unknown: str | None = None

    @property
    def size(self) -> Estimate | None:
        """The image of one stage; of several, where a Dockerfile says that there are several."""
        return self.single_stage or self.multi_stage


class Bill(Value):
    """What installing on one target costs. Seconds and bytes.

    `builds` counts source builds with their repetitions. `left_out` names what the numbers do not
    have in them, and why.
    """

    cores: int
    builds: int
    cpu_seconds: Estimate | None = None
    wall_seconds: Estimate | None = Field(
        default=None, description="Downloads, builds and installation, from start to end."
    )
    build_wall_seconds: Estimate | None = None
    peak_memory_bytes: Estimate | None = None
    memory_bytes: int | None = Field(default=None, description="What the machine has, if given.")
    fits_memory: bool | None = None
    download_bytes: int | None = None
    download_seconds: Estimate | None = None
    image: ImageSize | None = None
    left_out: tuple[str, ...] = ()
