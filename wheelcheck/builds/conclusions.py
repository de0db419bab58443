"""What was concluded from an sdist, kept from one run to the next."""

from __future__ import annotations

from collections.abc import Hashable
from functools import cache
from typing import Any

import msgspec
from packaging.version import Version

from wheelcheck.index.model import Index, Sdist

__all__ = ["Conclusions"]


class Conclusions:
    """Answers to questions about one sdist, of this run and of earlier ones.

    An sdist never changes. So an answer may depend on the question's words and the sdist alone, and
    on the code that gives it: the index forgets what other code has concluded.
    """

    def __init__(self, index: Index, sdist: Sdist) -> None:
        self._index = index
        self._sdist = sdist
        kept = index.derived(sdist)
        self._answers: dict[str, bytes] = {} if kept is None else _decoder(_Answers).decode(kept)

    def answer(self, question: str, kind: Hashable) -> Any:
        """What was answered before, a value of this type; None where that was not asked."""
        found = self._answers.get(question)
        return None if found is None else _decoder(kind).decode(found)

    def keep(self, question: str, answer: object) -> None:
        """Keep an answer: a value of plain types, dataclasses and versions."""
        try:
            self._answers[question] = _encode(answer)
        except (OverflowError, UnicodeEncodeError):  # what a hostile script computes: no text
            return
        self._index.keep_derived(self._sdist, _encode(self._answers))


_Answers = dict[str, bytes]


@cache
def _decoder(kind: Hashable) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(kind, dec_hook=_version)


def _said(value: object) -> str:
    if not isinstance(value, Version):
        raise NotImplementedError(type(value))
    return str(value)


_encode = msgspec.msgpack.Encoder(enc_hook=_said).encode


def _version(kind: type, said: Any) -> Version:
    if kind is not Version:
        raise NotImplementedError(kind)
    return Version(said)
