"""Which releases of a project come as a wheel on which targets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from packaging.version import Version

from wheelcheck.coverage.judgement import is_pure
from wheelcheck.index.interface import Project, Wheel
from wheelcheck.resolution import FileRules, choose
from wheelcheck.targets import Target

__all__ = ["FirstRelease", "Releases"]

_GAP = 3
"""Releases without wheels in a row after which nobody looks further back for the first release."""


@dataclass(frozen=True, slots=True)
class FirstRelease:
    """The first release with wheels on all of some targets, and when the last of them came.

    `own` says that they were made for that Python, not for an older one's stable ABI.
    """

    version: Version
    since: datetime | None
    own: bool


class Releases:
    """The releases of one project, seen from the targets of one Python.

    Hashes of the user's do not count, as they are those of the present release. Pre-releases count
    where `pre` says so.
    """

    def __init__(
        self, project: Project, targets: Sequence[Target], rules: FileRules, *, pre: bool
    ) -> None:
        self._project = project
        self._targets = tuple(targets)
        self._rules = rules
        self._covered: dict[Version, frozenset[Target]] = {}
        self.stable = tuple(v for v in project.versions if pre or not v.is_prerelease)
        self.unstable = tuple(v for v in project.versions if not pre and v.is_prerelease)

    def covered(self, version: Version) -> frozenset[Target]:
        """The targets on which a release comes as a wheel that is not yanked."""
        found = self._covered.get(version)
        if found is None:
            found = frozenset(t for t in self._targets if self.wheel(version, t) is not None)
            self._covered[version] = found
        return found

    def wheel(self, version: Version, target: Target) -> Wheel | None:
        """The wheel that would be installed; None where there is none, or only a yanked one."""
        file = choose(self._project.files(version), target, self._rules)
        return file if isinstance(file, Wheel) and file.yanked is None else None

    def admits(self, version: Version, target: Target) -> bool:
        """Whether any file of a release may be taken on a target."""
        return choose(self._project.files(version), target, self._rules) is not None

    def best(self, versions: Iterable[Version], targets: frozenset[Target]) -> list[Version]:
        """Those of the releases that come as wheels on the most of these targets."""
        counted = [(version, len(self.covered(version) & targets)) for version in versions]
        most = max((count for _, count in counted), default=0)
        return [version for version, count in counted if count == most]

    def first(self, targets: frozenset[Target]) -> FirstRelease | None:
        """The first release from which on all of these targets have wheels of their own.

        None where there is no release, or pure wheels fit all the same.
        """
        found: Version | None = None
        missing = 0
        for version in self.stable:
            if targets <= self.covered(version) and not self.pure(version):
                found, missing = version, 0
            elif found is not None:
                missing += 1
            if missing == _GAP:
                break
        return None if found is None else self._first(found, targets)

    def _first(self, version: Version, targets: frozenset[Target]) -> FirstRelease:
        wheels = [wheel for target in targets if (wheel := self.wheel(version, target))]
        times = [wheel.upload_time for wheel in wheels if wheel.upload_time is not None]
        pythons = {"cp{}{}".format(*target.python) for target in targets}
        own = any(wheel.tag.partition("-")[0] in pythons for wheel in wheels)
        return FirstRelease(version, max(times, default=None), own)

    def pure(self, version: Version) -> bool:
        """Whether every wheel of a release that is taken fits everywhere."""
        wheels = [self.wheel(version, target) for target in self.covered(version)]
        return bool(wheels) and all(wheel is not None and is_pure(wheel) for wheel in wheels)

    def any_pre_release(self, targets: frozenset[Target], above: Version | None) -> Version | None:
        """The first pre-release with wheels on all of these targets, above a release."""
        later = [v for v in reversed(self.unstable) if above is None or v > above]
        return next((v for v in later if targets <= self.covered(v)), None)
