"""The whole reasoning for one package, as values that leave the library."""

from __future__ import annotations

from typing import ClassVar

from wheelcheck.reports.values.build_values import BuildPlan, SourceEvidence
from wheelcheck.reports.values.model import Field
from wheelcheck.reports.values.printed import Printed
from wheelcheck.reports.values.report import Cell, Problem
from wheelcheck.reports.values.target_values import TargetSummary
from wheelcheck.reports.values.value import Value

__all__ = ["ExplainedCandidate", "ExplainedFile", "Explanation", "TargetExplanation"]


class ExplainedCandidate(Value):
    """A release that was looked at, newest first, and what became of it."""

    version: str = Field(description="The release.")
    uploaded: str | None = Field(default=None, description="Date of its first file, ISO 8601.")
    chosen: bool = Field(default=False, description="Whether it is taken.")
    why: str = Field(description="Why it is, or is not.")


class ExplainedFile(Value):
    """A file of the chosen release."""

    file: str = Field(description="Name of the file.")
    fits: bool = Field(description="Whether the installer could take it there.")
    part: str | None = Field(
        default=None, description="The part of its tag that keeps it off; None where it fits."
    )
    why: str | None = Field(default=None, description="Why it does, in words; None where it fits.")


class TargetExplanation(Value):
    """One package on one target, from the candidates to the build."""

    target: TargetSummary = Field(description="The target.")
    cell: Cell = Field(description="What happens there.")
    candidates: tuple[ExplainedCandidate, ...] = Field(
        description="Releases that were looked at, the newest first."
    )
    tags: tuple[str, ...] = Field(
        description="The first tags that an installer accepts there, best first."
    )
    tags_in_all: int = Field(description="How many tags it accepts.")
    files: tuple[ExplainedFile, ...] = Field(
        description="Of the chosen release: those that fit first, then the nearest misses."
    )
    evidence: SourceEvidence | None = Field(
        default=None, description="Whether its sdist compiles; None where it comes as a wheel."
    )
    plan: BuildPlan | None = Field(
        default=None, description="What is built for it; None where nothing is."
    )


class Explanation(Printed):
    """Why one package comes as it does, target by target."""

    writer: ClassVar = ("explanation_text", "render_explanation")

    package: str = Field(description="Normalised name.")
    inputs: tuple[str, ...] = Field(description="What was read.")
    on: tuple[TargetExplanation, ...] = Field(
        description="One entry for each target that requires it."
    )
    problems: tuple[Problem, ...] = Field(
        default=(), description="What could not be judged, or must be known to read the answer."
    )
