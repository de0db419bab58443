"""Requires-Dist lines, read once per distinct text, and those for unwanted extras not at all.

Most lines of most projects ask for what an extra alone needs: of 3,819 lines behind 330 pins,
3,174. Those of a plain shape, which nobody could call invalid, are recognised by one expression and
left alone until the extra is wanted. `packaging` reads all others.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from msgspec import Struct
from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from wheelcheck.requirements.pip.legacy_requirements import readable_requirement

__all__ = ["LONGEST", "Stated", "needed_extra", "parse_requirement", "retained", "stated"]

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_RELEASE = r"[0-9]{1,9}(?:\.[0-9]{1,9})*"
_STAGE = r"(?:a|b|rc|\.dev|\.post)[0-9]{1,9}"
_CLAUSE = rf"""(?:
    [=!]=[ ]?{_RELEASE}(?:\.\*|{_STAGE})?
    | [<>]=?[ ]?{_RELEASE}(?:{_STAGE})?
    | ~=[ ]?{_RELEASE}\.[0-9]{{1,9}}
)"""
_CLAUSES = rf"{_CLAUSE}(?:[ ]?,[ ]?{_CLAUSE})*"
_VARIABLE = (
    r"(?:python_version|python_full_version|os_name|sys_platform|platform_(?:system|machine"
    r"|python_implementation)|implementation_name)"
)
_QUOTED = r"""(?:"[\w.,*+!/-]*"|'[\w.,*+!/-]*')"""
_COMPARISON = rf"{_VARIABLE}[ ]?(?:[<>=!]=|<|>)[ ]?{_QUOTED}"
_CONDITION = rf"""(?:
    {_COMPARISON}(?:[ ]and[ ]{_COMPARISON})*
    | \({_COMPARISON}(?:[ ](?:and|or)[ ]{_COMPARISON})*\)
)"""
_FOR_AN_EXTRA = rf"""{_NAME}[ ]?
    (?:\[{_NAME}(?:,[ ]?{_NAME})*\])?[ ]?
    (?:{_CLAUSES}|\({_CLAUSES}\))?[ ]?
    ;[ ]*(?:{_CONDITION}[ ]and[ ])?
    extra[ ]?==[ ]?(?P<quote>["'])(?P<extra>{_NAME})(?P=quote)"""


LONGEST = 100_000
"""Characters of one requirement; honest markers have some hundred."""
MAX_DIGITS = 4000
"""Of one number: Python refuses to read more than 4,300."""
_DIGITS = re.compile(rf"[0-9]{{{MAX_DIGITS}}}")
_TRAILING_COMMA = re.compile(r",\s*(?:\)|;|$)", re.ASCII)


class Stated(Struct, frozen=True):
    """The requirements of a file that may hold somewhere, with certain extras.

    `conditions` are the distinct markers among theirs, by their normal form.
    """

    requirements: tuple[Requirement, ...]
    conditions: dict[str, Marker]


@lru_cache(maxsize=1 << 14)
def stated(
    requires_dist: tuple[str, ...], wanted: tuple[str, ...], *, legacy: bool = False
) -> Stated | InvalidRequirement:
    """Read Requires-Dist lines; those for other extras than the `wanted` (normalised) are left out.

    A line that does not parse makes the whole metadata invalid, as it does for pip. With `legacy`
    lines are read as pip before 24.1 does.
    """
    found = []
    for text in requires_dist:
        extra = needed_extra(text)
        if extra is None or extra in wanted:
            requirement = parse_requirement(text, legacy=legacy)
            if isinstance(requirement, InvalidRequirement):
                return requirement
            found.append(requirement)
    markers = [requirement.marker for requirement in found if requirement.marker is not None]
    return Stated(tuple(found), {str(marker): marker for marker in markers})


@lru_cache(maxsize=1 << 14)
def retained(
    requires_dist: tuple[str, ...],
    wanted: tuple[str, ...],
    holding: frozenset[str],
    *,
    legacy: bool = False,
) -> tuple[Requirement, ...]:
    """Those of the stated requirements that have no marker, or one of those `holding`.

    One value for all marker environments in which the same markers hold.
    """
    lines = stated(requires_dist, wanted, legacy=legacy)
    assert isinstance(lines, Stated)
    return tuple(
        requirement
        for requirement in lines.requirements
        if requirement.marker is None or str(requirement.marker) in holding
    )


@lru_cache(maxsize=1 << 16)
def needed_extra(text: str) -> str | None:
    """The extra (normalised) without which a line holds nowhere, where it says so plainly.

    Such a line is valid: `packaging` would read it.
    """
    match = _for_an_extra().fullmatch(text) if "extra" in text else None
    return canonicalize_name(match["extra"]) if match else None


@cache
def _for_an_extra() -> re.Pattern[str]:
    """Compiled on first use: that takes ten milliseconds."""
    return re.compile(_FOR_AN_EXTRA, re.VERBOSE | re.ASCII)


@lru_cache(maxsize=1 << 16)
def parse_requirement(text: str, *, legacy: bool = False) -> Requirement | InvalidRequirement:
    """Parse one requirement; the same text recurs in hundreds of releases.

    With `legacy` as pip before 24.1 does, for which a trailing comma is an error and much else
    is none.
    """
    if len(text) > LONGEST or (len(text) > MAX_DIGITS and _DIGITS.search(text)):
        return InvalidRequirement(f"it has {len(text):,} characters: {text[:40]}…")
    if legacy and _TRAILING_COMMA.search(text):
        return InvalidRequirement(f"a comma that nothing follows: {text}")
    try:
        return Requirement(text)
    except InvalidRequirement as error:
        readable = readable_requirement(text) if legacy else None
        return error if readable is None else parse_requirement(readable)
