"""The reports of one Dockerfile on several platforms in one: a column for each step on each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TypeVar

from wheelcheck.analysis.merging import merged
from wheelcheck.reports.values.dockerfile_values import JudgedDockerfile
from wheelcheck.reports.values.report import Report

__all__ = ["merged_platforms"]

Item = TypeVar("Item")


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
        findings=_each_once(part.findings for part in parts),
        unread=_each_once(part.unread for part in parts),
        correction=next(filter(None, (part.correction for part in parts)), ""),
        other_image=next(filter(None, (part.other_image for part in parts)), ""),
        remarks=_each_once(part.remarks for part in parts),
    )
    return merged(reports).model_copy(update={"dockerfile": whole})


def _each_once(parts: Iterable[Iterable[Item]]) -> tuple[Item, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(parts)))
