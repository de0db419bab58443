"""What the parts of a run share: the place it has come to, and what it has seen on its way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from wheelcheck.builds.obstacles.setup_run.frame import Frame
from wheelcheck.builds.obstacles.setup_run.sdist_modules import SdistModules
from wheelcheck.builds.obstacles.setup_run.setup_keywords import SetupKeywords

__all__ = ["RunState"]


@dataclass(slots=True)
class RunState:
    """The present frame, the modules of the sdist, and the dictionaries of keywords.

    `refuses_2to3`, `compiles` and `first` are those of `certain_stop`.
    """

    frame: Frame
    modules: SdistModules
    refuses_2to3: bool = False
    compiles: bool = False
    first: bool = False
    keywords: SetupKeywords = field(default_factory=SetupKeywords)

    @contextmanager
    def within(self, frame: Frame) -> Iterator[None]:
        """Run statements in another frame, and come back to this one."""
        outer, self.frame = self.frame, frame
        try:
            yield
        finally:
            self.frame = outer
