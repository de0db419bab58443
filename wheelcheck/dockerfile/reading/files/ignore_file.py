"""``.dockerignore``: which files of the build context Docker leaves out.

Source: docs.docker.com/build/concepts/context (.dockerignore files) and, where that is silent,
moby/patternmatcher, which BuildKit uses. Patterns are followed position by position rather than
by regular expressions, so that no file can make them take long.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

__all__ = ["NO_RULES", "IgnoreFile", "IgnoreRule", "parse_ignore_file"]


@dataclass(frozen=True, slots=True)
class IgnoreRule:
    """One line of the file. `pattern` is as written, but for blanks; one with ``!`` takes back."""

    pattern: str
    file: str
    line: int

    @property
    def takes_back(self) -> bool:
        """Whether it brings files back in that an earlier line leaves out."""
        return self.pattern.startswith("!")

    def matches(self, path: str) -> bool:
        """Whether it is about a file or folder of the context, or about a folder around it."""
        return _matches(_tokens(_clean(self.pattern.removeprefix("!").strip())), path)


@dataclass(frozen=True, slots=True)
class IgnoreFile:
    """The rules of a file in their order; none where there is no such file."""

    rules: tuple[IgnoreRule, ...] = field(default=())

    def rule_for(self, path: str) -> IgnoreRule | None:
        """The rule that leaves a path out: the last one about it, unless that takes it back.

        Nothing leaves out the context as a whole.
        """
        if path in {"", "."}:
            return None
        last = next((rule for rule in reversed(self.rules) if rule.matches(path)), None)
        return None if last is None or last.takes_back else last

    @property
    def takes_back(self) -> bool:
        """Whether something of a folder that is left out may be there all the same."""
        return any(rule.takes_back for rule in self.rules)


NO_RULES = IgnoreFile()


def parse_ignore_file(text: str, name: str) -> IgnoreFile:
    """Read the rules of a file called `name`; never raises, whatever the text."""
    rules = []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        pattern = line.strip()
        if pattern.removeprefix("!").strip() and not line.startswith("#"):
            rules.append(IgnoreRule(pattern, name, number))
    return IgnoreFile(tuple(rules))


def _clean(pattern: str) -> str:
    return posixpath.normpath(pattern).lstrip("/")


@dataclass(frozen=True, slots=True)
class _Token:
    """A part of a pattern: ``?``, ``*``, ``**`` (`kind`), or one of some characters.

    ``**`` in the middle (kind ``**/``) is any number of folders, at the end anything at all.
    `ranges` are pairs of first and last character; `negated` means any other one.
    """

    kind: str
    ranges: tuple[tuple[str, str], ...] = ()
    negated: bool = False

    def admits(self, char: str) -> bool:
        if self.kind == "?":
            return char != "/"
        return any(first <= char <= last for first, last in self.ranges) is not self.negated


_ENDING = re.compile(r"\*\*[^/*?\[\]\\][^*?\[\]\\]*")
"""``**.pyc``, with nothing else that is special: the ending of any name."""
_CLASS = re.compile(r"\[(\^?)((?:\\.|[^\]\\])+)\]", re.DOTALL)
_MEMBER = re.compile(r"\\?(.)(?:-\\?(.))?", re.DOTALL)


@lru_cache(maxsize=1024)
def _tokens(pattern: str) -> tuple[_Token, ...]:
    return tuple(_tokenized(pattern))


def _tokenized(pattern: str) -> Iterator[_Token]:
    position = 0
    if _ENDING.fullmatch(pattern):
        yield _Token("**")
        position = 2
    while position < len(pattern):
        char = pattern[position]
        found = _CLASS.match(pattern, position)
        if pattern.startswith("**", position):
            position += 2
            position += pattern.startswith("/", position)
            yield _Token("**/" if position < len(pattern) else "**")
            continue
        if found:
            pairs = ((m[1], m[2] or m[1]) for m in _MEMBER.finditer(found[2]))
            yield _Token("", tuple(pairs), bool(found[1]))
            position = found.end()
            continue
        if char in "*?":
            yield _Token(char)
        elif char == "\\" and position + 1 < len(pattern):
            position += 1
            yield _Token("", ((pattern[position],) * 2,))
        else:
            yield _Token("", ((char, char),))
        position += 1


def _matches(tokens: Sequence[_Token], path: str) -> bool:
    """Whether the tokens spell a path or a folder around it.

    `reached` are the positions that they can end at.
    """
    reached = {0}
    for token in tokens:
        reached = set(_reached(token, path, reached))
        if not reached:
            return False
    return any(at == len(path) or path[at] == "/" for at in reached if at)


def _reached(token: _Token, path: str, before: set[int]) -> Iterator[int]:
    first = min(before)
    if token.kind == "**":
        yield from range(first, len(path) + 1)
    elif token.kind == "**/":
        yield from before
        yield from (at + 1 for at in range(first, len(path)) if path[at] == "/")
    elif token.kind == "*":
        for at in before:
            end = path.find("/", at)
            yield from range(at, (len(path) if end < 0 else end) + 1)
    else:
        yield from (at + 1 for at in before if at < len(path) and token.admits(path[at]))
