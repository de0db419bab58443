"""Conditions of CMake (``if``): true, false, or None where only a build knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from itertools import zip_longest

from wheelcheck.builds.cmake.condition_words import holds, is_false, matches
from wheelcheck.builds.cmake.environment import is_unset
from wheelcheck.builds.cmake.language import UNKNOWN, Scope

__all__ = ["Questions", "by_version", "is_true"]

Questions = Mapping[str, Callable[[str, Scope], bool | None]]
"""How questions with one word are answered: ``TARGET x``, ``EXISTS x``."""
_TRUE = re.compile(r"(1|on|yes|true|y|-?[1-9]\d*(\.\d+)?)$", re.IGNORECASE)
_UNARY = frozenset({"COMMAND", "DEFINED", "EXISTS", "IS_ABSOLUTE", "IS_DIRECTORY", "IS_SYMLINK",
    "POLICY", "TARGET", "TEST", "IS_READABLE"})  # fmt: skip
_ORDERS: Mapping[str, Callable[[int], bool]] = {
    "LESS": lambda order: order < 0,
    "GREATER": lambda order: order > 0,
    "EQUAL": lambda order: order == 0,
    "LESS_EQUAL": lambda order: order <= 0,
    "GREATER_EQUAL": lambda order: order >= 0,
}
_COMPARISON = re.compile(
    r"MATCHES|IN_LIST|STREQUAL|PATH_EQUAL|IS_NEWER_THAN"
    r"|(VERSION_|STR)?(LESS|GREATER|EQUAL|LESS_EQUAL|GREATER_EQUAL)"
)


def is_true(raw: list[str], scope: Scope, questions: Questions) -> bool | None:
    """Whether the condition of an ``if`` holds."""
    words = (word if "$" not in word else scope.expanded(word) for word in raw)
    return holds(words, partial(_part, scope=scope, questions=questions))


def _part(tokens: list[str], scope: Scope, questions: Questions) -> bool | None:
    """Whether a part of a condition holds, whose words are taken off `tokens`."""
    if not tokens:
        return False
    word = tokens.pop(0)
    if word in _UNARY and tokens:
        return _question(word, tokens.pop(0), scope, questions)
    if tokens and _COMPARISON.fullmatch(tokens[0]):
        operator, right = tokens.pop(0), tokens.pop(0) if tokens else ""
        return _compared(word, operator, right, scope)
    return _constant(word, scope)


def _question(question: str, word: str, scope: Scope, questions: Questions) -> bool | None:
    if question == "DEFINED":
        return scope.has(word) or (False if is_unset(word) or not word.startswith("ENV{") else None)
    answer = questions.get(question)
    return None if answer is None or UNKNOWN in word else answer(word, scope)


def _constant(word: str, scope: Scope) -> bool | None:
    if UNKNOWN in word:
        return None
    if _TRUE.match(word):
        return True
    if is_false(word):
        return False
    value = scope.value(word)
    if value is None or UNKNOWN in value:
        return None
    return not is_false(value)


def _compared(left: str, operator: str, right: str, scope: Scope) -> bool | None:
    first, second = _side(left, scope), _side(right, scope)
    if operator == "IN_LIST":
        second = scope.value(right)
    if operator == "MATCHES":
        second = right
    if first is None or second is None or UNKNOWN in first + second:
        return None
    if operator == "MATCHES":
        return matches(first, second)
    if operator == "IN_LIST":
        return first in second.split(";")
    kind, _, order = operator.rpartition("VERSION_")
    if kind or operator.startswith("VERSION_"):
        return _ORDERS[order](by_version(first, second))
    return _by_text_or_number(first, operator, second)


def _side(word: str, scope: Scope) -> str | None:
    return scope.value(word) if scope.has(word) else word


def by_version(first: str, second: str) -> int:
    """How two versions compare: below, at or above 0."""
    pairs = zip_longest(_numbers(first), _numbers(second), fillvalue=0)
    return next((1 if part > other else -1 for part, other in pairs if part != other), 0)


def _numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version.partition("-")[0])]


def _by_text_or_number(first: str, operator: str, second: str) -> bool | None:
    if operator in {"PATH_EQUAL", "IS_NEWER_THAN"}:
        return None
    if operator.startswith("STR"):
        return _ORDERS[operator.removeprefix("STR")]((first > second) - (first < second))
    try:
        left, right = float(first), float(second)
    except ValueError:
        return False
    return _ORDERS[operator]((left > right) - (left < right))
