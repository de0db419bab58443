"""Packages of a conflict that block it for want of files, and not because needs disagree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName

from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Project
from wheelcheck.resolution.answers import Answers
from wheelcheck.resolution.solving.nodes import SolverRequirement
from wheelcheck.resolution.solving.provider import Provider
from wheelcheck.resolution.solving.search import Cause

__all__ = ["blocked_names", "is_blocked"]


def blocked_names(
    provider: Provider, answers: Answers, causes: Collection[Cause]
) -> frozenset[NormalizedName]:
    """Packages in a conflict for which it is files that are missing, not agreement."""
    by_name: dict[NormalizedName, list[SolverRequirement]] = defaultdict(list)
    for cause in causes:
        by_name[cause.requirement.name].append(cause.requirement)
    refused = frozenset(
        cause.parent.name
        for cause in causes
        if cause.parent is not None and cause.requirement.impossible
    )
    return refused | frozenset(
        name
        for name, needs in by_name.items()
        if is_blocked(provider, answers, needs)
        or any(is_blocked(provider, answers, [need]) for need in needs)
    )


def is_blocked(provider: Provider, answers: Answers, needs: Sequence[SolverRequirement]) -> bool:
    """Whether nothing installs for these needs, and it is not that they contradict each other.

    Either versions that satisfy all are there, without a file for this target, or one need
    alone names a version that does not exist.
    """
    if any(need.impossible or need.exact for need in needs):
        return False
    name = needs[0].name
    if any(offer for offer in provider.matches(name, needs)):
        return False
    project = answers.project(name)
    if isinstance(project, Unknown):
        return True
    clauses = [need.specifier for need in needs]
    every = [*clauses, provider.constraint(name).specifier]
    return _some_version(project, every) or any(
        not _some_version(project, [clause]) for clause in clauses
    )


def _some_version(project: Project, specifiers: Iterable[SpecifierSet]) -> bool:
    return any(
        all(specifier.contains(version, prereleases=True) for specifier in specifiers)
        for version in project.versions
    )
