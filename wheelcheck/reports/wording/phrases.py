"""Small turns of phrase that every rendering shares; nothing here knows about terminals."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["all_of", "capitalised", "clean", "counted", "listing"]

_LONGEST_NAME = 255
"""Characters of the longest name that a file can have on the usual file systems."""
_LONG_NAME = re.compile(rf"([^\s/]{{80}})[^\s/]{{{_LONGEST_NAME - 79},}}")


def clean(text: str) -> str:
    """Text from an index or a file, safe to print on one line.

    White space of any kind becomes one space; control characters, escape sequences' first
    character, bidirectional overrides, invisible and unpaired code points become ``�``. What is
    longer than any file's name is cut.
    """
    if len(text) > _LONGEST_NAME:
        text = _LONG_NAME.sub(r"\1…", text)
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else "�" for char in " ".join(text.split()))


def capitalised(words: str) -> str:
    """The words as the beginning of a sentence."""
    return f"{words[:1].upper()}{words[1:]}"


def counted(number: int, noun: str) -> str:
    """``1 package``, ``4 packages``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def all_of(number: int, noun: str) -> str:
    """``the only package``, ``both packages``, ``all 4 packages``."""
    if number == 1:
        return f"the only {noun}"
    return f"both {noun}s" if number == 2 else f"all {number} {noun}s"  # noqa: PLR2004 (the word)


def listing(names: Sequence[str], limit: int = 6) -> str:
    """``a, b, c`` or, where there are more than `limit`, ``a, b and 7 more``."""
    if len(names) <= limit:
        return ", ".join(names)
    shown = names[: limit - 1]
    return f"{', '.join(shown)} and {len(names) - len(shown)} more"
