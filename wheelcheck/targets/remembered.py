"""Answers that are worked out once for each question."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

__all__ = ["Memo"]

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class Memo(dict[_Key, _Value]):
    """What `judge` says of each key, worked out once; a look-up costs what a dict's costs."""

    def __init__(self, judge: Callable[[_Key], _Value]) -> None:
        super().__init__()
        self._judge = judge

    def __missing__(self, key: _Key) -> _Value:
        value = self[key] = self._judge(key)
        return value
