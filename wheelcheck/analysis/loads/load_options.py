"""What the user says of loading, and where what is installed is run."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from wheelcheck.targets import Target

__all__ = ["LoadMode", "LoadOptions", "RunImage"]


class LoadMode(StrEnum):
    """How much is read to find out whether wheels load."""

    QUICK = "quick"
    """First bytes of files, whole files within a budget, and the shipped table."""
    FULL = "full"
    """Every file of every wheel, whatever it costs."""
    OFF = "off"


class LoadOptions(Struct, frozen=True):
    """The mode, and the x86-64 level of the oldest CPU (0: not given)."""

    mode: LoadMode = LoadMode.QUICK
    cpu: int = 0

    def are_plain(self, run_image: RunImage) -> bool:
        """Whether nothing but the target and its wheels decides."""
        return self.mode is LoadMode.QUICK and not self.cpu and run_image == RunImage()


class RunImage(Struct, frozen=True):
    """The image in which packages are imported, where that is not simply the target's.

    Attributes:
        target: Its platform and image count instead of those of the target that they are installed
            on: a virtual environment may be copied into another image. None for the same.
        title: What people call the stage that they are copied to; "" where they are not.
        packages: System packages on top of the image, in the order of installation, each with
            whether those it recommends came along.
    """

    target: Target | None = None
    title: str = ""
    packages: tuple[tuple[str, bool], ...] = ()
