"""An index: its values, and the few questions that everything above has for it.

The specifications, in reading order: PEP 503 (simple API), PEP 592 (yanked), PEP 629 (versions of
the API), PEP 691 (JSON), PEP 700 (sizes, upload times), PEP 658 and 714 (core metadata beside the
file), PEP 792 (project status); PEP 427 and 625 for file names; PEP 643 for metadata in sdists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, SupportsBytes, TypeVar

import msgspec
from msgspec import Struct
from packaging.utils import BuildTag, NormalizedName
from packaging.version import Version

from wheelcheck.errors import Unknown
from wheelcheck.index.archives.sources.source_marks import SourceMarks

__all__ = [
    "ArchiveListing",
    "ArchiveMember",
    "CoreMetadata",
    "DistributionFile",
    "Index",
    "MemberReader",
    "Project",
    "ProjectStatus",
    "Sdist",
    "UnusableFile",
    "Wheel",
]


T = TypeVar("T")


class DistributionFile(Struct, frozen=True):
    """One file of a release, as the index lists it.

    `hashes` maps algorithm to hexadecimal digest (possibly empty). `size` is in bytes.
    `requires_python` belongs to this file, not to the release. `yanked` is the reason ("" where
    none is given), None when the file is not yanked. `has_metadata` says that PEP 658 metadata is
    served beside the file, and `metadata_hashes` are those of that metadata. `origin` names the
    index or page that listed it, without credentials.
    """

    filename: str
    url: str
    name: NormalizedName
    version: Version
    size: int | None = None
    hashes: Mapping[str, str] = msgspec.field(default_factory=dict)
    requires_python: str | None = None
    upload_time: datetime | None = None
    yanked: str | None = None
    has_metadata: bool = False
    metadata_hashes: Mapping[str, str] = msgspec.field(default_factory=dict)
    origin: str = ""

    def __hash__(self) -> int:
        """Mappings have no hash, and names distinguish nearly all files."""
        return hash((self.filename, self.url))


class Wheel(DistributionFile, frozen=True):
    """A wheel. `tag` is its compressed tag set as the file name spells it (PEP 425).

    ``cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64``, say; `build` orders wheels that
    are otherwise equal (PEP 427).
    """

    tag: str = "py3-none-any"
    build: BuildTag = ()


class Sdist(DistributionFile, frozen=True):
    """A source distribution, in whatever archive format pip accepts.

    `in_folder`: it is no archive but the folder of a project on this machine, and what is right in
    there by a name of `without` is none of it. `may_differ`: what is built may have other files.
    `by_old_name`: a folder of files (--find-links) has it by a name that PEP 625 does not allow.
    """

    in_folder: bool = False
    without: tuple[str, ...] = ()
    may_differ: bool = False
    by_old_name: bool = False


MALFORMED_URL = "its URL is malformed"
MALFORMED_ENTRY = "its entry on the page is malformed"
"""Why an entry of a page cannot be read."""


class UnusableFile(Struct, frozen=True):
    """A file of the project that no installer would take, and why (an egg, a bad version, …)."""

    filename: str
    reason: str

    @property
    def is_malformed(self) -> bool:
        """Whether the page is at fault, rather than the file's name."""
        return self.reason.startswith((MALFORMED_URL, MALFORMED_ENTRY))

    @property
    def ends_installers(self) -> bool:
        """Whether pip and uv end with an error where they read the page."""
        return self.reason == MALFORMED_URL


class ProjectStatus(StrEnum):
    """PEP 792. A quarantined project offers no files; an archived or deprecated project warns."""

    ACTIVE = "active"
    ARCHIVED = "archived"
    DEPRECATED = "deprecated"
    QUARANTINED = "quarantined"


class Project(Protocol):
    """All files of one project. Files are looked at version by version, so cost follows use."""

    @property
    def name(self) -> NormalizedName:
        """Normalised name (PEP 503)."""

    @property
    def status(self) -> ProjectStatus:
        """Status by PEP 792; ACTIVE where the index says nothing."""

    @property
    def status_reason(self) -> str:
        """The reason the index gives for the status, or ""."""

    @property
    def versions(self) -> tuple[Version, ...]:
        """Every version with at least one wheel or sdist, newest first, pre-releases included."""

    @property
    def unusable(self) -> tuple[UnusableFile, ...]:
        """Files that were passed over."""

    @property
    def untold(self) -> Unknown | None:
        """Why an index that may have more of its files did not answer; None where all did."""

    @property
    def is_for_any_platform(self) -> bool:
        """Whether no wheel of the project is known to be for some platforms alone."""

    def files(self, version: Version) -> tuple[Wheel | Sdist, ...]:
        """The files of one version in the index's order; () for a version that is not there."""


class CoreMetadata(Struct, frozen=True):
    """The part of a file's core metadata that resolution needs.

    `requires_dist` holds the requirement strings as written. `found_in` names where it was read:
    ``pep658``, ``wheel``, ``sdist-pkg-info``, ``sdist-pyproject``, ``sdist-egg-info``.
    `names_libraries` says that its text speaks of native libraries, bindings or system packages.
    """

    name: NormalizedName
    version: Version
    requires_dist: tuple[str, ...] = ()
    requires_python: str | None = None
    provides_extra: tuple[str, ...] = ()
    found_in: str = ""
    names_libraries: bool = False


@dataclass(frozen=True, slots=True)
class ArchiveMember:
    """One regular file inside an archive: its path with `/`, and its unpacked size in bytes.

    `lines` are counted in the sources of compiled languages (`index.languages`) while an archive
    streams by, `marks` in these and in headers. They are None elsewhere, and in zip archives, of
    which only the directory is read.
    """

    path: str
    size: int
    lines: int | None = None
    marks: SourceMarks | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ArchiveListing:
    """What an archive holds. `texts` has the members that were asked for, decoded as UTF-8.

    `holds_links`: a tar archive has links, which are no members; likewise a folder may differ from
    what is built of it.
    """

    members: tuple[ArchiveMember, ...]
    texts: Mapping[str, str] = field(default_factory=dict, hash=False)
    holds_links: bool = False


class MemberReader(Protocol):
    """The members of an open wheel. Reading may raise what its index turns into `Unknown`."""

    @property
    def sizes(self) -> Mapping[str, tuple[int, int]]:
        """Path → unpacked and packed bytes, as the directory says."""

    def announce(self, beginnings: Mapping[str, int]) -> None:
        """Fetch side by side the first bytes of several members that will be read."""

    def beginning(self, path: str, packed: int) -> tuple[bytes, bool]:
        """What the first `packed` bytes of a member unpack to, and whether that is all of it."""

    def remember(self) -> None:
        """Have a later reader of the run find what was fetched: this one ends early."""


class Index(Protocol):
    """The whole outside world, behind four questions.

    Implementations: the network client with its cache, and the dict-backed fake of the tests.
    An answer that cannot be had for *this* item is an `Unknown`; only an index that does not
    answer at all raises `IndexUnreachable`. All methods may be called from several threads.
    """

    @property
    def fetches(self) -> bool:
        """Whether it may fetch anything, so that what will be asked is worth announcing."""

    def project(self, name: NormalizedName) -> Project | Unknown:
        """Which files does this project have? Codes: project-not-found, project-quarantined, …."""

    def at_url(self, url: str, name: NormalizedName) -> Wheel | Sdist | Unknown:
        """Which file does a direct reference mean? By the URL alone, nothing is fetched."""

    def metadata(self, file: Wheel | Sdist) -> CoreMetadata | Unknown:
        """What does this file depend on? Never runs a build backend.

        Code ``dependencies-need-build`` where an sdist states them only by running its code.
        """

    def listing(
        self, file: Wheel | Sdist, wanted: Callable[[str], bool] | None = None
    ) -> ArchiveListing | Unknown:
        """What does this archive contain? Texts of the members whose path `wanted` accepts.

        A wheel's directory is read by byte ranges where the server allows it; an sdist is
        streamed within limits. Nothing is written to disk from an archive, and nothing is run.
        """

    def pyproject(self, sdist: Sdist, enough: Callable[[str], bool]) -> str | Unknown | None:
        """The pyproject.toml at the root of an sdist, if that alone is `enough`.

        An sdist is read no further than to it then, so that its hash is not compared. None where it
        is not enough, or not there: the sdist has been read to its end, for `listing` to answer.
        """

    def prefetch_pyproject(self, sdists: Iterable[Sdist], enough: Callable[[str], bool]) -> None:
        """Say whose `pyproject` will be needed next, so that it is read meanwhile."""

    def look_into(self, wheel: Wheel, look: Callable[[MemberReader], T]) -> T | Unknown:
        """What `look` finds in the members of a wheel, which it reads as far as it needs them.

        It may be called in another process: `look` and what it finds can be pickled, and what else
        it changes is lost.
        """

    def prefetch_look(self, wheel: Wheel, look: Callable[[MemberReader], object]) -> None:
        """Look into a wheel in the background; `look_into` with an equal `look` takes it."""

    def first_listed(self, sdists: Sequence[Sdist], wanted: Callable[[str], bool]) -> Sdist:
        """Which of several sdists, whose listings were announced, comes first; that is waited for.

        Where nothing comes, it is the first of them.
        """

    def derived(self, file: Wheel | Sdist) -> bytes | None:
        """What was stored as derived from this file before; None for nothing.

        It is no more than an aid: an index may forget it at any time.
        """

    def store_derived(self, file: Wheel | Sdist, data: SupportsBytes) -> None:
        """Store what was derived from this file, in place of what was stored before.

        Its bytes are taken when they are asked for, or at the end: it may grow until then.
        """

    def prefetch(
        self,
        names: Iterable[NormalizedName] = (),
        files: Iterable[Wheel | Sdist] = (),
        listings: Iterable[Wheel | Sdist] = (),
        wanted: Callable[[str], bool] | None = None,
    ) -> None:
        """Say what will probably be asked next, so that it can be fetched meanwhile.

        Pages by `names`, metadata of `files`, and `listings` with the texts that are `wanted`.
        Each announced listing is kept for one question, which must want the same.
        """
