"""Text that stays text in GitHub-flavoured Markdown: no markup, no links, no mentions."""

from __future__ import annotations

import re
from collections.abc import Iterable

from wheelcheck.reports.wording.phrases import clean

__all__ = ["code", "fenced", "text", "verbatim"]

_ENTITIES = str.maketrans({"<": "&lt;", ">": "&gt;", "&": "&amp;"})
_MARKUP = re.compile(r"([\\`*\[\]|~$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|^[-+=#])")
_NUMBERED = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")
_LINKS = re.compile(r"(?<=@)|(?<=#)|(?<=:)(?=//)|(?<=www)(?=\.)|(?<=GH)(?=-)", re.IGNORECASE)
_NOTHING = "<!-- -->"
"""Ends what would become a mention, a reference to an issue, or a link; it is not shown."""


def text(words: str, most: int = 10_000) -> str:
    """Escape words for a sentence or a table's cell; at most so many characters of them."""
    escaped = _MARKUP.sub(r"\\\1", _clipped(words, most).translate(_ENTITIES))
    return _LINKS.sub(_NOTHING, _NUMBERED.sub(r"\1\\\2", escaped))


def code(words: str, most: int = 1_000) -> str:
    """Show words as a code span, for use in sentences and in tables."""
    text = _clipped(words, most).strip()
    if not text:
        return ""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    padding = " " if longest else ""
    return f"{fence}{padding}{text}{padding}{fence}".replace("|", "\\|")


def fenced(lines: str, language: str = "") -> str:
    """Show lines as a block of code."""
    return verbatim(map(clean, lines.splitlines()), language)


def verbatim(lines: Iterable[str], language: str = "") -> str:
    """Show lines that are clean already as a block of code, with all their white space."""
    text = "\n".join(lines)
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _clipped(words: str, most: int) -> str:
    text = clean(words)
    return text if len(text) <= most else f"{text[: most - 1]}…"
