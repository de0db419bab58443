"""The value that says which pip or uv would install, and how surely that is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from packaging.version import Version

from wheelcheck.installers.rules import Rule, Tool, rules_of

__all__ = ["Certainty", "Installer"]


class Certainty(StrEnum):
    """Where the version of an installer comes from."""

    NAMED = "named"
    """The user or a Dockerfile says it: ``pip==23.0.1``."""
    IMAGE = "image"
    """The table of images says it, for the day of the image's build."""
    NEWEST = "newest"
    """Nothing says it: the newest release that runs on the target's Python is taken."""
    UNKNOWN = "unknown"
    """An image or a command brings one, and which is not known; judged as the newest would."""


@dataclass(frozen=True, slots=True)
class Installer:
    """The installer of one target or one command, and what it brings for old-style builds.

    Attributes:
        tool: pip or uv.
        version: its release. With `Certainty.UNKNOWN` the newest one, by whose rules it is judged.
        certainty: how the version is known.
        source: where it is known from, as a short phrase: an image and a day, a file and its line.
        setuptools: the release of setuptools installed beside it, which builds without isolation
            use; "" where there is none, None where it is not known.
    """

    tool: Tool
    version: Version
    certainty: Certainty
    source: str = ""
    setuptools: str | None = None
    _rules: frozenset[Rule] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Look the rules up once: they are asked for with every file that is chosen among."""
        object.__setattr__(self, "_rules", rules_of(self.tool, self.version))

    @property
    def label(self) -> str:
        """What people call it: ``pip 23.0.1``; ``pip`` alone where the release is not known."""
        if self.certainty is Certainty.UNKNOWN:
            return self.tool.value
        return f"{self.tool} {self.version}"

    @property
    def is_pip(self) -> bool:
        """Whether this is a pip, of whatever release."""
        return self.tool is Tool.PIP

    @property
    def constraint_variables(self) -> tuple[str, ...]:
        """The variables by which pip's build environments obey a constraint file.

        PIP_CONSTRAINT reached them until pip 25.3 brought --build-constraint. Both, where nothing
        says which pip it is.
        """
        names = ("PIP_CONSTRAINT", "PIP_BUILD_CONSTRAINT")
        if self.certainty in {Certainty.NEWEST, Certainty.UNKNOWN}:
            return names
        return names[1:] if self.has(Rule.BUILD_CONSTRAINT) else names[:1]

    def has(self, rule: Rule) -> bool:
        """Whether a rule of `rules.csv` holds for this release."""
        return rule in self._rules

    def takes_later(self, earlier: str, later: str) -> bool:
        """Of two files of one version that nothing else tells apart, is the later listed taken?

        Args:
            earlier: the file name that the index lists first.
            later: the other; two wheels for ``py3`` and ``py2.py3`` are equal, as two sdists are.
        """
        if self.has(Rule.EQUAL_FILES_BY_NAME):
            return later < earlier
        return not self.has(Rule.FIRST_OF_EQUAL_FILES)
