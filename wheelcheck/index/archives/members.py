"""The beginnings of a wheel's members, and whole members, by byte ranges.

A deflated member can be read from its beginning alone, so its first bytes cost little however long
it is. What was read is counted, and nothing is inflated further than it was asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

from wheelcheck.index.archives.archive import checked_path
from wheelcheck.index.archives.limits import ArchiveRefused
from wheelcheck.index.archives.ranges import ArchiveEnds, ByteSource, HttpBytes, open_local
from wheelcheck.index.archives.zips import (
    ZipMember,
    fetch_beginnings,
    member_data,
    unpacked,
    zip_members,
)
from wheelcheck.index.interface import DistributionFile
from wheelcheck.index.network.http import Http
from wheelcheck.index.network.urls import local_path

__all__ = ["WheelBytes", "open_wheel"]

_ALL_AT_ONCE = 1 << 20
_WORTH_ALL = 3
"""A wheel of up to this size (bytes) is fetched by one request, where a third of it is wanted."""


class WheelBytes:
    """The members of an open wheel. All methods raise ArchiveRefused and FetchFailed."""

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self._members: dict[str, ZipMember] = {}
        for member in zip_members(source):
            self._members[checked_path(member.path)] = member
        self.sizes = {path: (member.size, member.packed) for path, member in self._members.items()}
        """Path → unpacked and packed bytes, as the directory says."""

    def announce(self, beginnings: Mapping[str, int]) -> None:
        """Fetch side by side the first bytes of several members that will be read.

        Parameters:
            beginnings: Path → bytes as they lie in the archive.
        """
        wanted = sum(min(packed, self._members[path].packed) for path, packed in beginnings.items())
        if self._source.size <= min(_ALL_AT_ONCE, _WORTH_ALL * wanted):
            self._source.read(0, self._source.size)
            return
        fetch_beginnings(
            self._source,
            ((self._members[path], packed) for path, packed in beginnings.items()),
        )

    def remember(self) -> None:
        """Have a later reader of the run find what was fetched."""
        self._source.remember()

    def beginning(self, path: str, packed: int) -> tuple[bytes, bool]:
        """What the first `packed` bytes of a member unpack to, and whether that is all of it.

        Parameters:
            path: A key of `sizes`.
            packed: Bytes as they lie in the archive; a member is never read beyond its end.
        """
        member = self._members[path]
        packed = min(packed, member.packed)
        data = member_data(self._source, member, packed)
        content = unpacked(data, member)
        if len(content) > member.size:
            raise ArchiveRefused(f"the member {path!r} is longer than the directory says")
        return content, packed == member.packed and len(content) == member.size


@contextmanager
def open_wheel(
    http: Http, file: DistributionFile, ends: ArchiveEnds | None = None
) -> Iterator[WheelBytes]:
    """Open a wheel wherever it lies. Raises ArchiveRefused, FetchFailed."""
    path = local_path(file.url)
    if path is not None:
        with open_local(path) as source:
            yield WheelBytes(source)
        return
    with closing(HttpBytes(http, file.url, file.size, file.hashes, ends)) as remote:
        yield WheelBytes(remote)
