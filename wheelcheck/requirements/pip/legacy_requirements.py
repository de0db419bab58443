"""Requirements from before PEP 440 was enforced, as pip before 24.1 reads them.

Its `packaging` 21 took a clause that PEP 440 does not allow (``>=2.0.*``, ``>dev``) for a legacy
one and compared strings part by part: a number is newer than a word, and ``2.0.*`` lies just below
2.0. So each such clause says the same as a clause that PEP 440 allows, or says nothing.
Source: `packaging/specifiers.py` and `packaging/version.py` at 21.3, `LegacySpecifier` and
`_legacy_cmpkey`; checked against pips by `data/installers/judge.py`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from packaging.specifiers import InvalidSpecifier, Specifier

__all__ = ["readable_clauses", "readable_requirement"]

_REQUIREMENT = re.compile(
    r"""\s*(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*
    (?P<extras>\[[^\]]*\])?\s*
    (?:\((?P<inside>[^()]*)\)|(?P<bare>[^;()@]*))\s*
    (?P<marker>;.*)?""",
    re.VERBOSE | re.ASCII | re.DOTALL,
)
_CLAUSE = re.compile(r"(==|!=|<=|>=|<|>)\s*([^\s,;()]+)")
_NUMBERS = re.compile(r"v?(\d+(?:\.\d+)*)(.*)", re.ASCII)
_NOTHING = "<0.dev0"
_ABOVE = {">": ">=", ">=": ">=", "<": "<", "<=": "<", "!=": ""}


@lru_cache(maxsize=4096)
def readable_requirement(text: str) -> str | None:
    """The same requirement in clauses that PEP 440 allows; None where an old pip stops at it."""
    match = _REQUIREMENT.fullmatch(text)
    if match is None:
        return None
    stated = match["inside"] if match["inside"] is not None else match["bare"]
    clauses = readable_clauses(stated)
    if clauses is None:
        return None
    return f"{match['name']}{match['extras'] or ''}{clauses} {match['marker'] or ''}".strip()


@lru_cache(maxsize=4096)
def readable_clauses(text: str) -> str | None:
    """The same clauses, as far as they say anything; None where an old pip reads none there."""
    if not text.strip():
        return ""
    found = []
    for clause in text.split(","):
        readable = _readable(clause.strip())
        if readable is None:
            return None
        found.append(readable)
    return ",".join(filter(None, found))


def _readable(clause: str) -> str | None:
    try:
        return str(Specifier(clause))
    except InvalidSpecifier:
        pass
    match = _CLAUSE.fullmatch(clause)
    if match is None:
        return None
    operator, version = match.groups()
    numbers = _NUMBERS.fullmatch(version)
    if numbers is None:  # a word is older than every version
        return "" if operator in {">", ">=", "!="} else _NOTHING
    if operator == "==":
        return _NOTHING
    return f"{_ABOVE[operator]}{numbers[1]}" if _ABOVE[operator] else ""
