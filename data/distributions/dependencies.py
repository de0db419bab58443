"""Dependency fields of Debian's packages, and the comparison of versions they need.

Source: Debian Policy 7.1 (syntax of relationship fields) and 5.6.12 (order of versions).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

__all__ = ["Relation", "compare", "relations"]

_RELATION = re.compile(
    r"(?P<name>[^\s(:\[]+)(?::\w+)?\s*(?:\((?P<mark>[<>=]+)\s*(?P<version>[^)]+)\))?"
)
_ACCEPTED = {"<<": {-1}, "<=": {-1, 0}, "=": {0}, ">=": {0, 1}, ">>": {1}}


@dataclass(frozen=True, slots=True)
class Relation:
    """A package's name in a relationship field, with the bound on its version if there is one."""

    name: str
    mark: str = ""
    version: str = ""

    def accepts(self, version: str) -> bool:
        """Whether a version lies within the bound; "" is an unversioned provision, never within."""
        if not self.mark:
            return True
        return bool(version) and compare(version, self.version) in _ACCEPTED[self.mark]


def relations(text: str) -> Iterator[tuple[Relation, ...]]:
    """The groups of alternatives of a relationship field, in its order."""
    for group in filter(None, map(str.strip, text.split(","))):
        found = (_RELATION.match(choice.strip()) for choice in group.split("|"))
        yield tuple(
            Relation(match["name"], match["mark"] or "", (match["version"] or "").strip())
            for match in found
            if match
        )


def compare(left: str, right: str) -> int:
    """-1, 0 or 1, as ``dpkg --compare-versions`` orders two versions."""
    (epoch, first, revision), (other_epoch, second, other_revision) = _split(left), _split(right)
    if epoch != other_epoch:
        return -1 if epoch < other_epoch else 1
    return _order(first, second) or _order(revision, other_revision)


def _split(version: str) -> tuple[int, str, str]:
    epoch, colon, rest = version.partition(":")
    if not colon:
        epoch, rest = "0", version
    upstream, dash, revision = rest.rpartition("-")
    return int(epoch), upstream if dash else rest, revision if dash else ""


def _order(left: str, right: str) -> int:
    """Alternate between non-digits, in which ``~`` sorts before the end, and numbers."""
    pattern = re.compile(r"(\D*)(\d*)")
    pairs = zip_longest(pattern.findall(left), pattern.findall(right), fillvalue=("", ""))
    for (text, number), (other_text, other_number) in pairs:
        first = (*map(_weight, text), 0), int(number or 0)
        second = (*map(_weight, other_text), 0), int(other_number or 0)
        if first != second:
            return -1 if first < second else 1
    return 0


def _weight(letter: str) -> int:
    if letter == "~":
        return -1
    return ord(letter) if letter.isalpha() else ord(letter) + 256
