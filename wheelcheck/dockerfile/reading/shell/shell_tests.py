"""What ``[ A = B ]``, ``case A in B)`` and their like say of known words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase

from wheelcheck.dockerfile.reading.shell.shell_lexer import Word

__all__ = ["TESTS", "joined", "matches", "truth"]

TESTS = frozenset({"[", "[[", "test"})
"""Commands that only say whether something holds."""

_CLOSING = {"[": "]", "[[": "]]"}
_CONSTANT = {"true": True, ":": True, "false": False}
_GLOB = re.compile(r"[*?\[]")
_DECISIVE = {"&&": False, "||": True}
"""What a command must say for the other at its operator not to matter."""


def truth(words: Sequence[Word], *, extended: bool | None) -> bool | None:
    """Whether a command ends well, as far as its words tell.

    Args:
        words: the command; what is no test of known words may end either way.
        extended: whether the shell knows ``[[`` and ``==``, as bash and busybox do. In dash the
            first is no command and the second an error: both end badly, and the script goes on.

    Returns:
        None where it is not known.
    """
    texts = [word.text for word in words]
    if len(texts) == 1 and texts[0] in _CONSTANT:
        return _CONSTANT[texts[0]]
    if not texts or texts[0] not in TESTS:
        return None
    if texts[0] == "[[" and not extended:
        return extended
    closing = _CLOSING.get(texts[0], "")
    if any(word.unknown for word in words) or (closing and texts.pop() != closing):
        return None
    return _of_operands(texts[0], texts[1:], extended=extended)


def _of_operands(test: str, operands: list[str], *, extended: bool | None) -> bool | None:
    match operands:
        case ["!", *others] if others:
            found = _of_operands(test, others, extended=extended)
            return None if found is None else not found
        case [_, "==", _] if not extended:
            return extended
        case [left, "=" | "==" | "!=" as sign, right] if test != "[[" or not _GLOB.search(right):
            return (left == right) == (sign != "!=")
        case ["-n" | "-z" as sign, text]:
            return bool(text) == (sign == "-n")
        case [] | [_]:
            return bool(operands and operands[0])
        case _:
            return None


def matches(subject: Word, pattern: Word) -> bool | None:
    """Whether the word of a ``case`` is like a pattern of it; None where that is not known."""
    if subject.unknown or pattern.unknown:
        return None
    if not _GLOB.search(pattern.text):
        return subject.text == pattern.text
    return fnmatchcase(subject.text, pattern.text) if pattern.plain else None


def joined(first: bool | None, operator: str, second: bool | None) -> bool | None:  # noqa: FBT001
    """What two commands say together, the second behind an operator; "" stands for none."""
    if operator not in _DECISIVE:
        return second
    decisive = _DECISIVE[operator]
    if first is decisive or second is decisive:
        return decisive
    return None if first is None or second is None else not decisive
