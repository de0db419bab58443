"""What is wrong with a cache is reported once, and costs nothing but speed."""

from __future__ import annotations

import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CacheTrouble"]


class CacheTrouble:
    """Calls `warn` once for each kind of trouble. May be used by threads.

    `broken` is set once the folder cannot be used: nothing more is written then.
    """

    def __init__(self, warn: Callable[[str], None]) -> None:
        self.broken = False
        self.has_damaged = False
        self._warn = warn
        self._lock = threading.Lock()

    def fails(self, error: OSError) -> None:
        """The folder is full, read-only, no folder, …"""
        with self._lock:
            first, self.broken = not self.broken, True
        if first:
            self._warn(f"the cache cannot be used ({error.strerror or 'input/output error'})")

    def damaged(self) -> None:
        """Something in it is not what was stored: cut short by a crash, say."""
        with self._lock:
            first, self.has_damaged = not self.has_damaged, True
        if first:
            self._warn("the cache holds damaged entries; they are asked for again")
