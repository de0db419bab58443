"""The reports of one Dockerfile on several platforms in one: a column for each step on each."""

from __future__ import annotations

from collections.abc import Sequence

from wheelcheck.analysis.merging import merged
from wheelcheck.reports.values.dockerfile_values import JudgedDockerfile
from wheelcheck.reports.values.report import Report

__all__ = ["merged_platforms"]


def merged_platforms(reports: Sequence[Report], platforms: Sequence[str]) -> Report:
    """One report with the steps and findings of all; what is the same on several appears once."""
    if len(reports) == 1:
        return reports[0]
    parts = [item.dockerfile for item in reports if item.dockerfile is not None]
    steps = [
        step.model_copy(update={"platform": platform})
        for part, platform in zip(parts, dict.fromkeys(platforms), strict=True)
        for step in part.steps
    ]
    whole = JudgedDockerfile(
        name=parts[0].name,
        steps=tuple(steps),
        findings=tuple(dict.fromkeys(item for part in parts for item in part.findings)),
        unread=tuple(dict.fromkeys(item for part in parts for item in part.unread)),
        correction=next((part.correction for part in parts if part.correction), ""),
        other_image=next((part.other_image for part in parts if part.other_image), ""),
        remarks=tuple(dict.fromkeys(item for part in parts for item in part.remarks)),
    )
    return merged(reports).model_copy(update={"dockerfile": whole})
