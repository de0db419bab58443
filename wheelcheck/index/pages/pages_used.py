"""Which pages a report was made from, so that a later run can see whether it still holds."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["PageState", "PagesUsed"]


class PageState(NamedTuple):
    """A page as it was when it was looked at.

    `digest` is that of all it was read from, in hexadecimal; `stored_at` is when the cache stored
    or confirmed it, in nanoseconds since the epoch; `fresh_seconds` is how long it may be used
    from then on without asking the index.
    """

    digest: str
    stored_at: int
    fresh_seconds: float


class PagesUsed:
    """What was looked at: pages by their key in the cache. May be used by threads.

    Facts of a single file never change and are not listed. `repeatable` is False once something
    was looked at that may be otherwise the next time although every page is the same: a place on
    this machine, or a host that did not answer.
    """

    def __init__(self) -> None:
        self.names: dict[str, None] = {}
        """Projects that were asked for, in order."""
        self.pages: dict[str, PageState] = {}
        self.repeatable = True

    def not_cacheable(self) -> None:
        """Say that something was looked at that cannot be looked at again."""
        self.repeatable = False
