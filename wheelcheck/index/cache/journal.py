"""Many small facts in one file, which is read at once and only ever appended to.

A run asks for the core metadata of hundreds of releases, a few hundred bytes each: as files of
their own they took longer to write than to fetch. A record is appended with a single write, so that
runs beside each other need no lock; what a crash cuts short is passed over, up to the mark with
which the next record begins.
"""

from __future__ import annotations

import os
import struct
import threading
import zlib
from pathlib import Path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeVar

    from wheelcheck.index.cache.cache_trouble import CacheTrouble
    from wheelcheck.index.cache.handover import Handover

    _T = TypeVar("_T")

__all__ = ["Journal"]

LARGEST = 16_000_000
"""Bytes of a file (some twenty thousand releases); beyond them the older half is left behind."""
PENDING = 200_000
"""Bytes that wait to be written: what a run that is killed may lose."""

KIND = "metadata"
"""What its records are called where entries of all kinds are handed over."""

_MARK = b"\0wc\n"
_HEAD = struct.Struct(">4sII")  # the mark, size and checksum of what follows
_KEY_BYTES = 20


class Journal:
    """Values by hexadecimal keys of 40 digits, in the file at `path`. May be used by threads.

    Close it, or what was put last is lost.
    """

    def __init__(
        self,
        path: Path,
        trouble: CacheTrouble,
        prepare: Callable[[Path], None],
        handover: Handover,
    ) -> None:
        self._handover = handover
        self._path = path
        self._trouble = trouble
        self._prepare = prepare
        self._lock = threading.Lock()
        self._known: dict[bytes, bytes] | None = None
        self._pending: list[bytes] = []
        self._waiting = 0

    def get(self, key: str, decode: Callable[[bytes], _T]) -> _T | None:
        """The value as `decode` reads it; None where there is none or it raises ValueError."""
        known = self._known
        if known is None:
            with self._lock:
                known = self._known = self._read() if self._known is None else self._known
        received = self._handover.take(KIND, key)
        if received is not None:
            known[bytes.fromhex(key)] = received[1]
        data = known.get(bytes.fromhex(key))
        if data is not None and received is None:  # it may wait to be written, for another reader
            self._handover.add(KIND, key, 0, data)
        try:
            return None if data is None else decode(data)
        except ValueError:  # written by another version
            return None

    def put(self, key: str, data: bytes) -> None:
        """Keep a value, for this run at once and for others soon."""
        self._handover.add(KIND, key, 0, data)
        body = bytes.fromhex(key) + data
        with self._lock:
            if self._known is not None:
                self._known[body[:_KEY_BYTES]] = data
            self._pending.append(_HEAD.pack(_MARK, len(body), zlib.crc32(body)) + body)
            self._waiting += len(body)
            if self._waiting > PENDING:
                self._write()

    def close(self) -> None:
        """Write what waits to be written."""
        with self._lock:
            self._write()

    def _read(self) -> dict[bytes, bytes]:
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return {}
        except OSError as error:
            self._trouble.fails(error)
            return {}
        found = {body[:_KEY_BYTES]: body[_KEY_BYTES:] for body in self._bodies(data)}
        if len(data) > LARGEST:
            self._replace(data[-LARGEST // 2 :])
        return found

    def _bodies(self, data: bytes) -> Iterator[bytes]:
        place = 0
        while place < len(data):
            start = data.find(_MARK, place)
            if start != place:
                self._trouble.damaged()
            body = _body_at(data, start) if start >= 0 else None
            if body is not None:
                yield body
                place = start + _HEAD.size + len(body)
            elif start >= 0:
                self._trouble.damaged()
                place = start + len(_MARK)
            else:
                return

    def _write(self) -> None:
        written, self._pending, self._waiting = self._pending, [], 0
        if not written or self._trouble.broken:
            return
        try:
            self._prepare(self._path.parent)
            file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
            try:
                os.write(file, b"".join(written))
            finally:
                os.close(file)
        except OSError as error:
            self._trouble.fails(error)

    def _replace(self, data: bytes) -> None:
        """Start again with records whose first may be cut: readers skip it."""
        draft = self._path.with_name(f".{os.getpid()}-{self._path.name}")
        try:
            draft.write_bytes(data[max(data.find(_MARK), 0) :])
            draft.replace(self._path)
        except OSError as error:
            self._trouble.fails(error)


def _body_at(data: bytes, start: int) -> bytes | None:
    """What a record holds; None where it is cut short or altered."""
    if start + _HEAD.size > len(data):
        return None
    _, size, checksum = _HEAD.unpack_from(data, start)
    body = data[start + _HEAD.size : start + _HEAD.size + size]
    whole = _KEY_BYTES <= size == len(body) and zlib.crc32(body) == checksum
    return body if whole else None
