"""Whether a lock agrees with the project that it was made for, and with other locks beside it.

What is compared is what every format states: names, and the versions they are locked to. Checksums
of a project's text, which Poetry, PDM and Pipenv keep, change with much that alters no version.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from wheelcheck.requirements.requirement_set import Requirements

__all__ = ["different_versions", "unmet_requirements"]

_MOST = 3
"""Packages that a sentence names."""

_Versions = dict[NormalizedName, set[Version]]


def different_versions(lock: Requirements, other: Requirements) -> str:
    """What another lock has in other versions, "" where all that both have agrees."""
    ours, theirs = _versions(lock), _versions(other)
    found = [
        f"{name} {_written(theirs[name])} instead of {_written(versions)}"
        for name, versions in ours.items()
        if name in theirs and not versions & theirs[name]
    ]
    return _listing(found)


def unmet_requirements(lock: Requirements, project: Requirements) -> str:
    """What a project requires and a lock does not have, "" where nothing is missing for certain.

    A requirement with a marker may be absent from a lock that is for other targets.
    """
    return _listing(list(_unmet(lock, project)))


def _unmet(lock: Requirements, project: Requirements) -> Iterator[str]:
    locked = _versions(lock)
    known = {*locked, *(line.name for line in lock.skipped if line.name)}
    known |= {canonicalize_name(line.requirement.name) for line in lock.lines}
    for line in project.lines:
        requirement = line.requirement
        name = canonicalize_name(requirement.name)
        if requirement.url is not None:
            continue
        if name not in known:
            if requirement.marker is None:
                yield f"no {name}"
        elif name in locked and not any(
            requirement.specifier.contains(version, prereleases=True) for version in locked[name]
        ):
            yield f"{name} {_written(locked[name])} instead of {requirement.specifier}"


def _versions(lock: Requirements) -> _Versions:
    found: _Versions = {}
    for line in lock.lines:
        pinned = [each for each in line.requirement.specifier if each.operator in {"==", "==="}]
        if len(pinned) == 1 and not pinned[0].version.endswith("*"):
            name = canonicalize_name(line.requirement.name)
            found.setdefault(name, set()).add(Version(pinned[0].version))
    return found


def _written(versions: set[Version]) -> str:
    return " and ".join(map(str, sorted(versions)))


def _listing(found: list[str]) -> str:
    shown = ", ".join(islice(found, _MOST))
    more = len(found) - _MOST
    return f"{shown} and {more} more" if more > 0 else shown
