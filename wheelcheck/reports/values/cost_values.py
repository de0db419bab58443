"""The part of the Report that tells of costs: estimates, of one build and of a whole target."""

from __future__ import annotations

from typing import Literal

from wheelcheck.reports.values.model import Field
from wheelcheck.reports.values.value import Value

__all__ = ["Bill", "BuildCost", "Estimate", "ImageSize"]


class Estimate(Value):
    """A number with its 80 % interval, and how it was come by."""

    value: float = Field(description="The expected number.")
    low: float = Field(description="Lower end of the 80 % interval.")
    high: float = Field(description="Upper end of the 80 % interval.")
    basis: Literal["exact", "measured", "scaled", "modelled", "derived"] = Field(
        description="exact: counted; measured; scaled: from a measured release; modelled: by "
        "the fitted model; derived: computed from several of these."
    )
    source: str = Field(default="", description="What it rests on.")


class BuildCost(Value):
    """The cost of building an sdist once; None where it is not known."""

    cpu_seconds: Estimate | None = Field(
        default=None, description="Of the given machine, over the whole process tree."
    )
    wall_seconds: Estimate | None = Field(
        default=None, description="From start to end, on the given cores."
    )
    environment_seconds: Estimate | None = Field(
        default=None, description="Preparing the build environment, downloads included."
    )
    peak_memory_bytes: Estimate | None = Field(
        default=None, description="Of the whole process tree."
    )
    built_bytes: Estimate | None = Field(default=None, description="Unpacked, as installed.")
    unknown: str | None = Field(
        default=None, description="Why a number is not known; None where all are."
    )


class ImageSize(Value):
    """Size of the image in bytes, uncompressed, and what it is made of."""

    single_stage: Estimate | None = Field(
        default=None, description="With what the build leaves behind."
    )
    multi_stage: Estimate | None = Field(
        default=None, description="With what is needed to run alone."
    )
    parts: tuple[tuple[str, Estimate], ...] = Field(
        default=(), description="Name and size of each part."
    )
    unsized: tuple[str, ...] = Field(
        default=(),
        description="What the image has besides, and whose size is not known: system packages. The "
        "numbers are without it, and so are the least that the image has.",
    )
    unknown: str | None = Field(
        default=None, description="Why the size is not known; None where it is."
    )

    @property
    def size(self) -> Estimate | None:
        """The image of one stage; of several, where a Dockerfile says that there are several."""
        return self.single_stage or self.multi_stage


class Bill(Value):
    """What installing on one target costs. Seconds and bytes; None where it is not known."""

    cores: int = Field(description="Cores of the machine that installs.")
    builds: int = Field(description="Source builds, with their repetitions.")
    cpu_seconds: Estimate | None = Field(
        default=None, description="Of all builds, on that machine."
    )
    wall_seconds: Estimate | None = Field(
        default=None, description="Downloads, builds and installation, from start to end."
    )
    build_wall_seconds: Estimate | None = Field(
        default=None,
        description="Time that the builds take, from the start of the first to the end of the "
        "last.",
    )
    peak_memory_bytes: Estimate | None = Field(
        default=None, description="Of the build that needs most."
    )
    memory_bytes: int | None = Field(default=None, description="What the machine has, if given.")
    fits_memory: bool | None = Field(
        default=None,
        description="Whether that is less than the machine has; None where it is not given, or "
        "not known well enough.",
    )
    builds_without_time: tuple[str, ...] = Field(
        default=(),
        description="Builds whose time is not known, as in scipy 1.10.1. The seconds are without "
        "them, and so the least that it takes.",
    )
    builds_without_memory: tuple[str, ...] = Field(
        default=(),
        description="Builds whose memory is not known. The peak is without them, and so the least.",
    )
    download_bytes: int | None = Field(default=None, description="Wheels and sdists together.")
    download_seconds: Estimate | None = Field(default=None, description="At the given bandwidth.")
    image: ImageSize | None = Field(
        default=None, description="Size of the image; None where the target names none."
    )
    failing: tuple[str, ...] = Field(
        default=(),
        description="Packages whose build fails for certain: nothing comes to an end, so that "
        "there are no times, memory or image size.",
    )
    left_out: tuple[str, ...] = Field(
        default=(), description="What the numbers do not have in them, and why."
    )
