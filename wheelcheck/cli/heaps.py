"""The heap of the process: one for all threads, and no larger than it must be."""

from __future__ import annotations

import sys
from contextlib import suppress

__all__ = ["share_heap", "trim_heap"]

_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3
"""Numbers of the parameters (malloc.h of glibc)."""
_LARGE = 1 << 20
"""Bytes."""


def share_heap() -> None:
    """Have the threads of this process share a heap, where its C library is glibc.

    By default glibc gives threads up to eight heaps a core. Those that fetch and read archives then
    hold a fifth of all memory that nobody uses. As Python runs a single thread at a time, they
    hardly ever wait for a heap that they share.

    Large blocks stay outside: such a block grows without a copy, as a report does that is written,
    and leaves no hole. By default glibc takes them into the heap once some have been given back.

    Source: mallopt(3).
    """
    _call("mallopt", _M_ARENA_MAX, 1)
    _call("mallopt", _M_MMAP_THRESHOLD, _LARGE)


def trim_heap() -> None:
    """Give the system what is free inside the heap, where the C library is glibc.

    Source: malloc_trim(3).
    """
    _call("malloc_trim", 0)


def _call(function: str, *arguments: int) -> None:
    """Call a function of the C library on Linux, where it has it: musl has neither."""
    if sys.platform.startswith("linux"):
        with suppress(ImportError, AttributeError, OSError):
            import ctypes

            getattr(ctypes.CDLL(None), function)(*arguments)
