"""The pyproject.toml of sdists that are being read whole, for those who can begin with it.

It lies in the first quarter of most archives, and says which build requires to look up.
"""

from __future__ import annotations

from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from threading import Lock

__all__ = ["Beginnings"]


class Beginnings:
    """What has passed of files, by their keys. May be used by threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: dict[str, Future[str | None]] = {}

    def expect(self, key: str) -> None:
        """Say that a file will be read whole: `seen` follows, whatever becomes of it."""
        with self._lock:
            self._known.setdefault(key, Future())

    def seen(self, key: str, text: str | None) -> None:
        """Hand on the pyproject.toml of a file; None at its end, in case that it has none."""
        self.expect(key)
        with suppress(InvalidStateError):  # only the first one counts
            self._known[key].set_result(text)

    def wait_for(self, key: str) -> str | None:
        """The pyproject.toml of a file that is being read, as soon as it has passed, else None."""
        with self._lock:
            known = self._known.get(key)
        return None if known is None else known.result()
