"""The part of the Report that tells what to do: changes, each with what was judged after it."""

from __future__ import annotations

from typing import Literal

from wheelcheck.coverage.verdict import Verdict
from wheelcheck.reports.values.cost_values import Bill
from wheelcheck.reports.values.model import Field
from wheelcheck.reports.values.value import Value

__all__ = ["Advice", "AdviceKind"]

AdviceKind = Literal[
    "image",
    "python",
    "architecture",
    "relock",
    "build-constraint",
    "version",
    "replacement",
    "system-package",
    "extra-index",
    "outside",
]
"""Another base image or libc; another Python; what another architecture would get; more files of
the same versions in a lock or list of hashes; older build requirements; other pins; another project
that does the same; a package of the distribution; one more index; wheels taken on another
machine."""


class Advice(Value):
    """A change that helps some targets, judged again with the change made."""

    kind: AdviceKind = Field(
        description="What is changed: base image, Python, architecture, lock, build requirements, "
        "version, project, system package, index, or where the wheels are taken."
    )
    targets: tuple[str, ...] = Field(description="Names of the targets that it helps.")
    title: str = Field(description="The change in a few words.")
    change: tuple[str, ...] = Field(
        description="What to write, line by line, as in FROM python:3.12-slim."
    )
    evidence: str = Field(description="What the change was found to do.")
    caveat: str = Field(default="", description="What else it changes.")
    verdicts: dict[str, Verdict] = Field(
        default_factory=dict, description="Package in trouble → its verdict after the change."
    )
    builds_before: int = Field(description="Source builds that compile, before the change.")
    builds_after: int | None = Field(
        default=None, description="The same after it; None where an index cannot tell."
    )
    blockers_before: int = Field(
        description="Packages that cannot be installed, before the change."
    )
    blockers_after: int | None = Field(
        default=None, description="The same after it; None where an index cannot tell."
    )
    bill: Bill | None = Field(
        default=None, description="What the installation costs after the change."
    )
    saves_seconds: float | None = Field(
        default=None, description="Seconds that the installation takes less."
    )
    saves_bytes: float | None = Field(default=None, description="Bytes that the image is smaller.")
