"""What all conditions of CMake have: the words that join their parts, false texts, patterns.

The words are ``NOT``, ``AND``, ``OR`` and parentheses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from wheelcheck.truth import all_of, any_of, opposite

__all__ = ["holds", "is_false", "matches"]

_Words = list[str]
_Part = Callable[[_Words], bool | None]
_DEEPEST = 100
"""Parentheses of a condition that somebody has written."""
_FALSE = re.compile(r"(|0|off|no|false|n|ignore|notfound|.*-notfound)$", re.IGNORECASE)


def is_false(text: str) -> bool:
    """Whether CMake takes a text for false (cmake.org/cmake/help/latest/command/if.html)."""
    return _FALSE.match(text) is not None


def matches(text: str, pattern: str) -> bool | None:
    """Whether ``MATCHES`` finds a pattern in a text; None for a pattern that is none here."""
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return None


def holds(words: Iterable[str], part: _Part) -> bool | None:
    """Whether a condition holds; None where only a build knows, or its words make none.

    Parameters:
        words: The words of the condition.
        part: Takes the words of one part off the front of a list that may be empty, and says
            whether it holds.
    """
    left = list(words)
    if left.count("(") > _DEEPEST:
        return None
    truth = _any(left, part)
    return None if left else truth


def _any(words: _Words, part: _Part) -> bool | None:
    truths = [_every(words, part)]
    while words[:1] == ["OR"]:
        del words[0]
        truths.append(_every(words, part))
    return any_of(truths)


def _every(words: _Words, part: _Part) -> bool | None:
    truths = [_not(words, part)]
    while words[:1] == ["AND"]:
        del words[0]
        truths.append(_not(words, part))
    return all_of(truths)


def _not(words: _Words, part: _Part) -> bool | None:
    negated = False
    while words[:1] == ["NOT"]:
        del words[0]
        negated = not negated
    truth = _in_parentheses(words, part) if words[:1] == ["("] else part(words)
    return opposite(truth) if negated else truth


def _in_parentheses(words: _Words, part: _Part) -> bool | None:
    del words[0]
    truth = _any(words, part)
    if words[:1] == [")"]:
        del words[0]
    return truth
