"""Archives that are read here and there: bytes in memory, a local file, or ranges over HTTP."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import SpooledTemporaryFile
from threading import Lock
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Protocol

from wheelcheck.index.archives.digests import Digest
from wheelcheck.index.archives.limits import (
    MAX_COMPRESSED_BYTES,
    MAX_DIRECTORY_BYTES,
    ArchiveRefused,
)
from wheelcheck.index.network.deadlines import check
from wheelcheck.index.network.failures import FetchFailed
from wheelcheck.index.network.http import Http
from wheelcheck.regular_files import is_regular, is_there

if TYPE_CHECKING:
    from wheelcheck.index.network.connections import Answer

__all__ = ["ArchiveEnds", "ByteSource", "FileBytes", "HttpBytes", "open_local"]

TAIL_BYTES = 32 << 10
"""What is read first: the end of a zip archive, where its directory and often METADATA stand."""
GAP_BYTES = 8 << 10
"""A range is read at least this long, so that neighbours come along."""
MOST_OF_END = 1 << 20
"""Bytes of an archive's end that are stored."""
IN_MEMORY_BYTES = 8 << 20
MAX_RANGE = MAX_DIRECTORY_BYTES + (1 << 20)
"""Bytes of one answer: the longest that is read at once is a directory."""
AT_ONCE = 8
"""Ranges of one file that are fetched side by side."""
MOST_REMEMBERED = 8 << 20
"""Of files that are read on later, more than their ends."""
NO_SUCH_RANGE = frozenset({400, 416, 501})
"""What servers answer that do not know ranges, or not this one."""
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)", re.ASCII)


_NO_HASHES: Mapping[str, str] = MappingProxyType({})
_OTHER_BYTES = "its server answers with other bytes than those requested"


class ByteSource(Protocol):
    """Random access to `size` bytes."""

    size: int

    def read(self, start: int, length: int) -> bytes:
        """Exactly these bytes, fewer only at the end. Raises FetchFailed."""

    def read_many(self, ranges: Sequence[tuple[int, int]]) -> None:
        """Fetch several ranges (start, end) side by side, so that reading them costs nothing."""

    def remember(self) -> None:
        """Have a later reader of the run find what was fetched, as far as there is room for it."""


class FileBytes:
    """A seekable file."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.size = file.seek(0, io.SEEK_END)

    def read(self, start: int, length: int) -> bytes:
        """Exactly these bytes, fewer only at the end."""
        self._file.seek(start)
        return self._file.read(length)

    def read_many(self, ranges: Sequence[tuple[int, int]]) -> None:
        """Nothing to do: the file is here."""

    def remember(self) -> None:
        """Nothing to do: the file stays here."""


@contextmanager
def open_local(path: Path) -> Iterator[FileBytes]:
    """A file of this machine. Raises FetchFailed."""
    if is_there(path) and not is_regular(path):
        raise FetchFailed("it is not a regular file")
    try:
        with path.open("rb") as file:
            yield FileBytes(file)
    except FileNotFoundError as error:
        raise FetchFailed("there is no such file", status=404) from error
    except ValueError as error:
        raise FetchFailed("its name is no name of a file", status=404) from error
    except OSError as error:
        raise FetchFailed(error.strerror or "it cannot be read") from error


class ArchiveEnds:
    """The ends of remote archives that were read in a run: their directories, for a second reader.

    Metadata, listing and members of a wheel are read one after another, each by its directory. The
    oldest ends are dropped where they take more than `most` bytes together. Of files that are read
    on later, `more` bytes of other blocks are stored at most.
    """

    def __init__(self, most: int = 32 << 20, more: int = MOST_REMEMBERED) -> None:
        self._left = most
        self._left_for_more = more
        self._more: dict[str, list[tuple[int, bytes]]] = {}
        self._known: dict[str, tuple[int, tuple[int, bytes]]] = {}
        self._lock = Lock()

    def of(self, url: str) -> tuple[int, list[tuple[int, bytes]]] | None:
        """The size of a file and its blocks, first its end: each begin, and bytes.

        What else was stored of it is for one reader.
        """
        with self._lock:
            known, more = self._known.get(url), self._more.pop(url, [])
            self._left_for_more += _size(more)
            return known and (known[0], [known[1], *more])

    def add(
        self, url: str, size: int, blocks: Sequence[tuple[int, bytes]], *, all_of_them: bool = False
    ) -> None:
        """Add a file, whose first block is its end."""
        (start, data), *more = blocks
        end = start + len(data)
        data = data[-MOST_OF_END:]
        more = more if all_of_them else []
        with self._lock:
            self._drop(url)
            self._known[url] = (size, (end - len(data), data))
            self._left -= len(data)
            if _size(more) <= self._left_for_more:
                self._more[url] = more
                self._left_for_more -= _size(more)
            while self._left < 0:
                self._drop(next(iter(self._known)))

    def _drop(self, url: str) -> None:
        _, (_, end) = self._known.pop(url, (0, (0, b"")))
        self._left += len(end)
        self._left_for_more += _size(self._more.pop(url, []))


def _size(blocks: Iterable[tuple[int, bytes]]) -> int:
    return sum(len(data) for _, data in blocks)


class HttpBytes:
    """A remote file, read by ranges; the whole of it where the server knows no ranges.

    What was read is kept until `close`, so neighbouring reads cost one request. Where all of it
    comes in one answer, that is compared with the `hashes`: HashMismatch.
    """

    def __init__(
        self,
        http: Http,
        url: str,
        size: int | None,
        hashes: Mapping[str, str] = _NO_HASHES,
        ends: ArchiveEnds | None = None,
    ) -> None:
        self._http = http
        self._ends = ends
        self._digest = Digest(hashes)
        self._url = url
        self._blocks: list[tuple[int, bytes]] = []
        self._whole: SpooledTemporaryFile[bytes] | None = None
        self._is_read_on = False
        self.size = size or 0
        known = ends.of(url) if ends is not None else None
        if known is not None:
            self.size, self._blocks = known[0], list(known[1])
            return
        try:
            self._fetch_tail(size)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Forget all bytes but those of the end, and what is read on later."""
        if self._ends is not None and self._whole is None and self._blocks:
            self._ends.add(self._url, self.size, self._blocks, all_of_them=self._is_read_on)
        self._blocks.clear()
        if self._whole is not None:
            self._whole.close()

    def remember(self) -> None:
        """Have a later reader of the run find what was fetched."""
        self._is_read_on = True

    def read(self, start: int, length: int) -> bytes:
        """Exactly these bytes, fewer only at the end. Raises FetchFailed."""
        check()
        length = min(length, self.size - start)
        if self._whole is not None:
            self._whole.seek(start)
            return self._whole.read(length)
        known = self._known(start, length)
        if known is None:
            begin = self._missing_from(start)
            end = self._missing_to(min(self.size, start + max(length, GAP_BYTES)), begin)
            self._fetch(f"bytes={begin}-{end - 1}", begin)
            return self._fetched(start, length)
        return known

    def _fetched(self, start: int, length: int) -> bytes:
        """What was just fetched; less than that would be asked for again and again."""
        if self._whole is not None:
            return self.read(start, length)
        found = self._known(start, min(length, self.size - start))
        if found is None:
            raise FetchFailed(_OTHER_BYTES)
        return found

    def _known(self, start: int, length: int) -> bytes | None:
        for begin, block in self._blocks:
            if begin <= start and start + length <= begin + len(block):
                return block[start - begin : start - begin + length]
        return None

    def _missing_from(self, start: int) -> int:
        """Where the bytes begin that were not read yet: more of a member is read than before."""
        ends = [begin + len(block) for begin, block in self._blocks[1:] if begin <= start]
        return max((end for end in ends if end > start), default=start)

    def _missing_to(self, end: int, begin: int) -> int:
        """Where the end of the file begins that was read first, if that is nearer."""
        known = self._blocks[0][0]
        return min(end, known) if begin < known else end

    def read_many(self, ranges: Sequence[tuple[int, int]]) -> None:
        """Fetch several ranges side by side. Raises FetchFailed."""
        if self._whole is not None:
            return
        missing = [
            (self._missing_from(start), min(end, self.size))
            for start, end in ranges
            if start < self.size and not self._has(start, min(end, self.size))
        ]
        if not missing:
            return
        with ThreadPoolExecutor(min(AT_ONCE, len(missing))) as pool:
            for done in [
                pool.submit(self._fetch, f"bytes={start}-{end - 1}", start)
                for start, end in missing
            ]:
                done.result()

    def _has(self, start: int, end: int) -> bool:
        return any(begin <= start and end <= begin + len(block) for begin, block in self._blocks)

    def _fetch_tail(self, size: int | None) -> None:
        """The end, by the size that the index gives, else by a suffix range, else all of it.

        A size may be wrong, and some servers know no suffix ranges.
        """
        tries: list[tuple[str, int | None]] = [(f"bytes=-{TAIL_BYTES}", None), ("bytes=0-", 0)]
        if size:
            start = max(0, size - TAIL_BYTES)
            tries.insert(0, (f"bytes={start}-{size - 1}", start))
        for spec, start_or_none in tries[:-1]:
            try:
                return self._fetch(spec, start_or_none)
            except FetchFailed as failure:
                if failure.status not in NO_SUCH_RANGE:
                    raise
        return self._fetch(*tries[-1])

    def _fetch(self, spec: str, start: int | None) -> None:
        def attempt() -> None:
            headers = {"Range": spec, "Accept-Encoding": "identity"}
            with self._http.open(self._url, headers) as (response, _):
                if response.status_code == 206:  # noqa: PLR2004 (Partial Content)
                    self._take_range(response, start)
                else:
                    self._take_whole(response)

        self._http.retrying(self._url, attempt)

    def _take_range(self, response: Answer, start: int | None) -> None:
        content_range = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", ""))
        if content_range is None or (start is not None and int(content_range[1]) != start):
            raise FetchFailed(_OTHER_BYTES)
        first, last = int(content_range[1]), int(content_range[2])
        block = b"".join(_limited(response.iter_raw(), min(last - first + 1, MAX_RANGE)))
        total = int(content_range[3]) if content_range[3] != "*" else self.size
        if len(block) != last - first + 1 or not total or (self._blocks and total != self.size):
            raise FetchFailed(_OTHER_BYTES)
        if first == 0 and len(block) == total:
            self._digest.compare(block)
        self.size = total
        self._add(first, block)

    def _add(self, first: int, block: bytes) -> None:
        """Add bytes to those that they continue; blocks are read side by side."""
        if self._blocks and first + len(block) == self._blocks[0][0]:
            self._blocks[0] = (first, block + self._blocks[0][1])
            return
        for place, (begin, known) in enumerate(self._blocks[1:], 1):
            if begin + len(known) == first:
                self._blocks[place] = (begin, known + block)
                return
        self._blocks.append((first, block))

    def _take_whole(self, response: Answer) -> None:
        if self._whole is not None:  # of an attempt that was cut short
            self._whole.close()
        self._whole = whole = SpooledTemporaryFile(IN_MEMORY_BYTES)  # noqa: SIM115 (see `close`)
        for chunk in self._digest.passing(_limited(response.iter_raw(), MAX_COMPRESSED_BYTES)):
            whole.write(chunk)
        self.size = whole.tell()


def _limited(chunks: Iterator[bytes], limit: int) -> Iterator[bytes]:
    for chunk in chunks:
        limit -= len(chunk)
        if limit < 0:
            raise ArchiveRefused("it is larger than we read from a server without ranges")
        yield chunk
