"""Which answers on a file are facts of the file, and which may be otherwise later."""

from __future__ import annotations

from wheelcheck.errors import Unknown

__all__ = ["LASTING", "of_the_day"]

LASTING = frozenset({"dependencies-need-build", "metadata-malformed", "metadata-inconsistent"})
"""Answers that are facts of the file, not of the day."""
_REFUSED = frozenset({"archive-refused", "hash-mismatch"})
"""Facts of the file too, but not kept: they cost nothing to find again."""


def of_the_day(found: object) -> bool:
    """Whether this says that a file could not be read now, which may be otherwise later."""
    return isinstance(found, Unknown) and found.code not in LASTING | _REFUSED
