"""Verdicts on loading that an earlier run gave, of wheels that are not opened."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from packaging.utils import NormalizedName

from wheelcheck.index.cache.disk import cache_key
from wheelcheck.index.interface import Wheel
from wheelcheck.loading.verdict.load_verdict import Loads
from wheelcheck.resolution.stored_answers import TargetAnswers

__all__ = ["StoredLoads"]


class StoredLoads:
    """The verdicts on a target; they rest on the wheel and on what others of them lend it.

    `lent` are the libraries in each wheel, with what they need from outside it.
    """

    def __init__(
        self,
        stored: TargetAnswers,
        lent: Mapping[NormalizedName, Mapping[str, tuple[str, ...]]],
    ) -> None:
        self._stored = stored
        self._lent = cache_key(
            repr(sorted((name, sorted(of.items())) for name, of in lent.items()))
        )

    def get(self, wheel: Wheel) -> Loads | None:
        """The verdict on a wheel; None where none is stored."""
        return self._stored.result(self._key(wheel), _decode) if wheel.origin else None

    def add(self, wheel: Wheel, loads: Loads) -> None:
        """Store a verdict; a direct reference may have a secret in its URL."""
        if wheel.origin:
            self._stored.add_result(self._key(wheel), _encode(loads))

    def _key(self, wheel: Wheel) -> str:
        return f"loads {self._stored.place(wheel)} {self._lent}"


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Loads).decode
