"""Is a project ready for a new Python? The answer, as values that leave the library."""

from __future__ import annotations

from typing import ClassVar, Literal

from wheelcheck.reports.values.model import Field
from wheelcheck.reports.values.nearest import entry
from wheelcheck.reports.values.printed import Printed
from wheelcheck.reports.values.report import Problem
from wheelcheck.reports.values.value import Value

__all__ = ["Bump", "Others", "Readiness", "ReadyCell", "ReadyPackage", "ReadyPython", "ReadyStatus"]

ReadyStatus = Literal[
    "ready", "bump", "held-back", "partly", "waiting", "source", "unknown", "not-required"
]


class ReadyCell(Value):
    """One package on one new Python, over all platforms that require it."""

    status: ReadyStatus = Field(
        description="ready: the present release has wheels on every platform; bump: a later one "
        "has, and goes with all others; held-back: a later one has, and does not go with the "
        "others; partly: no release has wheels on every platform; waiting: no release has a wheel; "
        "source: built from its sdist, on the present Python too; unknown: see reason; "
        "not-required."
    )
    version: str | None = Field(
        default=None, description="The release to be taken: the present one, or that of the bump."
    )
    first: str | None = Field(
        default=None,
        description="The first release with a wheel on every platform; None for no release, for "
        "pure wheels, and for what could not be judged.",
    )
    since: str | None = Field(
        default=None, description="Day on which the last of the wheels of `first` came, ISO 8601."
    )
    missing: tuple[str, ...] = Field(
        default=(), description="Platforms on which no release that may be taken has a wheel."
    )
    without: tuple[str, ...] = Field(
        default=(),
        description="Platforms that do not count: no release has a wheel there on the present "
        "Python either.",
    )
    pre_release: str | None = Field(
        default=None, description="A pre-release that has the wheels which no release has."
    )
    reason: str = Field(default="", description="Why it is not ready, in a sentence.")


class ReadyPackage(Value):
    """One package: the release now in use, and what each new Python makes of it."""

    name: str = Field(description="Normalised name.")
    current: str | None = Field(
        description="The release that is pinned, locked, or taken on the present Python; None for "
        "what only the bumps bring along."
    )
    pure: bool = Field(default=False, description="Whether it comes as a pure wheel.")
    on: dict[str, ReadyCell] = Field(description="New Python, as in 3.15t → what becomes of it.")


class Bump(Value):
    """One package to raise."""

    package: str = Field(description="Normalised name.")
    before: str = Field(description="The release now in use.")
    after: str = Field(description="The lowest release that goes with all others.")
    why: Literal["wheel", "others"] = Field(
        description="wheel: the present release lacks wheels; others: it does not go with the "
        "bumps of other packages."
    )
    where: tuple[str, ...] = Field(
        default=(), description="file:line of the user's own lines that must change."
    )
    new_major: bool = Field(default=False, description="Whether the major version changes.")


class Others(Value):
    """Since when the compiled packages that are ready have had their wheels."""

    packages: int = Field(description="How many compiled packages have them.")
    first: str = Field(description="The package that had them first.")
    first_day: str = Field(description="ISO 8601.")
    last: str = Field(description="The package that had them last.")
    last_day: str = Field(description="ISO 8601.")


class ReadyPython(Value):
    """One new Python: what to bump, all together, and what keeps the project from it."""

    python: str = Field(description="As in 3.15 or 3.15t.")
    platforms: tuple[str, ...] = Field(description="The platforms that were judged.")
    targets: tuple[str, ...] = Field(description="The same as targets, by name.")
    ready: bool = Field(
        description="Whether nothing must change and nothing is waited for. What is built from "
        "its sdist on the present Python may be so on the new one."
    )
    ready_after_bumps: bool = Field(description="Whether that holds with the bumps.")
    bumps: tuple[Bump, ...] = Field(
        default=(), description="To be made together; no lower release of any one of them does."
    )
    paste: tuple[str, ...] = Field(default=(), description="Lines or a command that make them.")
    set_aside: tuple[str, ...] = Field(
        default=(),
        description="Packages without a wheel whose requirements do not go with the bumps of the "
        "others; the bumps hold once they have a release.",
    )
    conflict: str | None = Field(
        default=None, description="Why no versions go together; None where some do."
    )
    refused: str | None = Field(
        default=None, description="What of the input keeps this Python away altogether."
    )
    others: Others | None = Field(
        default=None, description="Since when others have had wheels for it."
    )


class Readiness(Printed):
    """Whether a project is ready for new Pythons."""

    writer: ClassVar = ("readiness_text", "render_readiness")

    schema_version: Literal["1.0"] = Field(
        default="1.0", description="Version of this schema; within one, fields are only added."
    )
    inputs: tuple[str, ...] = Field(description="What was read.")
    as_of: str | None = Field(default=None, description="The date bound, ISO 8601.")
    present: str | None = Field(
        default=None, description="The Python with which the releases now in use were found."
    )
    pythons: tuple[ReadyPython, ...] = Field(description="One entry for each new Python.")
    packages: tuple[ReadyPackage, ...] = Field(description="All packages, by name.")
    problems: tuple[Problem, ...] = Field(
        default=(), description="What could not be judged, or must be known to read the answer."
    )

    @property
    def ready(self) -> bool:
        """Whether everything comes as wheels on every new Python, without any change."""
        return all(python.ready for python in self.pythons)

    @property
    def complete(self) -> bool:
        """Whether everything that was requested was judged."""
        return not any(problem.severity == "error" for problem in self.problems)

    def python(self, label: str) -> ReadyPython:
        """A new Python by its label.

        Args:
            label: the Python, as in ``3.15t``.

        Raises:
            NotInReport: for another label, with the nearest labels; a KeyError.
        """
        return entry("Python", label, {python.python: python for python in self.pythons})
