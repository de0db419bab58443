"""What the scripts have in common that hold wheelcheck against an installer, pin by pin."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from wheelcheck import Report, Verdict

__all__ = ["Difference", "differing", "is_refused", "only_behind", "unavailable_on", "versions_on"]

_Reason = TypeVar("_Reason", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Difference(Generic[_Reason]):
    """One project (or a whole file, ``*``) on which two answers differ, and why."""

    name: str
    theirs: str | None
    ours: str | None
    reason: _Reason


def versions_on(report: Report, target: str) -> dict[str, str]:
    """What wheelcheck pins on a target: project → version."""
    return {
        package.name: cell.version
        for package in report.packages
        if (cell := package.on[target]).version is not None
    }


def unavailable_on(report: Report, target: str) -> frozenset[str]:
    """The projects of which no file fits a target."""
    lost = (p.name for p in report.packages if p.on[target].verdict is Verdict.UNAVAILABLE)
    return frozenset(lost)


def is_refused(report: Report, target: str) -> bool:
    """Whether wheelcheck calls the whole file not installable on a target."""
    return not next(each for each in report.targets if each.name == target).installable


def differing(
    theirs: Mapping[str, str], ours: Mapping[str, str]
) -> Iterator[tuple[str, str | None, str | None]]:
    """The projects, by name, that two answers have otherwise, or that one of them lacks."""
    for name in sorted(theirs.keys() | ours.keys()):
        if theirs.get(name) != ours.get(name):
            yield name, theirs.get(name), ours.get(name)


def only_behind(report: Report, target: str, name: str, blocked: Collection[str]) -> bool:
    """Whether every chain of requests for a project runs through a blocked project."""
    # packages ask as "name[extra] version", the user's lines as "file:line"
    requested_by = {
        package.name: {who.partition(" ")[0] for who in package.on[target].requested_by}
        for package in report.packages
    }
    reached: set[str] = set()
    waiting = [name]
    while waiting:
        for parent in requested_by.get(waiting.pop(), set()) - reached - {*blocked}:
            if parent.partition("[")[0] not in requested_by:  # a line of the user's own
                return False
            reached.add(parent)
            waiting.append(parent.partition("[")[0])
    return True
