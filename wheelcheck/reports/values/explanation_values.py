"""The whole reasoning for one package, as values that leave the library."""

from __future__ import annotations

from pydantic import Field

from wheelcheck.reports.values.build_values import BuildPlan, SourceEvidence
from wheelcheck.reports.values.report import Cell, Problem, TargetSummary
from wheelcheck.reports.values.value import Value

__all__ = ["ExplainedCandidate", "ExplainedFile", "Explanation", "TargetExplanation"]


class ExplainedCandidate(Value):
    """A release that was looked at, newest first, and what became of it."""

    version: str
    uploaded: str | None = Field(default=None, description="Date of its first file, ISO 8601.")
    chosen: bool = False
    why: str


class ExplainedFile(Value):
    """A file of the chosen release. `part` and `why` say what keeps it off; None where it fits."""

    file: str
    fits: bool
    part: str | None = None
    why: str | None = None


class TargetExplanation(Value):
    """One package on one target, from the candidates to the build.

    `tags` are the first tags that an installer there accepts, best first, of `tags_in_all`.
    `files` has the files of the chosen release, those that fit first, then the nearest misses.
    """

    target: TargetSummary
    cell: Cell
    candidates: tuple[ExplainedCandidate, ...]
    tags: tuple[str, ...]
    tags_in_all: int
    files: tuple[ExplainedFile, ...]
    evidence: SourceEvidence | None = None
    plan: BuildPlan | None = None


class Explanation(Value):
    """Why one package comes as it does, target by target."""

    package: str
    inputs: tuple[str, ...]
    on: tuple[TargetExplanation, ...]
    problems: tuple[Problem, ...] = ()
