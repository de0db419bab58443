"""Tar archives as a stream, compressed or not, member by member within limits.

Source: POSIX.1-2017 pax (ustar and extended headers) and GNU tar's long names and base-256 numbers.
Written here rather than left to `tarfile`, which believes a header's sizes, recurses over chains of
extended headers, and keeps all members. Only regular files are listed; links, devices and folders
hold nothing of their own.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Protocol

from msgspec import Struct

from wheelcheck.index.archives.limits import MAX_UNPACKED_BYTES, ArchiveRefused
from wheelcheck.index.network.deadlines import check

__all__ = ["TarMember", "count_lines", "is_header", "is_tar", "tar_members", "unpacked"]

BLOCK = 512
_CHUNK = 256 << 10
_MAX_HEADER_BYTES = 1 << 20
"""Of one pax or long-name header; honest headers have some hundred bytes."""
_FIELDS_BEFORE = frozenset({b"x", b"X", b"g", b"L", b"K"})
"""Headers about the member that follows."""
_WITHOUT_DATA = frozenset({b"1", b"2", b"3", b"4", b"5", b"6"})
"""Links, devices, folders and pipes."""
_LINKS = (b"1", b"2")
"""Hard links and symbolic links."""


class _Unpacker(Protocol):
    """What bz2 and lzma offer, and `_Gzip` below."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Gzip:
    """zlib's decompressor with the interface of the other two."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(16 + zlib.MAX_WBITS)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max(0, max_length))


def _xz() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(memlimit=256 << 20)


_FORMATS: tuple[tuple[bytes, Callable[[], _Unpacker]], ...] = (
    (b"\x1f\x8b", _Gzip),
    (b"BZh", bz2.BZ2Decompressor),
    (b"\xfd7zXZ\0", _xz),
    (b"\x5d\0\0", _xz),
)


def is_tar(head: bytes) -> bool:
    """Whether a file that begins so is a tar archive, by its content, whatever its name says."""
    return _maker(head) is not None or is_header(head[:BLOCK])


def unpacked(chunks: Iterator[bytes], head: bytes) -> Iterator[bytes]:
    """Undo the compression that `head`, the beginning of `chunks`, shows."""
    make = _maker(head)
    if make is None:
        yield from chunks
        return
    unpacker = make()
    begun = False
    try:
        for chunk in chunks:
            data = chunk
            while data or not unpacker.needs_input:
                begun = True
                check()
                if piece := unpacker.decompress(data, _CHUNK):
                    yield piece
                data = b""
                if unpacker.eof:  # another stream may follow, or padding
                    data = unpacker.unused_data.lstrip(b"\0")
                    unpacker, begun = make(), False
    except (zlib.error, lzma.LZMAError, OSError, EOFError, MemoryError) as error:
        raise ArchiveRefused("its compressed data are damaged") from error
    if begun:
        raise ArchiveRefused("it is cut short")


def _maker(head: bytes) -> Callable[[], _Unpacker] | None:
    return next((make for magic, make in _FORMATS if head.startswith(magic)), None)


class TarMember(Struct, frozen=True):
    """One regular file. `read` gives its content, or `lines` their number without keeping any.

    One of the two can be called, once, before the next member.
    """

    path: str
    size: int
    read: Callable[[], bytes]
    lines: Callable[[], int]


def tar_members(chunks: Iterator[bytes], links: list[str] | None = None) -> Iterator[TarMember]:
    """All regular files of an uncompressed tar stream. Raises ArchiveRefused.

    The paths of links are added to `links`.
    """
    stream = _Stream(chunks)
    fields: dict[str, str] = {}
    while (header := stream.take(BLOCK)).strip(b"\0") or stream.position == 0:
        if not is_header(header):
            raise ArchiveRefused("it is no tar archive, or is damaged")
        kind, size = header[156:157], _number(header[124:136])
        if kind in _FIELDS_BEFORE:
            fields |= _extended(kind, _extended_header(stream, size))
            continue
        path, size, real = _path_and_sizes(header, size, fields)
        fields = {}
        if kind in _LINKS and links is not None:
            links.append(path)
        if kind in _WITHOUT_DATA:
            continue
        if path.endswith("/"):
            stream.skip(size + -size % BLOCK)
            continue
        if kind == b"S":
            raise ArchiveRefused("it holds sparse files")
        end = stream.position + size + -size % BLOCK
        yield TarMember(path, real, partial(stream.exactly, size), partial(stream.lines, size))
        stream.skip(end - stream.position)


def _path_and_sizes(header: bytes, size: int, fields: Mapping[str, str]) -> tuple[str, int, int]:
    """A member's path, its size in the archive and unpacked: an extended header overrides."""
    size = _decimal(fields["size"]) if "size" in fields else size
    path = fields.get("GNU.sparse.name") or fields.get("path") or _path(header)
    return path, size, _decimal(fields.get("GNU.sparse.realsize", str(size)))


def _extended_header(stream: _Stream, size: int) -> bytes:
    """The body of a header that says more of the member behind it."""
    if size > _MAX_HEADER_BYTES:
        raise ArchiveRefused("it has a header of unheard-of size")
    body = stream.exactly(size)
    stream.skip(-size % BLOCK)
    return body


class _Stream:
    """Takes bytes off an iterator of chunks, and counts them."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")
        self.position = 0

    def take(self, length: int) -> bytes:
        """The next bytes, fewer at the end."""
        return b"".join(self._pieces(length))

    def exactly(self, length: int) -> bytes:
        """The next bytes, all of them."""
        data = self.take(length)
        if len(data) < length:
            raise ArchiveRefused("it is cut short")
        return data

    def skip(self, length: int) -> None:
        """Pass over bytes without keeping them."""
        if sum(map(len, self._pieces(length))) < length:
            raise ArchiveRefused("it is cut short")

    def lines(self, length: int) -> int:
        """How many lines the next bytes have; the last one need not be ended."""
        start = self.position
        lines = count_lines(piece.tobytes() for piece in self._pieces(length))
        if self.position - start < length:
            raise ArchiveRefused("it is cut short")
        return lines

    def _pieces(self, length: int) -> Iterator[memoryview]:
        if self.position + length > MAX_UNPACKED_BYTES:
            raise ArchiveRefused("it unpacks to more than any honest source archive")
        while length > 0:
            if not self._rest:
                self._rest = memoryview(next(self._chunks, b""))
                if not self._rest:
                    return
            piece, self._rest = self._rest[:length], self._rest[length:]
            length -= len(piece)
            self.position += len(piece)
            yield piece


def count_lines(pieces: Iterable[bytes]) -> int:
    """How many lines a text has that comes in pieces; the last one need not be ended."""
    ends, last = 0, b"\n"
    for piece in pieces:
        ends += piece.count(b"\n")
        last = piece[-1:] or last
    return ends + (last != b"\n")


def is_header(block: bytes) -> bool:
    """A header's checksum counts its own field as blanks."""
    if len(block) < BLOCK:
        return False
    try:
        checksum = int(block[148:156].strip(b"\0 ") or b"0", 8)
    except ValueError:
        return False
    return checksum == sum(block) - sum(block[148:156]) + 8 * 0x20


def _number(field: bytes) -> int:
    """An octal number, or a base-256 one (GNU) where the first bit is set."""
    if field[0] == 0x80:  # noqa: PLR2004 (GNU's mark of a positive base-256 number)
        return int.from_bytes(field[1:], "big")
    try:
        value = int(field.strip(b"\0 ") or b"0", 8)
    except ValueError as error:
        raise ArchiveRefused("it has a header that is no number") from error
    if value < 0:
        raise ArchiveRefused("it has a negative size")
    return value


def _decimal(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 20):  # noqa: PLR2004 (64 bits)
        raise ArchiveRefused("it has a header that is no number")
    return int(text)


def _path(header: bytes) -> str:
    name = _text(header[:100])
    prefix = _text(header[345:500]) if header[257:263] == b"ustar\0" else ""
    return f"{prefix}/{name}" if prefix else name


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", errors="replace")


def _extended(kind: bytes, body: bytes) -> dict[str, str]:
    """What an extended header says about the member after it."""
    if kind == b"L":
        return {"path": _text(body)}
    if kind in b"gK":  # what holds for all members, and long link targets, is not needed
        return {}
    fields: dict[str, str] = {}
    position = 0
    while position < len(body) and body[position]:
        digits, blank, _ = body[position : position + 20].partition(b" ")
        length = _decimal(digits.decode("ascii", "replace")) if blank else 0
        record = body[position + len(digits) + 1 : position + length - 1]
        key, equals, value = record.partition(b"=")
        if length <= len(digits) + 1 or not equals:
            raise ArchiveRefused("it has a damaged extended header")
        fields[key.decode("utf-8", "replace")] = value.decode("utf-8", "replace")
        position += length
    if "path" in fields:  # a closing slash says nothing here: the kind of member does (as tarfile)
        fields["path"] = fields["path"].rstrip("/")
    return fields
