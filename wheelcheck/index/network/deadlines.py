"""How long a request, an archive and a whole run may take.

A thread works `within` a deadline; whatever loops over what strangers send calls `check`, as does
every read from the network. Past the deadline it goes on only while enough bytes come.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = [
    "ARCHIVE_SECONDS",
    "PAGE_SECONDS",
    "RUN_SECONDS",
    "SLOWEST",
    "Deadline",
    "OutOfTime",
    "RunClock",
    "check",
    "current",
    "within",
]

PAGE_SECONDS = 60.0
"""For a page or metadata, with all attempts and waits."""
ARCHIVE_SECONDS = 180.0
"""For an archive, likewise."""
RUN_SECONDS = 900.0
"""For all that a run does, where the user says nothing."""
SLOWEST = 50_000
"""Bytes per second on average, with which a request may take longer."""


class OutOfTime(Exception):  # noqa: N818 (says what happened)
    """A deadline has passed; the text says which."""


class RunClock:
    """When a run ends. `seconds` None: never."""

    def __init__(self, seconds: float | None = None) -> None:
        self.seconds = seconds
        self.end = float("inf") if seconds is None else time.monotonic() + seconds

    @property
    def is_over(self) -> bool:
        """Whether the run has to end."""
        return time.monotonic() >= self.end

    @property
    def why(self) -> str:
        """What to say where it has ended."""
        return f"the time limit of the run ({self.seconds or 0:,.0f} seconds) is over"


class Deadline:
    """When one piece of work ends that began now."""

    def __init__(self, seconds: float, run: RunClock) -> None:
        self._began = time.monotonic()
        self._seconds = seconds
        self._run = run
        self.received = 0

    @property
    def left(self) -> float:
        """Seconds that are left; at least a moment where enough bytes come."""
        now = time.monotonic()
        left = self._began + self._seconds - now
        if left <= 0 and self.received >= SLOWEST * (now - self._began):
            left = 1.0
        return min(left, self._run.end - now)

    def check(self) -> None:
        """Raise OutOfTime where nothing is left."""
        if self.left > 0:
            return
        if time.monotonic() >= self._run.end:
            raise OutOfTime(self._run.why)
        raise OutOfTime(f"it took more than {self._seconds:,.0f} seconds")


class _Own(threading.local):
    deadline: Deadline | None = None


_own = _Own()


def current() -> Deadline | None:
    """The deadline that the calling thread works within."""
    return _own.deadline


def check() -> None:
    """Raise OutOfTime where the calling thread's deadline has passed."""
    if _own.deadline is not None:
        _own.deadline.check()


@contextmanager
def within(seconds: float, run: RunClock) -> Iterator[Deadline]:
    """Work within a deadline; that of the thread stays where it has one already."""
    if _own.deadline is not None:
        yield _own.deadline
        return
    _own.deadline = deadline = Deadline(seconds, run)
    try:
        deadline.check()
        yield deadline
    finally:
        _own.deadline = None
