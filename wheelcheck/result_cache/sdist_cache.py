"""What was found out about an sdist, used again by later runs of the same code."""

from __future__ import annotations

from collections.abc import Hashable
from functools import cache
from typing import Any

import msgspec
from packaging.version import Version

from wheelcheck.index.interface import Index, Sdist
from wheelcheck.result_cache.code_version import code_version

__all__ = ["SdistCache"]


class SdistCache:
    """Results for one sdist, of this run and of earlier runs.

    An sdist never changes. So a result may depend on its key and the sdist alone, and on the code
    that computes it: what other code has stored is dropped.
    """

    def __init__(self, index: Index, sdist: Sdist) -> None:
        self._index = index
        self._sdist = sdist
        stored = index.derived(sdist) or b""
        self._version = code_version()
        self._is_new = False
        self._results: dict[str, bytes] = {}
        if stored.startswith(self._version):
            self._results = _decoder(_Results).decode(stored.removeprefix(self._version))

    def __bytes__(self) -> bytes:
        """All results, as they are stored."""
        return self._version + _encode(self._results)

    def get(self, key: str, kind: Hashable) -> Any:
        """The stored result, a value of type `kind`; None where there is none."""
        found = self._results.get(key)
        return None if found is None else _decoder(kind).decode(found)

    def put(self, key: str, result: object) -> None:
        """Store a result: a value of plain types, dataclasses and versions."""
        try:
            key.encode()  # keys hold words of the sdist, too
            self._results[key] = _encode(result)
        except (OverflowError, UnicodeEncodeError):  # what a hostile script computes: no text
            return
        if not self._is_new:
            self._is_new = True
            self._index.store_derived(self._sdist, self)


_Results = dict[str, bytes]


@cache
def _decoder(kind: Hashable) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(kind, dec_hook=_version)


def _plain(value: object) -> str:
    if not isinstance(value, Version):
        raise NotImplementedError(type(value))
    return str(value)


_encode = msgspec.msgpack.Encoder(enc_hook=_plain).encode


def _version(kind: type, value: Any) -> Version:
    if kind is not Version:
        raise NotImplementedError(kind)
    return Version(value)
