"""An index in memory, for everything that only asks the four questions.

    index = FakeIndex(
        {"six": {"1.16.0": ["six-1.16.0-py2.py3-none-any.whl", "six-1.16.0.tar.gz"]}},
        requires={("six", "1.16.0"): ["dep>=1; python_version < '3.9'"]},
    )

Facts of files (`requires`, `requires_python`, `upload_times`, `yanked`, `sizes`, `hashes`,
`listings`) are given by file name or, for all files of a release, by (name, version). In `requires`
and `listings`, and in place of a project's versions, an `Unknown` stands for an answer that cannot
be had. What was asked is counted in `asked` and written down in `questions`.
"""

import io
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, SupportsBytes

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.errors import Unknown
from wheelcheck.index.archives.limits import ArchiveRefused
from wheelcheck.index.archives.members import WheelBytes
from wheelcheck.index.archives.ranges import FileBytes
from wheelcheck.index.archives.sources.source_marks import SourceMarks, is_marked
from wheelcheck.index.archives.sources.source_reading import read_marks
from wheelcheck.index.interface import (
    ArchiveListing,
    ArchiveMember,
    CoreMetadata,
    MemberReader,
    ProjectStatus,
    Sdist,
    Wheel,
)
from wheelcheck.index.pages.direct import file_from_url
from wheelcheck.index.pages.index_page import FilesOfProject, Row, make_page

URL = "https://index.example/simple/"

Key = str | tuple[str, str]
"""A file name, or a release as (name, version)."""


class FakeIndex:
    """A dict-backed `Index`."""

    def __init__(
        self,
        files: Mapping[str, Mapping[str, Sequence[str]] | Unknown],
        *,
        requires: Mapping[Key, Sequence[str] | Unknown] | None = None,
        requires_python: Mapping[Key, str] | None = None,
        upload_times: Mapping[Key, str | date] | None = None,
        yanked: Mapping[Key, str] | None = None,
        sizes: Mapping[Key, int] | None = None,
        hashes: Mapping[Key, Mapping[str, str]] | None = None,
        listings: Mapping[Key, ArchiveListing | Mapping[str, str | int] | Unknown] | None = None,
        statuses: Mapping[str, ProjectStatus] | None = None,
        wheels: Mapping[str, bytes] | None = None,
    ) -> None:
        self._files = {canonicalize_name(name): releases for name, releases in files.items()}
        self._facts: dict[str, dict[Key, Any]] = {
            "requires": _keyed(requires),
            "requires_python": _keyed(requires_python),
            "upload_times": _keyed(upload_times),
            "yanked": _keyed(yanked),
            "sizes": _keyed(sizes),
            "hashes": _keyed(hashes),
            "listings": _keyed(listings),
        }
        self._statuses = dict(statuses or {})
        self._wheels = dict(wheels or {})
        self._derived: dict[str, SupportsBytes] = {}
        self.counts: Counter[str] = Counter()
        self.questions: list[tuple[str, str]] = []

    def project(self, name: NormalizedName) -> FilesOfProject | Unknown:
        self._note("project", name)
        releases = self._files.get(name)
        if releases is None:
            return Unknown("project-not-found", f"the index has no project {name}")
        if isinstance(releases, Unknown):
            return releases
        rows = [
            self._row(name, version, filename)
            for version, filenames in releases.items()
            for filename in filenames
        ]
        status = self._statuses.get(name, ProjectStatus.ACTIVE)
        return FilesOfProject([make_page(name, URL, rows, status=status)])

    def at_url(self, url: str, name: NormalizedName) -> Wheel | Sdist | Unknown:
        self._note("at_url", url)
        return file_from_url(url, name)

    def metadata(self, file: Wheel | Sdist) -> CoreMetadata | Unknown:
        self._note("metadata", file.filename)
        requires = self._fact("requires", file, ())
        if isinstance(requires, Unknown):
            return requires
        return CoreMetadata(
            file.name,
            file.version,
            requires_dist=tuple(requires),
            requires_python=file.requires_python,
            provides_extra=_extras(requires),
            found_in="pep658" if isinstance(file, Wheel) else "sdist-pkg-info",
        )

    def listing(
        self, file: Wheel | Sdist, wanted: Callable[[str], bool] | None = None
    ) -> ArchiveListing | Unknown:
        self._note("listing", file.filename)
        listing = self._fact("listings", file, None)
        if listing is None:
            return Unknown("file-not-found", f"{file.filename} is not in the fake index's listings")
        if isinstance(listing, Unknown):
            return listing
        if not isinstance(listing, ArchiveListing):
            listing = _listing(listing)
        texts = {p: t for p, t in listing.texts.items() if wanted is not None and wanted(p)}
        return ArchiveListing(listing.members, texts)

    def pyproject(self, sdist: Sdist, enough: Callable[[str], bool]) -> str | Unknown | None:
        listing = self._fact("listings", sdist, None)
        if listing is None or isinstance(listing, Unknown):
            return self.listing(sdist)  # type: ignore[return-value]
        self._note("pyproject", sdist.filename)
        texts = listing.texts if isinstance(listing, ArchiveListing) else listing
        found = [
            text
            for path, text in texts.items()
            if path.endswith("/pyproject.toml") and path.count("/") == 1 and isinstance(text, str)
        ]
        return found[0] if found and enough(found[0]) else None

    def prefetch_pyproject(self, sdists: Iterable[Sdist], _: Callable[[str], bool]) -> None:
        for sdist in sdists:
            self._note("prefetch pyproject", sdist.filename)

    def look_into(self, wheel: Wheel, look: Callable[[MemberReader], Any]) -> Any:
        self._note("look into", wheel.filename)
        content = self._wheels.get(wheel.filename)
        if content is None:
            return Unknown("file-not-found", f"{wheel.filename} is listed but not there")
        try:
            return look(WheelBytes(FileBytes(io.BytesIO(content))))
        except ArchiveRefused as error:
            return Unknown("archive-refused", f"{wheel.filename} is not read: {error}")

    @property
    def fetches(self) -> bool:
        return True

    def prefetch_look(self, wheel: Wheel, _: Callable[[MemberReader], object]) -> None:
        self._note("prefetch look", wheel.filename)

    def first_listed(self, sdists: Sequence[Sdist], _: Callable[[str], bool]) -> Sdist:
        return sdists[0]

    def derived(self, file: Wheel | Sdist) -> bytes | None:
        found = self._derived.get(file.filename)
        return None if found is None else bytes(found)

    def store_derived(self, file: Wheel | Sdist, data: SupportsBytes) -> None:
        self._derived[file.filename] = data

    def prefetch(
        self,
        names: Iterable[NormalizedName] = (),
        files: Iterable[Wheel | Sdist] = (),
        listings: Iterable[Wheel | Sdist] = (),
        wanted: Callable[[str], bool] | None = None,  # noqa: ARG002 (no text is fetched apart)
    ) -> None:
        for name in names:
            self._note("prefetch", name)
        for file in files:
            self._note("prefetch", file.filename)
        for file in listings:
            self._note("prefetch listing", file.filename)

    def _note(self, question: str, what: str) -> None:
        self.counts[question] += 1
        self.questions.append((question, what))

    def _row(self, name: str, version: str, filename: str) -> Row:
        def fact(kind: str, default: Any = None) -> Any:
            facts = self._facts[kind]
            return facts.get(filename, facts.get((name, version), default))

        uploaded = fact("upload_times")
        return Row(
            filename,
            f"https://files.index.example/{name}/{filename}",
            hashes=dict(fact("hashes", {})),
            size=fact("sizes"),
            upload_time=uploaded.isoformat() if isinstance(uploaded, date) else uploaded,
            requires_python=fact("requires_python"),
            yanked=fact("yanked"),
            metadata=filename.endswith(".whl"),
        )

    def _fact(self, kind: str, file: Wheel | Sdist, default: Any) -> Any:
        facts = self._facts[kind]
        return facts.get(file.filename, facts.get((file.name, str(file.version)), default))


def _keyed(facts: Mapping[Key, Any] | None) -> dict[Key, Any]:
    """Facts with the names of releases normalised."""
    return {
        key if isinstance(key, str) else (canonicalize_name(key[0]), key[1]): fact
        for key, fact in (facts or {}).items()
    }


def _extras(requires: Iterable[str]) -> tuple[str, ...]:
    """The extras that the markers of `requires` mention."""
    found: dict[str, None] = {}
    for text in requires:
        for part in str(Requirement(text).marker or "").split("extra == ")[1:]:
            found[part.split('"')[1]] = None
    return tuple(found)


def _listing(members: Mapping[str, str | int]) -> ArchiveListing:
    """A listing from {path: text} or, where only the size matters, {path: size}."""
    sizes = {p: len(v.encode()) if isinstance(v, str) else v for p, v in members.items()}
    return ArchiveListing(
        tuple(
            ArchiveMember(path, size, None, _marks(path, members[path]))
            for path, size in sizes.items()
        ),
        {path: value for path, value in members.items() if isinstance(value, str)},
    )


def _marks(path: str, text: str | int) -> SourceMarks | None:
    """What the real index reads of a source while it lists an archive."""
    known = isinstance(text, str) and is_marked(path)
    return read_marks(text.encode(), path) if known else None
