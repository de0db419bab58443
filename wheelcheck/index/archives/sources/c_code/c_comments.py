"""Comments and strings of C, which those who look for code pass over."""

from __future__ import annotations

import re

__all__ = ["COMMENT", "COMMENT_OR_STRING", "as_spaces"]

COMMENT = re.compile(rb"/\*.*?\*/|//[^\n]*", re.DOTALL)
COMMENT_OR_STRING = re.compile(COMMENT.pattern + rb"|\"(?:\\.|[^\"\\\n])*\"", re.DOTALL)


def as_spaces(match: re.Match[bytes]) -> bytes:
    """As many spaces as it has bytes, so that all else stays in its place."""
    return b" " * len(match.group())
