"""Newer versions that an installer asks for their metadata, and does not take."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, takewhile

from msgspec.structs import replace
from packaging.requirements import InvalidRequirement
from packaging.specifiers import SpecifierSet

from wheelcheck.builds.installer_kind import InstallerKind
from wheelcheck.errors import Unknown
from wheelcheck.index.interface import Index, Sdist, Wheel
from wheelcheck.requirements.requirement_set import FilePolicy
from wheelcheck.resolution import FileRules, Pin, Resolution, choose
from wheelcheck.resolution.requires_dist import parse_requirement
from wheelcheck.targets import Target

__all__ = ["TriedVersions"]

MAX_TRIED = 30
"""Newer versions of one build requirement that are followed, as each sdist must be read."""


class TriedVersions:
    """Finds them for any number of resolutions, under the user's rules on files."""

    def __init__(self, index: Index, policy: FilePolicy) -> None:
        self._index = index
        # pip hands the user's choice of files on to the build environment, but no hashes.
        self._policy = replace(policy, require_hashes=False)
        self._rules = FileRules(self._policy)
        self._newer_files: dict[tuple[object, ...], tuple[tuple[Wheel | Sdist, ...], ...]] = {}

    def of(self, resolution: Resolution, installer: InstallerKind) -> tuple[Sdist, ...]:
        """Return the sdists that an installer asks for metadata and does not take.

        The versions newer than a pin that all its demands admit: each was rejected for what it
        depends on itself. pip learns that from its backend alone, whatever the sdist states; uv
        also from static metadata and from wheels for other platforms.
        """
        return tuple(
            sdist
            for pin in resolution.pins.values()
            for sdist in self.before(pin, resolution.target, installer)
        )

    def before(self, pin: Pin, target: Target, installer: InstallerKind) -> tuple[Sdist, ...]:
        """As `of`, for one pin."""
        return tuple(
            sdist
            for sdist in self._passed_over(pin, target)
            if installer is not InstallerKind.UV or self._needs_backend(sdist)
        )

    def has_newer(self, pin: Pin) -> bool:
        """Whether all demands on a pin admit a newer version, which some target may try."""
        return pin.file is not None and bool(self._newer(pin))

    def _passed_over(self, pin: Pin, target: Target) -> Iterator[Sdist]:
        """Newer versions than a pin's that all its demands admit and that only an sdist offers."""
        if pin.file is None or (self._policy.prefer_binary and isinstance(pin.file, Wheel)):
            return
        for files in self._newer(pin):
            file = choose(files, target, self._rules)
            if isinstance(file, Sdist) and file.yanked is None:
                yield file

    def _newer(self, pin: Pin) -> tuple[tuple[Wheel | Sdist, ...], ...]:
        """The files of the newer versions that all demands on a pin admit, version by version.

        They are the same on every target where the same is demanded.
        """
        key = (pin.name, pin.version, *[demand.requirement for demand in pin.demands])
        found = self._newer_files.get(key)
        if found is None:
            found = self._newer_files[key] = tuple(self._find_newer(pin))
        return found

    def _find_newer(self, pin: Pin) -> Iterator[tuple[Wheel | Sdist, ...]]:
        project, chosen = self._index.project(pin.name), pin.version
        if isinstance(project, Unknown) or chosen is None:
            return
        newer = list(takewhile(lambda version: version > chosen, project.versions))
        admitted = _admitted(pin) if newer else None
        if admitted is None:
            return
        prereleases = bool(self._policy.allows_prereleases(pin.name)) or chosen.is_prerelease
        for version in islice(admitted.filter(newer, prereleases=prereleases), MAX_TRIED):
            yield project.files(version)

    def _needs_backend(self, sdist: Sdist) -> bool:
        project = self._index.project(sdist.name)
        files = () if isinstance(project, Unknown) else project.files(sdist.version)
        if any(isinstance(file, Wheel) for file in files):
            return False
        return isinstance(self._index.metadata(sdist), Unknown)


def _admitted(pin: Pin) -> SpecifierSet | None:
    """The versions that all demands on a pin admit; None where one of them names a file."""
    found = SpecifierSet()
    for demand in pin.demands:
        requirement = parse_requirement(demand.requirement)
        if isinstance(requirement, InvalidRequirement) or requirement.url:
            return None
        found &= requirement.specifier
    return found
