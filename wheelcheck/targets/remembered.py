"""Answers that are worked out once for each question."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

__all__ = ["Remembered"]

_Key = TypeVar("_Key", bound=Hashable)
_Told = TypeVar("_Told")


class Remembered(dict[_Key, _Told]):
    """What `judge` says of each key, worked out once; a look-up costs what a dict's costs."""

    def __init__(self, judge: Callable[[_Key], _Told]) -> None:
        super().__init__()
        self._judge = judge

    def __missing__(self, key: _Key) -> _Told:
        told = self[key] = self._judge(key)
        return told
