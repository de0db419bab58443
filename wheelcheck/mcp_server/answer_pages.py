"""Answers in pages: a client gets so many characters, and the rest on request."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict

from wheelcheck.errors import UsageError

__all__ = ["MOST_CHARACTERS", "Pages"]

MOST_CHARACTERS = 8_000
"""Of a page, its last line that names the next one included."""
_ANSWERS = 50
_ROOM = 200


class Pages:
    """The last answers, of which a cursor names the next page. Safe for several threads."""

    def __init__(self, most: int = MOST_CHARACTERS) -> None:
        self._most = most
        self._answers: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    def first(self, answer: str) -> str:
        """The first page of a new answer."""
        if len(answer) <= self._most:
            return answer
        name = secrets.token_hex(4)
        with self._lock:
            self._answers[name] = answer
            while len(self._answers) > _ANSWERS:
                self._answers.popitem(last=False)
        return self._page(name, answer, 0)

    def following(self, cursor: str) -> str:
        """The page that a cursor names. Raises `UsageError` for any other text."""
        name, _, start = cursor.partition(".")
        with self._lock:
            answer = self._answers.get(name)
        if answer is None or not start.isdecimal() or int(start) >= len(answer):
            raise UsageError(
                f"cursor {cursor[:40]!r} is not known here: take it from the last line of an "
                "answer, or call the tool again without it"
            )
        return self._page(name, answer, int(start))

    def _page(self, name: str, answer: str, start: int) -> str:
        end = start + self._most
        if end >= len(answer):
            return answer[start:]
        room = answer[start : end - _ROOM]
        lines = room.rfind("\n") + 1
        end = start + (lines or len(room))  # a line that is longer than a page is broken
        left = len(answer) - end
        more = f'… {left:,} more characters: call the tool again with cursor="{name}.{end}"'
        return f"{answer[start:end].rstrip()}\n\n{more}"
