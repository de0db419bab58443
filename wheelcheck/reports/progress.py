"""What a long run tells while it works: the core reports, a face may show it."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Progress", "Silent"]


class Progress(Protocol):
    """Receives how far each stage has come. May be called often, and from several threads."""

    def update(self, stage: str, done: int, total: int) -> None:
        """`done` of `total` steps of `stage` (a few words for people) are finished.

        `total` may grow while a stage runs; 0 means that it is not known yet.
        """


class Silent:
    """Shows nothing: the default of the library."""

    def update(self, stage: str, done: int, total: int) -> None:
        """Pass over the news."""
