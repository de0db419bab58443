"""Entries of the cache on their way from a process that fetches to another."""

from __future__ import annotations

import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    Entry = tuple[str, str, int, bytes]

__all__ = ["Handover"]


class _Own(threading.local):
    stored: list[Entry] | None = None


class Handover:
    """What was stored by one process, and is read by another. May be used by threads.

    An entry is its kind, its key, when it was stored (nanoseconds since the epoch; 0 for what must
    not be stored) and its bytes, which are empty where an index has confirmed what is stored.
    """

    def __init__(self) -> None:
        self._own = _Own()
        self._received: dict[tuple[str, str], tuple[int, bytes]] = {}
        self._pages: set[str] = set()

    def begin(self) -> None:
        """Gather what the calling thread stores from now on."""
        self._own.stored = []

    def end(self) -> list[Entry]:
        """What the calling thread has stored since `begin`."""
        stored, self._own.stored = self._own.stored or [], None
        return stored

    def add(self, kind: str, key: str, stored_at: int, *parts: bytes) -> None:
        """Say that the calling thread has stored an entry, or found what waits to be stored."""
        if self._own.stored is not None:
            self._own.stored.append((kind, key, stored_at, b"".join(parts)))

    def receive(self, entries: Iterable[Entry]) -> None:
        """Take over what another process has stored."""
        for kind, key, stored_at, data in entries:
            if kind == "pages":
                self._pages.add(key)
            if data:
                self._received[kind, key] = stored_at, data

    def take(self, kind: str, key: str) -> tuple[int, bytes] | None:
        """When an entry was stored, and its bytes; once. A second reader finds it in the cache."""
        return self._received.pop((kind, key), None)

    def has_page(self, key: str) -> bool:
        """Whether a page was fetched or confirmed for this run."""
        return key in self._pages
