"""Variables in Dockerfiles and shell lines: ``$NAME``, ``${NAME}`` and its modifiers.

The same few forms hold in BuildKit (`frontend/dockerfile/shell/lex.go`) and in POSIX shells. A
variable whose value is not known leaves nothing behind and is named.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import translate

__all__ = ["Expanded", "Values", "expand", "parameter"]

Values = Mapping[str, str | None]
"""Variables by name; None where one is declared, but nothing tells its value."""

MAX_DEPTH = 8
"""Modifiers within modifiers: deeper than anyone writes."""
MAX_VALUE = 4_096
"""Characters of a value; a file could double a variable with every line."""
MAX_TEXT = 65_535
"""Characters of an expanded text: as long as BuildKit lets a line be."""
_MAX_MATCHED = 256
_MAX_STARS = 2

_NAME = re.compile(r"[A-Za-z_]\w*|\d+|[@*#?$!-]", re.ASCII)
_SHORTEST_PREFIX, _LONGEST_PREFIX, _SHORTEST_SUFFIX, _LONGEST_SUFFIX = "#", "##", "%", "%%"


@dataclass(frozen=True, slots=True)
class Expanded:
    """A text after expansion. `unknown` names the variables that were not known."""

    text: str
    unknown: tuple[str, ...] = ()
    end: int = 0


def expand(text: str, values: Values, *, escape: str = "\\", keep_quotes: bool = False) -> Expanded:
    """Expand variables in an instruction's argument, and take quotes and escapes away."""
    return _expand(text, 0, "", values, escape, 0, keep_quotes=keep_quotes)


def parameter(text: str, start: int, values: Values, *, escape: str = "\\") -> Expanded:
    """Expand the variable whose ``$`` stands at `start`; `end` is where the text goes on."""
    return _parameter(text, start, values, escape, 0)


def _expand(
    text: str,
    start: int,
    stop: str,
    values: Values,
    escape: str,
    depth: int,
    *,
    keep_quotes: bool = False,
) -> Expanded:
    """Expand until one of the characters in `stop` outside quotes, or the end."""
    out: list[str] = []
    unknown: list[str] = []
    quote = ""
    position, length = start, 0
    while position < len(text):
        char = text[position]
        if not quote and char in stop:
            break
        if char == "$" and quote != "'":
            inner = _parameter(text, position, values, escape, depth)
            length += len(inner.text)
            if length > MAX_TEXT:
                return Expanded("", ("a value too long to be meant",), len(text))
            out.append(inner.text)
            unknown.extend(inner.unknown)
            position = inner.end
            continue
        piece, position, quote = _literal(text, position, quote, escape, keep_quotes=keep_quotes)
        out.append(piece)
    return Expanded("".join(out), tuple(unknown), position)


def _literal(
    text: str, position: int, quote: str, escape: str, *, keep_quotes: bool
) -> tuple[str, int, str]:
    """A character that begins no variable: what is left of it, its end, and the open quote."""
    char = text[position]
    if char == escape and quote != "'" and position + 1 < len(text):
        following = text[position + 1]
        literal = quote and following not in f'"$`{escape}'
        return char + following if literal or keep_quotes else following, position + 2, quote
    if char in "'\"" and quote in {"", char}:
        return char if keep_quotes else "", position + 1, "" if quote else char
    return char, position + 1, quote


def _parameter(text: str, start: int, values: Values, escape: str, depth: int) -> Expanded:
    if text.startswith("${", start):
        return _braced(text, start, values, escape, depth)
    match = _NAME.match(text, start + 1)
    if match is None:
        return Expanded("$", (), start + 1)
    value = _value(match[0], values)
    return Expanded(value or "", () if value is not None else (match[0],), match.end())


def _value(name: str, values: Values) -> str | None:
    value = values.get(name)
    return value if value is not None and len(value) <= MAX_VALUE else None


def _braced(text: str, start: int, values: Values, escape: str, depth: int) -> Expanded:
    match = _NAME.match(text, start + 2)
    if match is None or depth >= MAX_DEPTH:
        return _broken(text, start)
    name, position = match[0], match.end()
    value = _value(name, values)
    unknown = () if value is not None else (name,)
    if text.startswith("}", position):
        return Expanded(value or "", unknown, position + 1)
    modifier = re.compile(r":?[-+?=]|##?|%%?|//?").match(text, position)
    if modifier is None:
        return _broken(text, start)
    pattern, begin = Expanded(""), modifier.end()
    if modifier[0].startswith("/"):
        pattern = _expand(text, begin, "/}", values, escape, depth + 1)
        begin = pattern.end + text.startswith("/", pattern.end)
    word = _expand(text, begin, "}", values, escape, depth + 1)
    if not text.startswith("}", word.end):
        return _broken(text, start)
    if modifier[0].startswith("/"):
        return _replaced(name, value, modifier[0], pattern, word)
    return _modified(name, value, modifier[0], word)


def _broken(text: str, start: int) -> Expanded:
    """A substitution that no shell takes, or none of ours: all up to its end is not known."""
    end = text.find("}", start)
    end = len(text) if end < 0 else end + 1
    return Expanded("", (text[start:end][:40],), end)


def _modified(name: str, value: str | None, modifier: str, word: Expanded) -> Expanded:
    """``${NAME:-word}`` and its like; without a colon an empty value counts as set."""
    end = word.end + 1
    kind = modifier.lstrip(":")
    if kind[0] in "#%":
        if not _is_quick(value, word.text):
            return Expanded("", (name,), end)
        unknown = () if value is not None else (name,)
        return Expanded(_trimmed(value or "", modifier, word.text), unknown + word.unknown, end)
    unset = value is None or (modifier.startswith(":") and value == "")
    given = Expanded(word.text, word.unknown, end)
    if kind == "+":
        return Expanded("", (), end) if unset else given
    if not unset:
        return Expanded(value or "", (), end)
    return Expanded("", (name,), end) if kind == "?" else given


def _replaced(
    name: str, value: str | None, modifier: str, pattern: Expanded, new: Expanded
) -> Expanded:
    """``${NAME/pattern/new}`` replaces the first match, ``//`` all of them."""
    unknown = pattern.unknown + new.unknown
    if value is None or not pattern.text or not _is_quick(value, pattern.text):
        return Expanded("", (name, *unknown), new.end + 1)
    wanted = {"*": ".*", "?": "."}
    regex = "".join(wanted.get(char, re.escape(char)) for char in pattern.text)
    count = 0 if modifier == "//" else 1
    text = re.sub(regex, lambda _: new.text, value, count=count)
    return Expanded(text, unknown, new.end + 1)


def _is_quick(value: str | None, pattern: str) -> bool:
    """Whether matching cannot take long, whatever the texts."""
    return len(value or "") <= _MAX_MATCHED and pattern.count("*") <= _MAX_STARS


def _trimmed(value: str, modifier: str, pattern: str) -> str:
    """The value without the shortest or longest prefix or suffix that matches a pattern."""
    matches = re.compile(translate(pattern)).fullmatch
    lengths = range(len(value) + 1)
    if modifier in {_LONGEST_PREFIX, _LONGEST_SUFFIX}:
        lengths = lengths[::-1]
    for length in lengths:
        if modifier in {_SHORTEST_PREFIX, _LONGEST_PREFIX}:
            if matches(value[:length]):
                return value[length:]
        elif matches(value[len(value) - length :]):
            return value[: len(value) - length]
    return value
