"""Answers as JSON, for people who look into the file as well as for programs."""

from __future__ import annotations

from wheelcheck.reports.values.model import BaseModel, indented_json

__all__ = ["render_json"]


def render_json(answer: BaseModel) -> bytes:
    """What ``--format json`` writes of a report, an explanation or a difference."""
    return indented_json(answer)
