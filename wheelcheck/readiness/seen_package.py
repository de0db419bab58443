"""What is known of one package on a new Python before its status is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from packaging.version import Version

from wheelcheck.readiness.releases import Releases
from wheelcheck.targets import Target

__all__ = ["SeenPackage", "first_day", "platform_name"]


def platform_name(target: Target) -> str:
    """``glibc 2.41 x86_64``, ``macOS 14 arm64``."""
    return f"{target.platform.title} {target.arch.value}"


@dataclass(frozen=True, slots=True)
class SeenPackage:
    """What is known of one package before its status is."""

    releases: Releases
    current: Version | None
    taken: Version | None
    on: frozenset[Target]
    wanted: frozenset[Target]
    """The targets that require it and whose platform has wheels of it now, in any release."""
    never: frozenset[Target]
    """The targets that require it and have no wheels now either."""


def first_day(seen: SeenPackage) -> dict[str, Any]:
    """The first release with all wheels, and its day; nothing of a release that is pure."""
    pure = seen.taken is not None and seen.releases.pure(seen.taken)
    first = None if pure else seen.releases.first(seen.wanted)
    if first is None:
        return {"first": None, "since": None}
    day = first.since.date().isoformat() if first.since else None
    return {"first": str(first.version), "since": day}
