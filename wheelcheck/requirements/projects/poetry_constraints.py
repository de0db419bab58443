"""Poetry's own way to write versions: ``^1.2``, ``~1.2``, ``1.*``, ``>=1,<2 || >=3``.

As its documentation defines it ("Dependency specification"): a caret allows what keeps the
leftmost number that is not zero, a tilde what keeps the minor one; a bare version means exactly it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from packaging.markers import Marker
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

__all__ = ["admits", "parse_constraint", "python_constraint_marker"]

_CLAUSE = re.compile(
    r"(?P<operator>\^|~=|~|===|==|!=|<=|>=|<|>|=)?\s*v?(?P<version>[0-9][^\s,|]*)|(?P<any>\*)"
)
_BETWEEN = re.compile(r"\s*,\s*|\s+|$")


def parse_constraint(text: str) -> tuple[SpecifierSet, ...]:
    """Return the specifiers of which a version must meet any; raises ValueError."""
    try:
        return tuple(_all_of(part.strip()) for part in re.split(r"\|\|?", text))
    except InvalidSpecifier as error:
        raise ValueError(str(error)) from error


def admits(constraint: Sequence[SpecifierSet], version: Version) -> bool:
    """Whether a version meets a constraint; pre-releases count as their version does."""
    return any(specifier.contains(version, prereleases=True) for specifier in constraint)


def python_constraint_marker(text: str) -> Marker | None:
    """Return the marker that holds where a constraint on Python does; raises ValueError."""
    parts = []
    for specifier in parse_constraint(text):
        clauses = [
            f'python_full_version {clause.operator} "{clause.version}"' for clause in specifier
        ]
        if not clauses:
            return None
        parts.append(" and ".join(sorted(clauses)))
    return Marker(" or ".join(f"({part})" for part in parts))


def _all_of(text: str) -> SpecifierSet:
    specifier, position = SpecifierSet(), 0
    while position < len(text):
        found = _CLAUSE.match(text, position)
        behind = _BETWEEN.match(text, found.end()) if found else None
        if found is None or behind is None:
            raise ValueError(f"{text!r} is no constraint on versions")
        if not found["any"]:
            specifier &= _clause(found["operator"] or "", found["version"])
        position = behind.end() if behind.end() > found.end() else len(text)
    return specifier


def _clause(operator: str, version: str) -> SpecifierSet:
    if operator in {"^", "~"}:
        return _range(operator, Version(version.removesuffix(".*")))
    if operator in {"", "="}:
        operator = "=="
    return SpecifierSet(f"{operator}{version}")


def _range(operator: str, version: Version) -> SpecifierSet:
    release = version.release
    if operator == "~":
        fixed_parts = min(len(release), 2)
    else:
        leading = (place for place, number in enumerate(release, 1) if number)
        fixed_parts = next(leading, len(release))
    bound = [*release[: fixed_parts - 1], release[fixed_parts - 1] + 1]
    epoch = f"{version.epoch}!" if version.epoch else ""
    return SpecifierSet(f">={version},<{epoch}{'.'.join(map(str, bound))}")
