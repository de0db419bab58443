"""One project's files, compact: the form in which pages are kept in memory and in the cache.

A page lists thousands of files of which a handful is ever looked at. So an `IndexPage` holds for
each version one undecoded MessagePack slice; versions are known at once, and a version's `Wheel`
and `Sdist` values are made when they are asked for. numpy's two megabytes of JSON become one, and
reading it back costs what decoding a map with some hundred keys costs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import cached_property, partial

import msgspec
from msgspec.structs import replace
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from wheelcheck.errors import Unknown
from wheelcheck.fence import fenced
from wheelcheck.index.file_hash import held
from wheelcheck.index.interface import ProjectStatus, Sdist, UnusableFile, Wheel
from wheelcheck.index.pages.filenames import BadName, parse_version, version_of, wheel_parts

__all__ = ["FilesOfProject", "IndexPage", "Row", "make_page"]


class Row(msgspec.Struct, array_like=True, gc=False):
    """One file as a page lists it; the fields mean what those of `DistributionFile` mean.

    `url` is whole, or only what stands between the page's `base` and the file's name.
    `metadata` is True or its hashes where PEP 658 metadata is served.
    """

    filename: str
    url: str
    hashes: dict[str, str] = {}
    size: int | None = None
    upload_time: str | None = None
    requires_python: str | None = None
    yanked: str | None = None
    metadata: bool | dict[str, str] = False


class IndexPage(msgspec.Struct, array_like=True):
    """What one index says about one project. `versions` maps a version to its encoded rows.

    `any_platform`: no wheel among them is for some platforms alone. `old_names`: sdists that lie in
    a folder of files by names that PEP 625 does not allow.
    """

    name: str
    origin: str
    base: str = ""
    status: ProjectStatus = ProjectStatus.ACTIVE
    status_reason: str = ""
    versions: dict[str, msgspec.Raw] = {}
    unusable: list[tuple[str, str]] = []
    any_platform: bool = False
    old_names: list[str] = []


_encode = msgspec.msgpack.Encoder().encode
_decode_rows = msgspec.msgpack.Decoder(list[Row]).decode


def make_page(
    name: NormalizedName,
    origin: str,
    rows: Iterable[Row],
    *,
    status: ProjectStatus = ProjectStatus.ACTIVE,
    status_reason: str = "",
    unreadable: Iterable[tuple[str, str]] = (),
    foreign: bool = True,
) -> IndexPage:
    """Sort `rows`, whose URLs are whole, by version.

    `unreadable` are entries that could not even become a row. Without `foreign`, files of other
    projects are left out instead of being listed as unusable: a flat list of links mixes projects.
    """
    releases = _Releases(name)
    unusable = list(unreadable)
    base = ""
    for row in rows:
        release = releases.of(row.filename)
        if isinstance(release, BadName):
            if foreign or (not release.foreign and _bears_name(row.filename, name)):
                unusable.append((row.filename, release.reason))
            continue
        base = base or _base_of(row.url)
        row.url = _shorten(row.url, base, row.filename)
        release.append(row)
    every, any_platform = releases.rows, releases.any_platform
    versions = {str(v): msgspec.Raw(_encode(every[v])) for v in sorted(every, reverse=True)}
    return IndexPage(name, origin, base, status, status_reason, versions, unusable, any_platform)


class _Releases:
    """The rows of a project's page by version.

    The names of wheels are put together from few beginnings and few ends; each of these is read
    once. `any_platform` is false where a wheel is for some platforms alone.
    """

    def __init__(self, name: NormalizedName) -> None:
        self.rows: dict[Version, list[Row]] = {}
        self.any_platform = True
        self._name = name
        self._begun: dict[tuple[str, str], list[Row]] = {}
        self._ends: set[str] = set()

    def of(self, filename: str) -> list[Row] | BadName:
        """The rows of the release that a file belongs to, to which its own is to be added."""
        parts = filename.split("-", 2)
        if parts[-1] in self._ends:
            known = self._begun.get((parts[0], parts[1]))
            if known is not None:
                return known
        version = version_of(filename, self._name)
        if isinstance(version, BadName):
            return version
        found = self.rows.setdefault(version, [])
        if filename.endswith(".whl"):
            self._begun[parts[0], parts[1]] = found
            self._ends.add(parts[2])
            self.any_platform = self.any_platform and filename.endswith("-any.whl")
        return found


def _bears_name(filename: str, name: NormalizedName) -> bool:
    return canonicalize_name(filename).startswith(f"{name}-")


def _base_of(url: str) -> str:
    """Scheme, host and first folder of a URL: what most files of a page share."""
    return "/".join(url.split("/", 4)[:4]) + "/"


def _shorten(url: str, base: str, filename: str) -> str:
    """Leave out of a URL what its page and its file name have already."""
    if not (url.startswith(base) and url.endswith(filename)):
        return url
    middle = url[len(base) : -len(filename)]
    return url if "://" in middle else middle


class FilesOfProject:
    """A `Project` over the pages that the indexes have for one name, all files together.

    pip merges indexes in this way; each file's `origin` tells which of them listed it. `untold`
    says why another one did not answer.
    """

    def __init__(self, pages: Sequence[IndexPage], untold: Unknown | None = None) -> None:
        self.untold = untold
        self._pages = pages
        self._read_again: Callable[[], Sequence[IndexPage]] | None = None
        self._files: dict[Version, tuple[Wheel | Sdist, ...]] = {}

    def __repr__(self) -> str:
        return f"<FilesOfProject {self.name}: {len(self.versions)} versions>"

    @property
    def name(self) -> NormalizedName:
        """Normalised name (PEP 503)."""
        return NormalizedName(self._pages[0].name)

    @property
    def status(self) -> ProjectStatus:
        """The first status that is not ACTIVE (PEP 792)."""
        return self._status_page.status

    @property
    def status_reason(self) -> str:
        """The reason given for the status, or ""."""
        return self._status_page.status_reason

    @property
    def _status_page(self) -> IndexPage:
        pages = (page for page in self._pages if page.status is not ProjectStatus.ACTIVE)
        return next(pages, self._pages[0])

    @cached_property
    def versions(self) -> tuple[Version, ...]:
        """Every version with at least one wheel or sdist, newest first."""
        if len(self._pages) == 1:  # already sorted
            return tuple(self._spelled[0])
        return tuple(sorted({version for page in self._spelled for version in page}, reverse=True))

    def release(self, read_again: Callable[[], Sequence[IndexPage]]) -> None:
        """Let go of the files that nobody has looked at; `read_again` has the pages of others."""
        if not self.is_released and self._spelled:
            self._read_again = read_again
            self._pages = [replace(page, versions={}) for page in self._pages]

    @property
    def is_released(self) -> bool:
        """Whether it would have to be read again for a version that nobody has looked at."""
        return self._read_again is not None

    @cached_property
    def _spelled(self) -> tuple[dict[Version, str], ...]:
        """How each page spells a version: ``1.0`` here may be ``1.0.0`` there."""
        return tuple(_spellings(page) for page in self._pages)

    @property
    def unusable(self) -> tuple[UnusableFile, ...]:
        """Files that were passed over."""
        return tuple(UnusableFile(*item) for page in self._pages for item in page.unusable)

    @property
    def is_for_any_platform(self) -> bool:
        """Whether no wheel of the project is for some platforms alone."""
        return all(page.any_platform for page in self._pages)

    def files(self, version: Version) -> tuple[Wheel | Sdist, ...]:
        """The files of one version, index by index; () for a version that is not there."""
        found = self._files.get(version)
        if found is None:
            if self._read_again and any(version in spelled for spelled in self._spelled):
                self._pages, self._read_again = self._read_again(), None
                del self._spelled  # another run may have stored a newer page meanwhile
            rows = (
                fenced(row.filename, "file-unreadable", partial(_file, page, row))
                for page, spelled in zip(self._pages, self._spelled, strict=True)
                if version in spelled
                for row in _decode_rows(page.versions[spelled[version]])
            )
            found = tuple(file for file in rows if not isinstance(file, Unknown))
            self._files[version] = found
        return found


def _file(page: IndexPage, row: Row) -> Wheel | Sdist:
    """The file of a row, whose name `make_page` has looked at."""
    name = NormalizedName(page.name)
    described = (
        row.size,
        held(row.hashes),
        row.requires_python,
        _time(row.upload_time),
        row.yanked,
        bool(row.metadata),
        held(row.metadata) if isinstance(row.metadata, dict) else {},
        page.origin,
    )
    url = row.url if "://" in row.url else page.base + row.url + row.filename
    if row.filename.endswith(".whl"):
        version, tag, build = wheel_parts(row.filename)
        return Wheel(row.filename, url, name, version, *described, tag, build)
    sdist_version = version_of(row.filename, name)
    assert not isinstance(sdist_version, BadName)
    by_old_name = row.filename in page.old_names
    return Sdist(row.filename, url, name, sdist_version, *described, by_old_name=by_old_name)


def _spellings(page: IndexPage) -> dict[Version, str]:
    parsed = ((parse_version(text), text) for text in page.versions)
    return {version: text for version, text in parsed if version is not None}


def _time(text: str | None) -> datetime | None:
    """An upload time (PEP 700: ISO 8601, UTC); None where it is missing or cannot be read."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
