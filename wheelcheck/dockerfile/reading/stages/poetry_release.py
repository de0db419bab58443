"""Which Poetry a stage has."""

from __future__ import annotations

import re
from collections.abc import Mapping

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from wheelcheck.dockerfile.reading.stages.stage_state import StageState

__all__ = ["is_since", "poetry_of"]

_NEWEST = Version("2.5.1")
_RELEASE = re.compile(r"\d+(\.\d+)*")


def poetry_of(stage: StageState, variables: Mapping[str, str | None]) -> Version | None:
    """The Poetry of a stage, by its requirement and by the variable that its installer reads.

    None where nothing tells.
    """
    lines = [line for step in stage.steps for line in step.requirements.lines]
    stated = [line.requirement.specifier for line in lines if line.requirement.name == "poetry"]
    named = variables.get("POETRY_VERSION") or ""
    found = [_newest_of(specifier) for specifier in stated]
    found += [Version(named)] if _RELEASE.fullmatch(named) else []
    return min(found, default=None)


def is_since(poetry: Version | None, release: str) -> bool | None:
    """Whether a Poetry is that release or newer; None where it is not known.

    Since 1.8 it ends with an error where the lock does not fit, and in 2.x where its project cannot
    be built; releases before warn. Since 2.3 the hash in a lock counts a project's groups.
    """
    return None if poetry is None else poetry >= Version(release)


def _newest_of(specifier: SpecifierSet) -> Version:
    """The release that a specifier pins, or the newest; 0 for a bound that leaves this one out."""
    pinned = [each.version.removesuffix(".*") for each in specifier if each.operator == "=="]
    if pinned:
        return Version(pinned[0])
    return _NEWEST if specifier.contains(_NEWEST) else Version("0")
