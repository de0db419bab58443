"""An archive from its beginning, piece by piece: for a reader that will not want all of it.

What a server has sent counts, whether it is read or not: several megabytes are on their way or in
buffers when a reader stops. So no request is for more than one piece.
"""

from __future__ import annotations

import re
from collections.abc import Generator

from wheelcheck.index.network.failures import FetchFailed
from wheelcheck.index.network.http import Http

__all__ = ["in_pieces"]

PIECE_BYTES = 2 << 20
MOST_PIECES = 8
"""After so many, one request fetches the rest: each piece waits for an answer."""
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})", re.ASCII)
_IDENTITY = {"Accept-Encoding": "identity"}
_PARTIAL = 206


def in_pieces(http: Http, url: str, size: int | None) -> Generator[bytes]:
    """The bytes of a file; all in one answer where its server knows no ranges.

    Parameters:
        http: The network.
        url: Of the file.
        size: Its bytes as the index lists them, if it does: a small file comes in one piece.

    Raises FetchFailed.
    """
    start, end = 0, size
    for number in range(MOST_PIECES + 1):
        last = "" if number == MOST_PIECES else str(start + PIECE_BYTES - 1)
        whole = number == 0 and size is not None and size <= PIECE_BYTES
        headers = _IDENTITY if whole else {**_IDENTITY, "Range": f"bytes={start}-{last}"}
        with http.open(url, headers) as (response, _):
            if response.status_code != _PARTIAL:
                if start:
                    raise FetchFailed("its server answers with other bytes than those requested")
                yield from response.iter_raw()
                return
            begins, end = _range_of(response.headers.get("content-range", ""))
            if begins != start:
                raise FetchFailed("its server answers with other bytes than those requested")
            for chunk in response.iter_raw():
                start += len(chunk)
                yield chunk
        if start >= end:
            return


def _range_of(content_range: str) -> tuple[int, int]:
    """Where a piece begins, and the size of the file."""
    match = _CONTENT_RANGE.fullmatch(content_range)
    if match is None:
        raise FetchFailed("its server answers with other bytes than those requested")
    return int(match[1]), int(match[3])
