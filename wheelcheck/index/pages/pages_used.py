"""Which pages a report was made from, so that a later run can see whether it still holds."""

from __future__ import annotations

from itertools import islice
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

    def since(self, earlier: tuple[int, int]) -> PagesUsed:
        """What was looked at since `count` has given `earlier`."""
        names, pages = earlier
        found = PagesUsed()
        found.names.update(islice(self.names.items(), names, None))
        found.pages.update(islice(self.pages.items(), pages, None))
        found.repeatable = self.repeatable
        return found

    def count(self) -> tuple[int, int]:
        """How many projects and pages were looked at so far."""
        return len(self.names), len(self.pages)

    def add(self, others: PagesUsed) -> None:
        """Count as looked at what another process has looked at."""
        self.names.update(others.names)
        self.pages.update(others.pages)
        self.repeatable &= others.repeatable
