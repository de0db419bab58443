"""The disk cache: files that a crash or a second run cannot harm.

Most entries are files of their own, written beside their place and then renamed into it, which is
atomic; readers see the old entry, the new one or none. Core metadata share a `Journal`. What cannot
be decoded counts as absent. A directory that cannot be written (full, read-only, not a directory)
is warned of once and costs only speed.

Five kinds: ``pages`` (with the validators of HTTP, revalidated), ``metadata`` and ``listings``
(facts of a file: kept for ever under its URL without query and credentials plus its strongest hash
or, where there is none, its size). Several indexes may claim the same hash for different files, so
the hash alone is not the key: one index cannot answer for another. ``derived`` is what was
concluded from an sdist, with the mark of the code that did. ``answers`` are whole reports with what
they were made from (see `wheelcheck.result_cache.report_cache`); ``meanings`` and ``solving`` hold
what serves other questions. No secret is ever stored.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import sys
import threading
import time
import zlib
from contextlib import suppress
from pathlib import Path

from wheelcheck.index.cache.cache_trouble import CacheTrouble
from wheelcheck.index.cache.handover import Handover
from wheelcheck.index.cache.journal import Journal

TYPE_CHECKING = False
if TYPE_CHECKING:  # an answer that is given again is given before `typing` would be imported
    from collections.abc import Callable, Mapping
    from typing import Literal, TypeVar

    Kind = Literal["pages", "listings", "derived", "answers", "meanings", "solving"]
    _T = TypeVar("_T")

__all__ = [
    "FORMAT",
    "JOURNAL",
    "KINDS",
    "OF_REPORTS",
    "TAG",
    "Cache",
    "cache_key",
    "default_cache_dir",
]

FORMAT = "v3"
"""Folder of the present format; entries of another one are never read."""

KINDS: tuple[Kind, ...] = ("pages", "listings", "derived", "answers")
"""Folders with one file for each entry."""
OF_REPORTS: tuple[Kind, ...] = ("meanings", "solving")
"""Folders of what helps to answer the next question: the answers by what their questions mean,
whose entries are those of `answers`, and what the solver was answered."""

JOURNAL = "metadata"
"""The one file for core metadata."""

TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# A cache of wheelcheck; delete it at will.\n"
_SUM_BYTES = 4
_FOLDER_DIGITS = 1
"""Of a key: a folder takes three times as long to make as a file, and 300 pages fill 16 of them."""
_SECOND = 10**9  # in nanoseconds


def default_cache_dir(environ: Mapping[str, str]) -> Path:
    """The user's cache directory by the custom of the platform, XDG_CACHE_HOME first.

    A folder that earlier releases filled is used as long as the other does not exist.
    """
    if xdg := environ.get("XDG_CACHE_HOME"):
        return Path(xdg) / "wheelcheck"
    home = Path.home()
    if sys.platform not in {"win32", "darwin"}:
        # as platformdirs has it; its import would take as long as a repeated answer
        return home / ".cache" / "wheelcheck"
    from platformdirs import user_cache_path

    folder = user_cache_path("wheelcheck", appauthor=False)
    local = Path(environ.get("LOCALAPPDATA") or home / "AppData/Local")
    windows = sys.platform == "win32"
    earlier = local / "wheelcheck/Cache" if windows else home / "Library/Caches/wheelcheck"
    return earlier if earlier.is_dir() and not folder.is_dir() else folder


def _checksum(*parts: bytes) -> bytes:
    found = 0
    for part in parts:
        found = zlib.crc32(part, found)
    return found.to_bytes(_SUM_BYTES, "big")


def cache_key(*parts: str) -> str:
    """A file name for a key of any length."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:40]


class Cache:
    """Entries below `root`. `clock` gives seconds since the epoch. May be used by threads."""

    def __init__(
        self,
        root: Path,
        warn: Callable[[str], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._root = root / FORMAT
        self._folder = f"{self._root}{os.sep}"
        self.trouble = CacheTrouble(warn)
        self.handover = Handover()
        self._clock = clock
        self._made: set[Path] = set()
        self._serial = itertools.count()
        self._waiting: dict[tuple[Kind, str], tuple[int, tuple[bytes, ...]]] | None = None
        self._writing = threading.Lock()
        """Held from when an entry no longer waits until it is written."""
        self.metadata = Journal(self._root / JOURNAL, self.trouble, self._make, self.handover)
        """Core metadata, by key."""

    def close(self) -> None:
        """Write what waits to be written."""
        while self.write_next():
            pass
        self.metadata.close()

    def put_off(self) -> None:
        """Have pages wait to be written, until `write_next` or `close`."""
        self._waiting = {}

    def write_next(self) -> bool:
        """Write a page that waits for it; false where none does, and none is being written."""
        with self._writing:
            if not self._waiting:
                return False
            (kind, key), entry = self._waiting.popitem()
            self._write(kind, key, *entry)
        return True

    def get(self, kind: Kind, key: str, decode: Callable[[bytes], _T]) -> _T | None:
        """The entry as `decode` reads it; None where it is absent, damaged or no such thing.

        Its checksum is looked at first, since parts of a page are decoded long after this.
        """
        found = self.get_dated(kind, key, decode)
        return None if found is None else found[0]

    def get_dated(
        self, kind: Kind, key: str, decode: Callable[[bytes], _T]
    ) -> tuple[_T, int] | None:
        """The entry, and when it was stored or confirmed, in nanoseconds since the epoch."""
        if self._waiting is not None:
            with self._writing:
                entry = self._waiting.pop((kind, key), None)
                if entry is not None:
                    self._write(kind, key, *entry)
        found = self.handover.take(kind, key) or self._read(kind, key)
        if found is None:
            return None
        stored_at, data = found
        try:
            return decode(data), stored_at
        except ValueError:  # written by another version, or for another reader
            return None

    def _read(self, kind: Kind, key: str) -> tuple[int, bytes] | None:
        """When an entry was stored, and its bytes; None where it is absent or damaged."""
        try:
            with self._path(kind, key).open("rb", buffering=0) as file:
                stored_at = os.fstat(file.fileno()).st_mtime_ns
                data = file.read()
        except FileNotFoundError:
            return None
        except OSError as error:
            self.trouble.fails(error)
            return None
        if data[:_SUM_BYTES] != _checksum(data[_SUM_BYTES:]):  # cut short by a crash, say
            self.trouble.damaged()
            return None
        return stored_at, data[_SUM_BYTES:]

    def put(self, kind: Kind, key: str, *parts: bytes) -> int:
        """Store an entry whole, or not at all; when that was, in nanoseconds since the epoch.

        It may come in `parts`, which are not put together in memory.
        """
        now = self._now()
        self.handover.add(kind, key, now, *parts)
        if self._waiting is not None and kind == "pages":
            self._waiting[kind, key] = now, parts
        else:
            self._write(kind, key, now, parts)
        return now

    def _write(self, kind: Kind, key: str, stored_at: int, parts: tuple[bytes, ...]) -> None:
        if self.trouble.broken:
            return
        path = self._path(kind, key)
        draft = path.with_name(f".{os.getpid()}-{threading.get_ident()}-{next(self._serial)}")
        try:
            self._make(path.parent)
            with draft.open("wb") as file:
                file.write(_checksum(*parts))
                file.writelines(parts)
            os.utime(draft, ns=(stored_at, stored_at))
            draft.replace(path)
        except OSError as error:
            self.trouble.fails(error)
            with suppress(OSError):
                draft.unlink(missing_ok=True)

    def stored_at(self, kind: Kind, key: str) -> int | None:
        """When an entry was stored or confirmed; None where it is absent."""
        try:
            # pathlib would take three times as long, for hundreds of pages
            place = f"{self._folder}{kind}{os.sep}{key[:_FOLDER_DIGITS]}{os.sep}{key}"
            return os.stat(place).st_mtime_ns  # noqa: PTH116
        except OSError:
            return None

    def is_fresh(self, stored_at: int, seconds: float) -> bool:
        """Whether what was stored then may still be used after so many seconds.

        What comes from the future (a clock was set back) is stale.
        """
        return -_SECOND <= self._now() - stored_at < seconds * _SECOND

    def trim(self, kind: Kind, most: int) -> None:
        """Leave no more than so many entries, the newest."""
        entries = {}
        for path in (self._root / kind).glob("*/*"):
            with suppress(OSError):  # another run has trimmed it
                entries[path] = path.stat().st_mtime_ns
        for path in sorted(entries, key=entries.__getitem__, reverse=True)[most:]:
            with suppress(OSError):
                path.unlink()

    def confirm(self, kind: Kind, key: str) -> int:
        """The index says that this entry still holds: it is as new as today's."""
        now = self._now()
        self.handover.add(kind, key, now)
        try:
            os.utime(self._path(kind, key), ns=(now, now))
        except FileNotFoundError:  # cleared meanwhile
            pass
        except OSError as error:
            self.trouble.fails(error)
        return now

    def _now(self) -> int:
        return int(self._clock() * _SECOND)

    def _path(self, kind: Kind, key: str) -> Path:
        return self._root / kind / key[:_FOLDER_DIGITS] / key

    def _make(self, folder: Path) -> None:
        if folder in self._made:
            return
        folder.mkdir(parents=True, exist_ok=True)
        tag = self._root.parent / "CACHEDIR.TAG"
        if not tag.exists():
            tag.write_text(TAG, encoding="utf-8")
        self._made.add(folder)
