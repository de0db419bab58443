"""Zip archives from their directory: wheels by a few byte ranges, without reading the rest.

Source: PKWARE's APPNOTE 6.3 (sections 4.3.12 to 4.3.16, 4.5.3 for Zip64). The directory of a wheel
stands at its end, often together with METADATA (the wheel specification asks for it), so one or two
requests tell what an archive of hundreds of megabytes holds. Nothing that the directory claims is
believed further than `limits` allows.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from enum import IntEnum
from typing import NamedTuple

from wheelcheck.index.archives.limits import (
    MAX_DIRECTORY_BYTES,
    MAX_EXPANSION,
    MAX_MEMBERS,
    MAX_TEXT_BYTES,
    ArchiveRefused,
)
from wheelcheck.index.archives.ranges import TAIL_BYTES, ByteSource

__all__ = [
    "ZipMember",
    "fetch_beginnings",
    "is_text_sized",
    "last_members",
    "member_data",
    "read_member",
    "unpacked",
    "zip_members",
]

_END = struct.Struct("<4s4H2LH")
_END64_PLACE = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_MARK = b"PK\1\2"
"""What an entry of the directory begins with."""
_U32 = 0xFFFF_FFFF
_U16 = 0xFFFF
_LOOK_BACK = 66_000
"""An end record may be followed by a comment of up to 65,535 bytes."""
_WORTH_READING = 8 << 10
"""Bytes between two ranges that are read along: no more than the beginning of a member, which may
have been read before."""
_LZMA_HEADER = 4
_LZMA_MEMORY = 256 << 20
_ENCRYPTED = 0x1
_UTF8 = 0x800
_LINK, _TYPE = 0o120000, 0o170000


class _Method(IntEnum):
    """How a member is packed (APPNOTE 4.4.5)."""

    STORED = 0
    DEFLATED = 8
    BZIP2 = 12
    LZMA = 14


class ZipMember(NamedTuple):
    """One regular file as in the directory; `offset` is that of its local header."""

    path: str
    size: int
    packed: int
    crc: int
    method: int
    offset: int


def zip_members(source: ByteSource) -> Iterator[ZipMember]:
    """All regular files in the order of the directory. Raises ArchiveRefused, FetchFailed."""
    start, length, count, shift = _directory(source)
    if length > MAX_DIRECTORY_BYTES or count > MAX_MEMBERS:
        raise ArchiveRefused(f"it claims to hold {count} members")
    return _members(source.read(start, length), count, shift, source.size)


def last_members(source: ByteSource) -> list[ZipMember]:
    """The regular files whose entries came with the end of the archive.

    The directory's last entries are found by their mark, and as each leads to the next, up to the
    end. None where they are not. Raises ArchiveRefused, FetchFailed.
    """
    start, length, _, shift = _directory(source)
    begin = max(start, source.size - TAIL_BYTES)
    data = source.read(begin, start + length - begin)
    place = data.find(_MARK)
    while place >= 0:
        with suppress(ArchiveRefused):
            return list(_members(data[place:], None, shift, source.size))
        place = data.find(_MARK, place + 1)
    return []


def _members(data: bytes, count: int | None, shift: int, most: int) -> Iterator[ZipMember]:
    """The regular files among the entries of a directory: of so many, or of all in the data.

    `shift` is what all offsets lack, `most` what all members together may take.
    """
    position = number = packed_so_far = 0
    while position < len(data) if count is None else number < count:
        if position + _ENTRY.size > len(data):
            raise ArchiveRefused("its directory is cut short")
        fields = _ENTRY.unpack_from(data, position)
        magic, _, _, flags, method, _, _, crc, packed, size = fields[:10]
        names, extras, comment, _, _, attributes, offset = fields[10:]
        if magic != _MARK:
            raise ArchiveRefused("its directory is damaged")
        position += _ENTRY.size
        name, extra = position + names, position + names + extras
        if flags & _ENCRYPTED:
            raise ArchiveRefused("it is encrypted")
        if _U32 in (size, packed, offset):
            size, packed, offset = _zip64_values(data[name:extra], size, packed, offset)
        path = _path(data[position:name], flags)
        position = extra + comment
        number += 1
        packed_so_far += packed
        if packed_so_far > most or size > packed * MAX_EXPANSION + 64:
            raise ArchiveRefused("its directory claims sizes that cannot be")
        if not path.endswith("/") and (attributes >> 16) & _TYPE != _LINK:
            yield ZipMember(path, size, packed, crc, method, offset + shift)


def _path(name: bytes, flags: int) -> str:
    if name.isascii():  # in both encodings the same
        return name.decode("ascii")
    return name.decode("utf-8" if flags & _UTF8 else "cp437", errors="replace")


def _directory(source: ByteSource) -> tuple[int, int, int, int]:
    """Start, length and number of entries of the directory, and what all offsets lack.

    Something may be put before a zip archive without changing its offsets; `shift` is its length.
    """
    tail_start = max(0, source.size - min(_LOOK_BACK, max(TAIL_BYTES, _END.size)))
    tail = source.read(tail_start, source.size - tail_start)
    place = tail.rfind(b"PK\5\6")
    if place < 0 and tail_start:
        tail_start = max(0, source.size - _LOOK_BACK)
        tail = source.read(tail_start, source.size - tail_start)
        place = tail.rfind(b"PK\5\6")
    if place < 0 or place + _END.size > len(tail):
        raise ArchiveRefused("it is no zip archive, or is cut short")
    _, _, _, _, count, length, start, _ = _END.unpack_from(tail, place)
    end = tail_start + place
    if count == _U16 or _U32 in {length, start}:
        found = _directory64(source, end)
        if found is not None:
            count, length, start, end = found
    shift = end - length - start
    if shift < 0 or length < 0:
        raise ArchiveRefused("its directory does not fit into it")
    return start + shift, length, count, shift


def _directory64(source: ByteSource, end: int) -> tuple[int, int, int, int] | None:
    """Number of entries, length and start of a Zip64 directory, and where its end record stands."""
    if end < _END64_PLACE.size:
        return None
    locator = source.read(end - _END64_PLACE.size, _END64_PLACE.size)
    magic, _, _, _ = _END64_PLACE.unpack(locator)
    if magic != b"PK\6\7":
        return None
    place = end - _END64_PLACE.size - _END64.size
    record = source.read(max(0, place), _END64.size)
    if place < 0 or record[:4] != b"PK\6\6":
        raise ArchiveRefused("its Zip64 directory is damaged")
    count, length, start = _END64.unpack(record)[7:10]
    return count, length, start, place


def _zip64_values(extra: bytes, *values: int) -> Iterator[int]:
    """The values of an entry, with those that overflow taken from its extra field."""
    sizes = _zip64_sizes(extra)
    return (next(sizes, value) if value == _U32 else value for value in values)


def _zip64_sizes(extra: bytes) -> Iterator[int]:
    """The 64-bit values of the extra field 1: those, in order, that overflow in the entry."""
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, position)
        if kind == 1:
            field = extra[position + 4 : position + 4 + length]
            yield from (value for (value,) in struct.iter_unpack("<Q", field[: length // 8 * 8]))
            return
        position += 4 + length


def is_text_sized(member: ZipMember) -> bool:
    """Whether a member is no longer than a text may be."""
    return max(member.size, member.packed) <= MAX_TEXT_BYTES


def read_member(source: ByteSource, member: ZipMember) -> bytes | None:
    """The content of a member; None where it is longer than a text may be.

    Raises ArchiveRefused where it is not what the directory says, FetchFailed.
    """
    if not is_text_sized(member):
        return None
    data = member_data(source, member, member.packed)
    content = unpacked(data, member)
    if len(content) != member.size or zlib.crc32(content) != member.crc:
        raise ArchiveRefused(f"the member {member.path!r} is damaged")
    return content


def _member_range(member: ZipMember, packed: int) -> tuple[int, int]:
    """Where the first `packed` bytes of a member lie, its header included."""
    length = _LOCAL.size + len(member.path.encode("utf-8", "replace")) + 64
    return member.offset, member.offset + length + min(packed, member.packed)


def fetch_beginnings(source: ByteSource, beginnings: Iterable[tuple[ZipMember, int]]) -> None:
    """Fetch side by side the first bytes of several members that will be read.

    Parameters:
        source: The archive.
        beginnings: Members, each with a number of bytes as they lie in the archive.
    """
    ranges: list[tuple[int, int]] = []
    for member, packed in sorted(beginnings, key=lambda each: each[0].offset):
        start, end = _member_range(member, packed)
        if ranges and start - ranges[-1][1] < _WORTH_READING:
            ranges[-1] = ranges[-1][0], max(end, ranges[-1][1])
        else:
            ranges.append((start, end))
    source.read_many(ranges)


def member_data(source: ByteSource, member: ZipMember, packed: int) -> bytes:
    """The first `packed` bytes of a member as they lie in the archive.

    Raises ArchiveRefused where it is not there, FetchFailed.
    """
    # the local header repeats the name and has extra fields of a length of its own
    begin, end = _member_range(member, packed)
    data = source.read(begin, end - begin)
    if len(data) < _LOCAL.size or data[:4] != b"PK\3\4":
        raise ArchiveRefused("a member is not where the directory says")
    names, extras = _LOCAL.unpack_from(data)[-2:]
    start = _LOCAL.size + names + extras
    if start + packed > len(data):
        data = source.read(member.offset, start + packed)
    return data[start : start + packed]


def unpacked(data: bytes, member: ZipMember) -> bytes:
    """What the first bytes of a member unpack to, at most a byte more than its size.

    Deflated, or packed with bzip2 or LZMA, which pip reads as well (APPNOTE 4.4.5 and 5.8.8).
    Raises ArchiveRefused.
    """
    most = member.size + 1
    try:
        match member.method:
            case _Method.STORED:
                return data
            case _Method.DEFLATED:
                return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, most)
            case _Method.BZIP2:
                import bz2

                return bz2.BZ2Decompressor().decompress(data, most)
            case _Method.LZMA:
                return _unpacked_lzma(data, most)
            case _:
                why = f"the member {member.path!r} is packed by an unusual method"
                raise ArchiveRefused(why)
    except (zlib.error, OSError, EOFError, ValueError, MemoryError) as error:
        raise ArchiveRefused(f"the member {member.path!r} is damaged") from error


def _unpacked_lzma(data: bytes, most: int) -> bytes:
    """A raw LZMA stream behind two numbers and its properties, read as the old .lzma format."""
    import lzma

    (length,) = struct.unpack_from("<2xH", data) if len(data) > _LZMA_HEADER else (0,)
    properties = data[_LZMA_HEADER : _LZMA_HEADER + length]
    unknown_size = b"\xff" * 8
    stream = properties + unknown_size + data[_LZMA_HEADER + length :]
    unpacker = lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=_LZMA_MEMORY)
    try:
        return unpacker.decompress(stream, most)
    except lzma.LZMAError as error:
        raise ValueError("no LZMA stream") from error
