"""Was an older release taken because of the target, and what does the newest one need?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.coverage.judgement import nearest_first
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Project, Sdist, Wheel
from wheelcheck.resolution import FileRules, Pin, RefusalReason, refusal_of
from wheelcheck.targets import Target

__all__ = ["NewerReleases", "newest_wanted", "wanted_by"]

_OF_THE_TARGET = frozenset({RefusalReason.TAG, RefusalReason.REQUIRES_PYTHON})


class NewerReleases:
    """Looks for them on any number of targets; `constraints` say which versions are wanted."""

    def __init__(self, constraints: Mapping[NormalizedName, SpecifierSet]) -> None:
        self._constraints = constraints
        self._newest: dict[tuple[NormalizedName, Version, tuple[str, ...]], Version | None] = {}

    def reason(self, pin: Pin, project: Project | Unknown, target: Target, rules: FileRules) -> str:
        """Say what the newest release that is wanted needs, where an older one is taken without it.

        Args:
            pin: what is taken.
            project: the files that there are.
            target: where it would be installed.
            rules: the user's rules on files.

        Returns:
            ``1.18.1 needs glibc 2.28, target has 2.17``; "" where the newest is taken, or another
            rule than the target's keeps it away.
        """
        if isinstance(project, Unknown) or pin.version is None or pin.file is None:
            return ""
        newest = self._newest_wanted(pin, pin.version, project)
        if newest is None or newest == pin.version:
            return ""
        why = _why_not(project.files(newest), target, rules)
        return f"{newest} {why}" if why else ""

    def has_newer(self, pin: Pin, project: Project | Unknown) -> bool:
        """Whether a newer release is wanted than that of a pin, on whatever target."""
        if isinstance(project, Unknown) or pin.version is None:
            return False
        newest = self._newest_wanted(pin, pin.version, project)
        return newest is not None and newest != pin.version

    def _newest_wanted(self, pin: Pin, taken: Version, project: Project) -> Version | None:
        """As `newest_wanted`, worked out once for all targets that ask the same."""
        if not project.versions or project.versions[0] == taken:
            return None
        key = pin.name, taken, tuple([demand.requirement for demand in pin.demands])
        if key not in self._newest:
            self._newest[key] = newest_wanted(pin, project, self._constraints.get(pin.name))
        return self._newest[key]


def newest_wanted(
    pin: Pin, project: Project, constraint: SpecifierSet | None = None
) -> Version | None:
    """The newest release that all who ask for a package would take, were there files that fit.

    None where one version alone is wanted, and where nothing is newer than the pin.
    """
    if pin.version is None or not project.versions or project.versions[0] == pin.version:
        return None
    wanted = wanted_by(pin)
    if wanted is None:
        return None
    wanted &= constraint or SpecifierSet()
    taken = pin.version
    return next((each for each in project.versions if _counts(each, taken, wanted, project)), None)


def wanted_by(pin: Pin) -> SpecifierSet | None:
    """What all that ask for a package admit; None where that is one version alone."""
    return _specifier(tuple(dict.fromkeys(demand.requirement for demand in pin.demands)))


def _why_not(files: Iterable[Wheel | Sdist], target: Target, rules: FileRules) -> str:
    """What keeps the target from taking any of these files; "" where something else does."""
    refused = [refusal_of(file, target, rules) for file in files]
    reasons = [each for each in refused if each is not None]
    if len(reasons) < len(refused) or any(each.refusal not in _OF_THE_TARGET for each in reasons):
        return ""
    return nearest_first(reasons, target)[0].why if reasons else ""


def _counts(version: Version, taken: Version, wanted: SpecifierSet, project: Project) -> bool:
    """Whether a release would be taken before another one, were there a file that fits."""
    if version <= taken:
        return version == taken
    if (version.is_prerelease and not taken.is_prerelease) or not wanted.contains(version):
        return False
    return any(file.yanked is None for file in project.files(version))


@lru_cache(maxsize=1 << 14)
def _specifier(requirements: tuple[str, ...]) -> SpecifierSet | None:
    """What all that ask for a package admit; None where that is one version alone."""
    specifier = SpecifierSet()
    for text in requirements:
        try:
            found = Requirement(text).specifier
        except InvalidRequirement:
            return None  # a direct reference, which names its file
        if any(clause.operator in {"==", "==="} and "*" not in clause.version for clause in found):
            return None
        specifier &= found
    return specifier
