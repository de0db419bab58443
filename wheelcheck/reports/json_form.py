"""Answers as JSON, for people who look into the file as well as for programs."""

from __future__ import annotations

from pydantic import BaseModel

__all__ = ["render_json"]


def render_json(answer: BaseModel) -> bytes:
    """What ``--format json`` writes of a report, an explanation or a difference."""
    return answer.__pydantic_serializer__.to_json(answer, indent=2) + b"\n"
