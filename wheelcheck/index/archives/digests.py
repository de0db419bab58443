"""Whether the bytes of a file are those whose hash its index, its lock or its URL gives."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping

__all__ = ["Digest", "HashMismatch"]

_STRONG = ("sha512", "sha384", "sha256", "sha224")


class HashMismatch(Exception):  # noqa: N818 (says what happened)
    """The bytes are not those whose hash is given."""


class Digest:
    """The strongest of the hashes that are given for a file, compared with its bytes."""

    def __init__(self, hashes: Mapping[str, str]) -> None:
        self._algorithm = next((name for name in _STRONG if name in hashes), None)
        self._expected = hashes[self._algorithm].lower() if self._algorithm else ""

    def passing(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The pieces as they come. Raises HashMismatch behind the last."""
        if self._algorithm is None:
            yield from pieces
            return
        found = hashlib.new(self._algorithm)
        for piece in pieces:
            found.update(piece)
            yield piece
        if found.hexdigest() != self._expected:
            raise HashMismatch

    def compare(self, data: bytes) -> None:
        """Raise HashMismatch where these are not the bytes."""
        for _ in self.passing([data]):
            pass
