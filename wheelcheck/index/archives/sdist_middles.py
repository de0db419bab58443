"""The pyproject.toml from the middle of a compressed sdist, where another release has it.

An installer that tries ten releases of a project asks each for its build system. It stands behind
a quarter of the archive and more, and nearly at the same place in all of them; a gzip stream can be
read from there too (`deflate_middles`). What is not found for certain is read from the beginning.
"""

from __future__ import annotations

from threading import Lock

from packaging.utils import NormalizedName

from wheelcheck.index.archives.limits import MAX_TEXT_BYTES, ArchiveRefused
from wheelcheck.index.archives.ranges import NO_SUCH_RANGE
from wheelcheck.index.archives.tars import BLOCK, is_header, tar_members
from wheelcheck.index.interface import Sdist
from wheelcheck.index.network.failures import FetchFailed
from wheelcheck.index.network.http import Http

__all__ = ["Places"]

_AROUND = ((512 << 10, 64 << 10), (1 << 20, 192 << 10))
"""Bytes that are read before and behind the place: mostly enough to know all that is unpacked
there, and more where they are not."""
_WORTH = 3 << 20
"""A file that stands nearer to the beginning is read from there."""
_PARTIAL = 206
_MAGIC = b"ustar"
_MAGIC_AT = 257


class Places:
    """The places of the pyproject.toml in sdists, by project. May be used by threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: dict[NormalizedName, float] = {}

    def note(self, sdist: Sdist, passed: int) -> None:
        """Note that it had been read after so many bytes of the compressed archive."""
        if sdist.size and passed:
            with self._lock:
                self._known.setdefault(sdist.name, passed / sdist.size)

    def pyproject(self, http: Http, sdist: Sdist) -> str | None:
        """The pyproject.toml of an sdist; None where it is to be read from the beginning.

        Raises FetchFailed.
        """
        with self._lock:
            part = self._known.get(sdist.name)
        if part is None or not sdist.size or not sdist.filename.endswith((".tar.gz", ".tgz")):
            return None
        place = int(part * sdist.size)
        if place < _WORTH:
            return None
        # few runs read one
        from wheelcheck.index.archives.deflate_middles import certain_end

        root = sdist.filename.removesuffix(".tar.gz").removesuffix(".tgz")
        for before, behind in _AROUND:
            data = _range(http, sdist.url, place - before, min(place + behind, sdist.size))
            text = _text_of(f"{root}/pyproject.toml", certain_end(data))
            if text is not None:
                return text
        return None


def _range(http: Http, url: str, start: int, end: int) -> bytes:
    """Bytes of a file; none where its server knows no ranges."""
    headers = {"Accept-Encoding": "identity", "Range": f"bytes={start}-{end - 1}"}

    def attempt() -> bytes:
        with http.open(url, headers) as (response, _):
            spec = response.headers.get("content-range", "")
            if response.status_code != _PARTIAL or not spec.startswith(f"bytes {start}-{end - 1}/"):
                return b""
            data = b""
            for chunk in response.iter_raw():
                data += chunk
                if len(data) > end - start:
                    return b""
            return data

    try:
        return http.retrying(url, attempt)
    except FetchFailed as failure:
        if failure.status in NO_SUCH_RANGE:
            return b""
        raise


def _text_of(path: str, unpacked: bytes) -> str | None:
    """The text of a member in a piece of a tar archive, if that has all of it."""
    start = _first_header(unpacked)
    members = tar_members(iter([unpacked[start:]] if start is not None else []))
    try:
        next(members)  # a header that gives it a longer name may stand before this piece
        for member in members:
            if member.path == path and member.size <= MAX_TEXT_BYTES:
                return member.read().decode("utf-8", errors="replace")
    except (ArchiveRefused, StopIteration):
        return None
    return None


def _first_header(unpacked: bytes) -> int | None:
    """Where the first header of a member stands, as far as they show by themselves."""
    found = unpacked.find(_MAGIC)
    while found >= 0:
        start = found - _MAGIC_AT
        if start >= 0 and is_header(unpacked[start : start + BLOCK]):
            return start
        found = unpacked.find(_MAGIC, found + 1)
    return None
