"""Deflate from its middle: what a piece of a compressed file unpacks to, without its beginning.

Deflate (RFC 1951) is a chain of blocks, each of which may begin at any bit and says itself how it
is coded. What it repeats lies in the 32 kB before it, so that a reader who begins at a block knows
all but what is repeated from before its beginning, and what is repeated of that again. Behind a
file that repeats little, mostly within a megabyte, nothing is unknown any more.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from wheelcheck.index.network.deadlines import check

__all__ = ["certain_end"]

_WINDOW = 32 << 10
_SEARCHED = 192 << 10
"""Bytes in which a block is looked for: zlib begins one after some 16,000 symbols, about 30 kB."""
_STEP = 8 << 10
_TRIED = 64 << 10
"""Unpacked bytes after which a block that begins by chance has failed."""
_MOST = 64 << 20
"""Unpacked bytes of a piece, of which a bomb has more."""
_UNKNOWN = (bytes(_WINDOW), b"\xff" * _WINDOW)
"""What may have stood before: a byte that comes out alike does not rest on it."""
_HEADER_BYTES = 10
_CODE_LENGTHS = 30
"""How many numbers of codes there are: 257 to 286 for lengths, 1 to 30 for distances."""
_CODES = re.compile(
    b"(?s)(?=[%b][%b])"
    % (
        b"".join(re.escape(bytes([0b100 | lengths << 3])) for lengths in range(_CODE_LENGTHS)),
        b"".join(re.escape(bytes([byte])) for byte in range(256) if byte & 31 < _CODE_LENGTHS),
    )
)
"""How a block with codes of its own begins that is not the last (RFC 1951, 3.2.7)."""
_WEIGHTS = (0, *(1 << (7 - length) for length in range(1, 8)))
_COMPLETE = 1 << 7


def certain_end(data: bytes) -> bytes:
    """The end of what a piece of a deflate stream unpacks to, as far as it is known for certain.

    Parameters:
        data: Bytes from within the stream. None of the blocks that begin in it may be its last.

    Returns: Nothing where no block is found, or where too much is repeated from before.
    """
    for block in _blocks(data):
        zeros = _unpacked(block, _UNKNOWN[0], _MOST)
        ones = _unpacked(block, _UNKNOWN[1], _MOST)
        if zeros is not None and ones is not None:
            differs = int.from_bytes(zeros, "little") ^ int.from_bytes(ones, "little")
            return zeros[(differs.bit_length() + 7) // 8 :]
    return b""


def _blocks(data: bytes) -> Iterator[bytes]:
    """The stream from each place at which a block seems to begin."""
    bits = int.from_bytes(data, "little")
    shifted = [(bits >> shift).to_bytes(len(data), "little") for shift in range(8)]
    for start in range(0, min(_SEARCHED, len(data)), _STEP):
        check()
        places = [
            (found.start(), shift)
            for shift, stream in enumerate(shifted)
            for found in _CODES.finditer(stream, start, start + _STEP)
            if _is_complete(stream, found.start())
        ]
        for place, shift in sorted(places):
            block = shifted[shift][place:]
            if _unpacked(block[:_TRIED], _UNKNOWN[0], _TRIED) is not None:
                yield block


def _is_complete(stream: bytes, place: int) -> bool:
    """Whether the lengths of a block's first code leave no place in its tree empty."""
    bits = int.from_bytes(stream[place : place + _HEADER_BYTES], "little") >> 13
    count, bits = (bits & 15) + 4, bits >> 4
    weight = 0
    for _ in range(count):
        weight += _WEIGHTS[bits & 7]
        bits >>= 3
    return weight == _COMPLETE


def _unpacked(block: bytes, before: bytes, most: int) -> bytes | None:
    """What a stream unpacks to behind `before`; None where it is damaged or unpacks to too much."""
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS, zdict=before)
    try:
        unpacked = unpacker.decompress(block, most)
    except zlib.error:
        return None
    return None if unpacker.eof or (most == _MOST and unpacker.unconsumed_tail) else unpacked
