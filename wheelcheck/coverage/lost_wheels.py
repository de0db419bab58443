"""Did a release lose wheels that the one before it has, or do they only come later?

Decided by the targets that are covered, not by the names of tags: a wheel under another name
(manylinux1 and manylinux2014, universal2 and arm64, abi3 instead of a wheel for each Python) is no
loss where the target still gets one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from wheelcheck.coverage.newer_release import newest_wanted, wanted_by
from wheelcheck.coverage.wheel_loss import WheelLoss, WheelLossKind
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Project, Sdist, Wheel
from wheelcheck.resolution import FileRules, Pin, choose
from wheelcheck.resolution.choice import python_admitted
from wheelcheck.targets import Implementation, Target
from wheelcheck.targets.pythons import python_support

__all__ = ["Releases", "lost_wheel"]

UPLOADING = timedelta(days=2)
"""How young a release is whose files may still be on their way: builds of rare platforms take
hours, and are uploaded one after the other."""
_FIRST_SUPPORTED_FREE_THREADED = (3, 14)
"""PEP 779: the free-threaded build of 3.13 was an experiment."""


def lost_wheel(
    pin: Pin,
    project: Project | Unknown,
    target: Target,
    rules: FileRules,
    as_of: datetime,
    constraint: SpecifierSet | None = None,
    releases: Releases | None = None,
) -> WheelLoss | None:
    """What became of the wheel that a target does not get; None where nothing was lost.

    Args:
        pin: what is taken.
        project: the files that there are.
        target: where it would be installed.
        rules: the user's rules on files. Hashes do not count: they are the user's own choice.
        as_of: the moment that is judged.
        constraint: what the user's constraints say of the package.
        releases: what is shared by all targets of a run.
    """
    if isinstance(project, Unknown) or pin.version is None or _ruled_out(pin, rules):
        return None
    wanted = pin.version
    if isinstance(pin.file, Wheel):
        newest = newest_wanted(pin, project, constraint)
        if newest is None or newest == pin.version:
            return None
        wanted = newest
    any_hash = replace(rules, hashes={}) if rules.hashes else rules
    seen = _Seen(project, target, any_hash, releases or Releases())
    return seen.waiting(pin, wanted, constraint) or seen.lost(wanted, as_of)


def _ruled_out(pin: Pin, rules: FileRules) -> bool:
    return rules.policy.no_binary.applies_to(pin.name)


class Releases:
    """Which files the date bound lets in, and when they came: the same on every target."""

    def __init__(self) -> None:
        self._known: dict[tuple[NormalizedName, Version, datetime | None], _Release] = {}

    def of(self, project: Project, version: Version, bound: datetime | None) -> _Release:
        """One release of a project."""
        key = (project.name, version, bound)
        found = self._known.get(key)
        if found is None:
            files = tuple(
                file
                for file in project.files(version)
                if bound is None or (file.upload_time is not None and file.upload_time < bound)
            )
            found = self._known[key] = _Release(version, files)
        return found


class _Release:
    """The files of a release that are known, and what follows from them on any target."""

    def __init__(self, version: Version, files: tuple[Wheel | Sdist, ...]) -> None:
        self.version = version
        self.files = files

    @cached_property
    def uploaded(self) -> datetime | None:
        """When the first of its files came."""
        return min((file.upload_time for file in self.files if file.upload_time), default=None)

    @cached_property
    def is_yanked(self) -> bool:
        """Whether all of its files are."""
        return all(file.yanked is not None for file in self.files)

    @cached_property
    def requires_python(self) -> frozenset[str | None]:
        """What its files say of the Python that they are for."""
        return frozenset(file.requires_python for file in self.files)

    before: tuple[Version | None] | None = None
    """The release before it, where that was looked for."""


class _Seen(Struct, frozen=True):
    """The releases of a project as a target sees them."""

    project: Project
    target: Target
    rules: FileRules
    releases: Releases

    def release(self, version: Version) -> _Release:
        return self.releases.of(self.project, version, self.rules.policy.exclude_newer)

    def wheel(self, version: Version, rules: FileRules | None = None) -> Wheel | None:
        file = choose(self.project.files(version), self.target, rules or self.rules)
        return file if isinstance(file, Wheel) and file.yanked is None else None

    # --- lost -------------------------------------------------------------------------------

    def lost(self, version: Version, as_of: datetime) -> WheelLoss | None:
        taken = choose(self.project.files(version), self.target, self.rules)
        if isinstance(taken, Wheel) or not self._admits_python(version):  # a yanked one is there
            return None
        release = self.release(version)
        before = self._before(release)
        had = self.wheel(before) if before is not None else None
        if before is None or had is None:
            return None
        uploaded = release.uploaded
        if uploaded is not None and self._is_over(uploaded):
            return None
        files = len(release.files), len(self.release(before).files)
        kind = WheelLossKind.LOST
        reason = f"{before} has {had.tag}, {version} has no wheel for it"
        young = uploaded is not None and as_of - uploaded < UPLOADING
        if young and files[0] < files[1]:
            kind = WheelLossKind.UPLOADING
            reason = (
                f"{version} may still be uploaded: {files[0]} of the {files[1]} files of {before}, "
                f"the first on {uploaded:%Y-%m-%d}"
            )
        return WheelLoss(kind, version, reason, before=before, day=uploaded, files=files)

    def _admits_python(self, version: Version) -> bool:
        """Whether a release is meant for the target's Python at all: else it says so itself."""
        required = self.release(version).requires_python
        return any(not each or python_admitted(each, self.target) for each in required)

    def _before(self, release: _Release) -> Version | None:
        """The nearest earlier release: final, or a pre-release too before a pre-release.

        Earlier in time, too: a late release of an older series may have wheels that came only then.
        """
        if release.before is None:
            release.before = (next(self._all_before(release), None),)
        return release.before[0]

    def _all_before(self, release: _Release) -> Iterator[Version]:
        version, own = release.version, release.uploaded
        for other in self.project.versions:
            if other >= version or (other.is_prerelease and not version.is_prerelease):
                continue
            found = self.release(other)
            if found.is_yanked:
                continue
            if own is None or found.uploaded is None or found.uploaded <= own:
                yield other

    def _is_over(self, day: datetime) -> bool:
        """Whether nobody expects wheels for this Python any more: its support had ended."""
        target = self.target
        if target.implementation is not Implementation.CPYTHON:
            return False
        if target.free_threaded and target.python < _FIRST_SUPPORTED_FREE_THREADED:
            return True
        support = python_support(target.python)
        return support is not None and support.end_of_support < day.date()

    # --- waited for -------------------------------------------------------------------------

    def waiting(
        self, pin: Pin, wanted: Version, constraint: SpecifierSet | None
    ) -> WheelLoss | None:
        """The wheel that a cooldown lets in first, of this release or a later one."""
        cooldown = self.rules.policy.cooldown
        if cooldown is None or pin.version is None or self.wheel(wanted) is not None:
            return None
        coming = list(self._coming(pin, pin.version, constraint))
        if not coming:
            return None
        version, uploaded, wheel = min(coming, key=lambda each: each[1])
        day = uploaded + cooldown
        reason = (
            f"{version} has {wheel.tag}, uploaded on {wheel.upload_time:%Y-%m-%d}: the cooldown of "
            f"{_days(cooldown)} lets it in from {day:%Y-%m-%d} on"
        )
        return WheelLoss(WheelLossKind.COOLDOWN, version, reason, day=day)

    def _coming(
        self, pin: Pin, own: Version, constraint: SpecifierSet | None
    ) -> Iterator[tuple[Version, datetime, Wheel]]:
        """Releases from a pin's own on that have a wheel, with the moment of its upload."""
        any_time = replace(
            self.rules, policy=replace(self.rules.policy, exclude_newer=None, cooldown=None)
        )
        admitted = wanted_by(pin)
        for version in self.project.versions:
            if version < own:
                break
            if version != own and not _admits(admitted, constraint, version):
                continue
            wheel = self.wheel(version, any_time)
            if wheel is not None and wheel.upload_time is not None:
                yield version, wheel.upload_time, wheel


def _admits(
    admitted: SpecifierSet | None, constraint: SpecifierSet | None, version: Version
) -> bool:
    """Whether a later release may be taken: no pre-release, and admitted by all requirements."""
    if admitted is None or version.is_prerelease:
        return False
    return (admitted & (constraint or SpecifierSet())).contains(version)


def _days(span: timedelta) -> str:
    days = span / timedelta(days=1)
    return f"{days:g} days" if days != 1 else "1 day"
