"""Whether the process is the command line's own, so that it may fork.

Importing this must stay cheap: a cached answer is written before anything is fetched.
"""

from __future__ import annotations

import os
import threading

__all__ = ["allow_fetchers", "possible_fetchers"]

FETCHERS = 2
"""Processes that fetch for the first one: it waits for two half as long, and each takes 45 MB."""

_allowed = False


def allow_fetchers() -> None:
    """Let what this process opens fork. The command line may: it has no threads, and no guests."""
    global _allowed  # noqa: PLW0603 (of the process: it is nobody else's)
    _allowed = True


def possible_fetchers() -> int:
    """How many fetchers may be forked now: none where they would not have a CPU.

    On Linux alone: elsewhere a library of the system may not survive a fork.
    """
    if not _allowed or not hasattr(os, "sched_getaffinity") or threading.active_count() > 1:
        return 0
    return FETCHERS if len(os.sched_getaffinity(0)) > 1 else 0
