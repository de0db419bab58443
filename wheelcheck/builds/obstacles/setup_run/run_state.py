"""What the parts of a run share: the place it has come to, and what it has seen on its way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from msgspec import Struct, field
from packaging.version import Version

from wheelcheck.builds.obstacles.setup_run.frame import Frame
from wheelcheck.builds.obstacles.setup_run.known.script_functions import Function
from wheelcheck.builds.obstacles.setup_run.sdist_modules import SdistModules
from wheelcheck.builds.obstacles.setup_run.setup_keywords import SetupKeywords

__all__ = ["RunSettings", "RunState"]


class RunSettings(Struct, frozen=True):
    """How a setup script is run.

    Attributes:
        finds_beside: Modules beside it can be imported, as under setuptools' legacy backend.
        refuses_2to3: Its setuptools ends at `use_2to3`.
        whole: No links lie beside the files of the sdist.
        compiles: The project has extension modules in any case.
        lives_without: Whatever its extension modules raise, it builds without them.
        first: It is run to learn its `setup_requires`, which ends at `setup()`.
        release: The version that the sdist is of, where the script alone states it.
    """

    finds_beside: bool = True
    refuses_2to3: bool = False
    whole: bool = True
    compiles: bool = False
    lives_without: bool = False
    first: bool = False
    release: Version | None = None


class RunState(Struct):
    """The present frame, the modules of the sdist, and the dictionaries of keywords.

    `late_texts` are methods that give a text when an extension module is compiled.
    """

    frame: Frame
    modules: SdistModules
    settings: RunSettings = RunSettings()
    keywords: SetupKeywords = field(default_factory=SetupKeywords)
    late_texts: list[Function] = field(default_factory=list)

    @contextmanager
    def within(self, frame: Frame) -> Iterator[None]:
        """Run statements in another frame, and come back to this one."""
        outer, self.frame = self.frame, frame
        try:
            yield
        finally:
            self.frame = outer
