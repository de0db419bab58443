"""An index that offers the files that locks list, and adds what the real one says of them.

An installer takes a lock's files from where the lock says, and asks no index. Here the index only
adds what a lock cannot say: that a file is yanked, what would fit and is not listed, a size. Where
it has nothing, or is not asked at all, the lock is enough.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import SupportsBytes

from msgspec import structs
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from wheelcheck.errors import IndexUnreachable, Unknown
from wheelcheck.index.index_over import IndexOver
from wheelcheck.index.interface import (
    ArchiveListing,
    CoreMetadata,
    Index,
    MemberReader,
    Project,
    ProjectStatus,
    Sdist,
    T,
    UnusableFile,
    Wheel,
)
from wheelcheck.index.network.urls import local_path
from wheelcheck.index.pages.filenames import BadName, WheelName, parse_filename
from wheelcheck.regular_files import is_regular
from wheelcheck.requirements.requirement_set import LockedFile, Requirements

__all__ = ["LockIndex", "with_locked_files"]

_Listed = Mapping[Version, tuple[LockedFile, ...]]
_AtUrl = Callable[[str, NormalizedName], Wheel | Sdist | Unknown]


def with_locked_files(index: Index, requirements: Requirements) -> Index:
    """The index with the files that the locks among the requirements list, if there are any."""
    listed: dict[NormalizedName, dict[Version, tuple[LockedFile, ...]]] = defaultdict(dict)
    for line in requirements.lines:
        for specifier in line.requirement.specifier if line.files else ():
            versions = listed[canonicalize_name(line.requirement.name)]
            version = Version(specifier.version)
            versions[version] = tuple(dict.fromkeys((*versions.get(version, ()), *line.files)))
    return LockIndex(index, listed) if listed else index


class LockIndex(IndexOver):
    """`Index` for the projects that a lock lists files of; all other questions go through."""

    def __init__(self, index: Index, listed: Mapping[NormalizedName, _Listed]) -> None:
        super().__init__(index)
        self._listed = listed
        self._unreachable = False

    def project(self, name: NormalizedName) -> Project | Unknown:
        """Which files does this project have? Those of the lock, and those of the index.

        Raises IndexUnreachable for a project that no lock lists.
        """
        listed = self._listed.get(name)
        if listed is None:
            return self._index.project(name)
        return LockedProject(name, listed, self._beside(name), self._index.at_url)

    def _beside(self, name: NormalizedName) -> Project | None:
        """What the index says; None where it says nothing, and silence is not asked again."""
        if self._unreachable:
            return None
        try:
            found = self._index.project(name)
        except IndexUnreachable:
            self._unreachable = True
            return None
        return None if isinstance(found, Unknown) else found

    def metadata(self, file: Wheel | Sdist) -> CoreMetadata | Unknown:
        """What does this file depend on?"""
        return self._index.metadata(file) if file.url else _nowhere(file)

    def listing(
        self, file: Wheel | Sdist, wanted: Callable[[str], bool] | None = None
    ) -> ArchiveListing | Unknown:
        """What does this archive contain?"""
        return self._index.listing(file, wanted) if file.url else _nowhere(file)

    def pyproject(self, sdist: Sdist, enough: Callable[[str], bool]) -> str | Unknown | None:
        """The pyproject.toml at the root of an sdist, if that alone is `enough`."""
        return self._index.pyproject(sdist, enough) if sdist.url else _nowhere(sdist)

    def prefetch_pyproject(self, sdists: Iterable[Sdist], enough: Callable[[str], bool]) -> None:
        """Say whose `pyproject` will be needed next."""
        self._index.prefetch_pyproject([sdist for sdist in sdists if sdist.url], enough)

    def look_into(self, wheel: Wheel, look: Callable[[MemberReader], T]) -> T | Unknown:
        """What `look` finds in the members of a wheel."""
        return self._index.look_into(wheel, look) if wheel.url else _nowhere(wheel)

    def prefetch_look(self, wheel: Wheel, look: Callable[[MemberReader], object]) -> None:
        """Look into a wheel in the background."""
        if wheel.url:
            self._index.prefetch_look(wheel, look)

    def derived(self, file: Wheel | Sdist) -> bytes | None:
        """What was stored as derived from this file before."""
        return self._index.derived(file) if file.url else None

    def store_derived(self, file: Wheel | Sdist, data: SupportsBytes) -> None:
        """Store what was derived from this file."""
        if file.url:
            self._index.store_derived(file, data)

    def prefetch(
        self,
        names: Iterable[NormalizedName] = (),
        files: Iterable[Wheel | Sdist] = (),
        listings: Iterable[Wheel | Sdist] = (),
        wanted: Callable[[str], bool] | None = None,
    ) -> None:
        """Say what will probably be asked next."""
        if self._unreachable:
            names = [name for name in names if name not in self._listed]
        self._index.prefetch(
            names,
            [file for file in files if file.url],
            [file for file in listings if file.url],
            wanted,
        )


def _nowhere(file: Wheel | Sdist) -> Unknown:
    return Unknown("file-not-located", f"the lock names {file.filename}, and no index has it")


class LockedProject:
    """A `Project` of which a lock lists the files of some versions."""

    def __init__(
        self, name: NormalizedName, listed: _Listed, beside: Project | None, at_url: _AtUrl
    ) -> None:
        self._name = name
        self._listed = listed
        self._beside = beside
        self._at_url = at_url
        self._files: dict[Version, tuple[Wheel | Sdist, ...]] = {}

    @property
    def name(self) -> NormalizedName:
        """Normalised name (PEP 503)."""
        return self._name

    @property
    def status(self) -> ProjectStatus:
        """Status by PEP 792, as the index has it."""
        return self._beside.status if self._beside else ProjectStatus.ACTIVE

    @property
    def status_reason(self) -> str:
        """The reason given for the status, or ""."""
        return self._beside.status_reason if self._beside else ""

    @property
    def versions(self) -> tuple[Version, ...]:
        """Every version with at least one wheel or sdist, newest first."""
        there = self._beside.versions if self._beside else ()
        return tuple(sorted({*there, *self._listed}, reverse=True))

    @property
    def unusable(self) -> tuple[UnusableFile, ...]:
        """Files that were passed over, also those that a lock names and that are not there."""
        lost = (
            UnusableFile(path.name, "there is no such file beside the lock")
            for version in self._listed
            for path in self._missing(version)
        )
        return (*(self._beside.unusable if self._beside else ()), *lost)

    @property
    def untold(self) -> Unknown | None:
        """Why an index beside the lock did not answer; None where all did, or none is there."""
        return self._beside.untold if self._beside else None

    @property
    def is_for_any_platform(self) -> bool:
        """Whether no wheel is for some platforms alone: of what a lock lists it is not known."""
        return False

    def _missing(self, version: Version) -> list[Path]:
        """The files on this machine that the lock names and that are not there."""
        paths = (local_path(file.url) for file in self._listed.get(version, ()))
        return [path for path in paths if path is not None and not is_regular(path)]

    def files(self, version: Version) -> tuple[Wheel | Sdist, ...]:
        """The files of a version: the lock's, as the index has them where it has the same."""
        if version not in self._files:
            self._files[version] = self._merged(version)
        return self._files[version]

    def _merged(self, version: Version) -> tuple[Wheel | Sdist, ...]:
        there = self._beside.files(version) if self._beside else ()
        ours = (self._file(each, version) for each in self._listed.get(version, ()))
        locked = [file for file in ours if file is not None]
        same = _in_both(locked, there)
        lost = {path.name for path in self._missing(version)}
        merged = [
            _completed(same[file.filename], file) if file.filename in same else file
            for file in locked
        ]
        settled = lost | same.keys()
        return (*merged, *(file for file in there if file.filename not in settled))

    def _file(self, listed: LockedFile, version: Version) -> Wheel | Sdist | None:
        """A file as the lock lists it; an index must know of secrets in URLs, and local files.

        Of a file on this machine the hashes are its own: what it holds can be looked at.
        """
        url = listed.url
        if "@" in url or url.startswith("file:"):
            found = self._at_url(url, self._name)
            url = url if isinstance(found, Unknown) else found.url
        path = local_path(url)
        if path is not None:
            own = _digests(path, listed.hashes)
            if own is None:
                return None
            listed = replace(listed, hashes=own)
        return _file(replace(listed, url=url), self._name, version)


def _digests(path: Path, hashes: frozenset[str]) -> frozenset[str] | None:
    """The hashes of a file by the algorithms of others; None where there is no such file."""
    algorithms = {each.partition(":")[0] for each in hashes} & hashlib.algorithms_guaranteed
    if not is_regular(path):
        return None
    try:
        with path.open("rb") as file:
            found = {name: hashlib.file_digest(file, name) for name in sorted(algorithms)[:1]}
    except OSError:
        return None
    return frozenset(f"{name}:{digest.hexdigest()}" for name, digest in found.items())


def _in_both(
    locked: Iterable[Wheel | Sdist], indexed: Iterable[Wheel | Sdist]
) -> dict[str, Wheel | Sdist]:
    """The index's files, by name, of which the lock has the same."""
    by_name = {file.filename: file for file in indexed}
    return {
        file.filename: by_name[file.filename]
        for file in locked
        if file.filename in by_name and _alike(file, by_name[file.filename])
    }


def _alike(file: Wheel | Sdist, other: Wheel | Sdist) -> bool:
    """Whether two files of one name hold the same, as far as their hashes tell."""
    shared = file.hashes.keys() & other.hashes.keys()
    return all(file.hashes[algorithm] == other.hashes[algorithm] for algorithm in shared)


def _completed(file: Wheel | Sdist, locked: Wheel | Sdist) -> Wheel | Sdist:
    """The index's file, with the hashes of the lock where the index names none of these."""
    if locked.hashes.keys() <= file.hashes.keys():
        return file
    return structs.replace(file, hashes={**locked.hashes, **file.hashes})


def _file(listed: LockedFile, name: NormalizedName, version: Version) -> Wheel | Sdist | None:
    parsed = parse_filename(listed.filename, name)
    if isinstance(parsed, BadName):
        return None
    hashes = dict(item.split(":", 1) for item in sorted(listed.hashes) if ":" in item)
    uploaded = _moment(listed.upload_time)
    if isinstance(parsed, WheelName):
        return Wheel(
            listed.filename,
            listed.url,
            name,
            version,
            listed.size,
            hashes,
            upload_time=uploaded,
            tag=parsed.tag,
            build=parsed.build,
        )
    return Sdist(
        listed.filename, listed.url, name, version, listed.size, hashes, upload_time=uploaded
    )


def _moment(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found
