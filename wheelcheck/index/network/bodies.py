"""Bodies of answers, decoded piece by piece and within a limit.

Source: RFC 9110, section 8.4 (Content-Encoding). An HTTP client that decodes a whole chunk at once
makes a gigabyte of a megabyte before anybody can look at it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from wheelcheck.index.network.deadlines import check

__all__ = ["BadBody", "decoded", "limited"]

_PIECE = 256 << 10
_AUTOMATIC = 32 + zlib.MAX_WBITS
"""zlib's own way to recognise gzip and zlib headers."""
_PLAIN = frozenset({"", "identity"})
_KNOWN = frozenset({"gzip", "x-gzip", "deflate"})


class BadBody(Exception):  # noqa: N818 (says what it is)
    """A body that is not read; the text says why."""


def limited(pieces: Iterable[bytes], most: int, why: str) -> Iterator[bytes]:
    """The pieces, while they are no more than `most` bytes. Raises BadBody, OutOfTime."""
    for piece in pieces:
        check()
        most -= len(piece)
        if most < 0:
            raise BadBody(why)
        yield piece


def decoded(chunks: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """Undo a Content-Encoding, in small pieces. Raises BadBody."""
    codings = [name for each in coding.lower().split(",") if (name := each.strip()) not in _PLAIN]
    if not codings:
        yield from chunks
    elif len(codings) > 1:
        raise BadBody("its content is encoded several times over")
    elif codings[0] not in _KNOWN:
        raise BadBody(f"its content encoding {codings[0][:40]!r} was not requested")
    else:
        yield from _inflated(chunks)


def _inflated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(_AUTOMATIC)
    begun = False
    try:
        for chunk in chunks:
            data = chunk
            while data:
                begun = True
                if piece := unpacker.decompress(data, _PIECE):
                    yield piece
                data = unpacker.unconsumed_tail
                if unpacker.eof:  # another member may follow, or padding
                    data = unpacker.unused_data.lstrip(b"\0")
                    unpacker, begun = zlib.decompressobj(_AUTOMATIC), False
                check()
        if begun:
            yield unpacker.flush(_PIECE)
            begun = not unpacker.eof
    except zlib.error as error:
        raise BadBody("its content encoding is broken") from error
    if begun:
        raise BadBody("its content encoding is cut short")
