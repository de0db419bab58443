"""A heap that all threads share, so that each can use what another frees."""

from __future__ import annotations

import sys
from contextlib import suppress

__all__ = ["share_heap"]

_M_ARENA_MAX = -8
"""Number of the parameter (malloc.h of glibc)."""


def share_heap() -> None:
    """Have the threads of this process share a heap, where its C library is glibc.

    By default glibc gives threads up to eight heaps a core. Those that fetch and read archives then
    hold a fifth of all memory that nobody uses. As Python runs a single thread at a time, they
    hardly ever wait for a heap that they share.

    Source: mallopt(3).
    """
    if not sys.platform.startswith("linux"):
        return
    with suppress(ImportError, AttributeError, OSError):  # musl has no such function
        import ctypes

        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
