"""On which targets? Markers of locks: checked, freed of extras and groups, and combined.

A lock's marker may ask for extras and dependency groups besides the target (PEP 751's ``extras``
and ``dependency_groups``, Poetry's and uv's ``extra``). Which of them are wanted is known when the
lock is read, so that what remains is a plain marker (PEP 508) about the target.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
from functools import lru_cache

from packaging.markers import InvalidMarker, Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from wheelcheck.errors import Unknown

__all__ = [
    "ALWAYS",
    "NEVER",
    "Condition",
    "also",
    "either",
    "holds_nowhere",
    "marker_of",
    "parse_marker",
    "python_marker",
    "readable_marker",
    "settle",
    "unreadable_part",
]

MAX_DIGITS = 4000
"""Of one number: Python refuses to read more than 4,300."""
_DIGITS = re.compile(rf"[0-9]{{{MAX_DIGITS}}}")
_SHOWN = 100
"""Characters of a marker that are shown."""

Condition = frozenset[frozenset[str]]
"""When a package is wanted: where all markers of any one of these sets hold."""

ALWAYS: Condition = frozenset({frozenset()})
NEVER: Condition = frozenset()

_TRUE = 'python_version >= "0"'
_FALSE = 'python_version < "0"'
_CHOICE = re.compile(
    r'(?:extra (?P<is>==|!=) "(?P<extra>[^"]*)")|(?:"(?P<reversed>[^"]*)" (?P<was>==|!=) extra)'
    r'|(?:"(?P<item>[^"]*)" (?P<in>in|not in) (?P<set>extras|dependency_groups)\b)'
)
_SETTLED = re.compile(rf"{_TRUE}|{_FALSE}|and|or|[() ]")
_NOWHERE = Marker(_FALSE)
_ANY_LINUX: dict[str, str | AbstractSet[str]] = {
    "implementation_name": "cpython",
    "implementation_version": "3.12.0",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_release": "",
    "platform_system": "Linux",
    "platform_version": "",
    "python_full_version": "3.12.0",
    "python_version": "3.12",
    "sys_platform": "linux",
    "extra": "",
}
_OF_LOCKS: dict[str, str | AbstractSet[str]] = {
    **_ANY_LINUX,
    "extras": frozenset[str](),
    "dependency_groups": frozenset[str](),
}
"""What a marker of a lock may name besides (PEP 751)."""


@lru_cache(maxsize=4096)
def parse_marker(text: str) -> Marker:
    """Parse a marker that can be evaluated on every target; raises InvalidMarker otherwise."""
    try:
        marker = Marker(text)
        marker.evaluate(_OF_LOCKS, context="lock_file")
    except (UndefinedComparison, UndefinedEnvironmentName, ValueError) as error:
        raise InvalidMarker(str(error)) from error
    except RecursionError:
        raise InvalidMarker("nested too deeply") from None
    return marker


def unreadable_part(requirement: Requirement) -> Unknown | None:
    """Why installers end with an error at a requirement that they can parse; None where not.

    Codes: ``marker-undefined``, ``number-too-long`` (in a version).
    """
    marker = str(requirement.marker) if requirement.marker is not None else ""
    if marker and readable_marker(requirement) is None:
        return Unknown("marker-undefined", f"its marker {marker[:_SHOWN]!r} cannot be evaluated")
    clauses = str(requirement.specifier)
    if len(clauses) > MAX_DIGITS and _DIGITS.search(clauses):
        why = f"a number in it has more than {MAX_DIGITS:,} digits"
        return Unknown("number-too-long", why)
    return None


def readable_marker(requirement: Requirement) -> Marker | None:
    """The marker of a requirement, None where it has none that can be evaluated."""
    marker = requirement.marker
    text = str(marker) if marker is not None else ""
    too_long = len(text) > MAX_DIGITS and _DIGITS.search(text)
    return None if too_long or (text and _undefined(text) is not None) else marker


@lru_cache(maxsize=4096)
def _undefined(text: str) -> str | None:
    try:
        Marker(text).evaluate(_ANY_LINUX, context="requirement")
    except (UndefinedComparison, UndefinedEnvironmentName, ValueError, KeyError) as error:
        return str(error)
    except RecursionError:
        return "nested too deeply"
    return None


def settle(
    marker: Marker | None, extras: Collection[str], groups: Collection[str] = ()
) -> Marker | None:
    """Replace what a marker asks of extras and groups, given those that are wanted.

    None where it always holds.
    """
    chosen = {canonicalize_name(extra) for extra in extras}
    wanted = {"extras": chosen, "dependency_groups": {canonicalize_name(group) for group in groups}}

    def answer(found: re.Match[str]) -> str:
        if found["set"]:
            holds = canonicalize_name(found["item"]) in wanted[found["set"]]
            return _TRUE if holds == (found["in"] == "in") else _FALSE
        holds = canonicalize_name(found["extra"] or found["reversed"] or "") in chosen
        return _TRUE if holds == ((found["is"] or found["was"]) == "==") else _FALSE

    text = "" if marker is None else str(marker)
    settled = _CHOICE.sub(answer, text)
    if settled == text:
        return marker
    if _SETTLED.sub("", settled):
        return Marker(settled)
    return None if Marker(settled).evaluate() else _NOWHERE


def holds_nowhere(marker: Marker | None) -> bool:
    """Whether a settled marker rules out every target."""
    return marker is not None and str(marker) == _FALSE


def python_marker(specifier: SpecifierSet) -> Marker | None:
    """Return the marker that holds where a Requires-Python admits the target; None: everywhere."""
    clauses = [f'python_full_version {clause.operator} "{clause.version}"' for clause in specifier]
    return Marker(" and ".join(sorted(clauses))) if clauses else None


def either(condition: Condition, other: Condition) -> Condition:
    """Return the condition that holds where one of two does, without what others include."""
    every = condition | other
    return frozenset(term for term in every if not any(less < term for less in every))


def also(condition: Condition, marker: Marker | None) -> Condition:
    """Narrow a condition by a marker."""
    if marker is None or condition == NEVER:
        return condition
    if holds_nowhere(marker):
        return NEVER
    text = str(marker)
    return either(NEVER, frozenset(term | {text} for term in condition))


def marker_of(condition: Condition) -> Marker | None:
    """Write a condition as one marker; None where it always holds."""
    if condition == ALWAYS:
        return None
    terms: Iterable[str] = (
        " and ".join(f"({text})" for text in sorted(item)) for item in condition
    )
    return Marker(" or ".join(f"({term})" for term in sorted(terms)) or _FALSE)
