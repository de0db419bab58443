"""Facts of single files: core metadata and listings, kept for ever.

A file that an index lists, or that a hash identifies, never changes. What is at a URL that a
direct reference names without a hash may: it is read again in every run that may use the network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from threading import Lock
from typing import SupportsBytes, TypeVar
from urllib.parse import urlsplit, urlunsplit

from wheelcheck.errors import Unknown
from wheelcheck.index.archives.archive import HashMismatch, read_archive
from wheelcheck.index.archives.build_texts import sdist_texts
from wheelcheck.index.archives.limits import MAX_TEXT_BYTES, ArchiveRefused
from wheelcheck.index.archives.members import open_wheel
from wheelcheck.index.archives.ranges import ArchiveEnds
from wheelcheck.index.archives.sdist_middles import Places
from wheelcheck.index.archives.until import Passing, Until
from wheelcheck.index.beginnings import Beginnings
from wheelcheck.index.cache.disk import Cache, cache_key
from wheelcheck.index.file_identity import (
    file_key,
    is_identified,
    is_metadata_of,
    shared_metadata,
)
from wheelcheck.index.interface import (
    ArchiveListing,
    CoreMetadata,
    MemberReader,
    Sdist,
    Wheel,
)
from wheelcheck.index.lasting import LASTING
from wheelcheck.index.metadata import (
    has_metadata,
    metadata_paths,
    parse_metadata,
    sdist_metadata,
    wheel_metadata,
)
from wheelcheck.index.network import deadlines
from wheelcheck.index.network.deadlines import OutOfTime, within
from wheelcheck.index.network.failures import FetchFailed
from wheelcheck.index.network.http import Http
from wheelcheck.index.network.urls import local_path
from wheelcheck.index.stored_facts import (
    StoredListing,
    StoredMetadata,
    decode_listing,
    decode_metadata,
    decode_text,
    encode,
)
from wheelcheck.regular_files import is_folder

__all__ = ["Facts"]

_T = TypeVar("_T")


class Facts:
    """Reads files through the cache; `offline` asks nothing but the cache and this machine."""

    def __init__(
        self,
        http: Http,
        cache: Cache,
        *,
        offline: bool,
        warn: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._http = http
        self._cache = cache
        self._offline = offline
        self._warn = warn
        self._has_warned = False
        self._lock = Lock()
        self._busy: dict[str, Lock] = {}
        self._derived: dict[str, SupportsBytes] = {}
        self._read_now: set[str] = set()
        self._late: dict[str, Unknown] = {}
        self._ends = ArchiveEnds()
        self._beginnings = Beginnings()
        self._places = Places()

    def metadata(self, file: Wheel | Sdist) -> CoreMetadata | Unknown:
        """Core metadata: served beside the file, or read from within it."""
        shared = shared_metadata(file)
        keys = [cache_key(*map(str, shared)), file_key(file)] if shared else [file_key(file)]
        for key in keys:
            stored = self._stored_metadata(file, key)
            if stored is not None:
                return stored
        promised = file.has_metadata and not self._offline
        served = file if promised and isinstance(file, Wheel) else None
        found = None if served is None else self._served(served)
        if found is None:
            found = self._read_metadata(file)
            if served is not None:
                self._warn_of_missing_metadata(served)
                return found  # what the index says is different next time, perhaps
        if _is_lasting(found) and not is_folder(local_path(file.url) or ""):  # its files change
            verified = isinstance(found, CoreMetadata) and found.found_in == "pep658"
            self._cache.metadata.put(keys[0 if verified else -1], encode(StoredMetadata.of(found)))
        return found

    def _stored_metadata(self, file: Wheel | Sdist, key: str) -> CoreMetadata | Unknown | None:
        stored = self._cache.metadata.get(key, decode_metadata)
        if stored is None or not stored.is_complete or not self._holds(file, key):
            return None
        return stored.metadata(file)

    def _served(self, file: Wheel) -> CoreMetadata | Unknown | None:
        """PEP 658 metadata; None where the index promises it and does not have it.

        That of an sdist is not asked for: whether a build gives the same stands inside (PEP 643).
        """
        parts = urlsplit(file.url)
        url = urlunsplit(parts._replace(path=parts.path + ".metadata"))
        try:
            body = self._http.get(url, most=MAX_TEXT_BYTES).body
        except FetchFailed as failure:
            return None if failure.not_found else _fetch_failed(file, failure)
        if not is_metadata_of(file, body):
            return Unknown("hash-mismatch", f"the metadata of {file.filename} was altered")
        return parse_metadata(body.decode("utf-8", "replace"), file, "pep658")

    def _warn_of_missing_metadata(self, file: Wheel) -> None:
        """Say of the first file that the index lacks metadata which it promises."""
        if not self._has_warned:
            self._has_warned = True
            self._warn(
                f"the index announces the metadata of {file.filename} (PEP 658) and does not have "
                "them: pip since 22.3 and uv end with an error there (it may concern other files, "
                "too)"
            )

    def _read_metadata(self, file: Wheel | Sdist) -> CoreMetadata | Unknown:
        if isinstance(file, Sdist):
            listing = self.listing(file, metadata_paths)
            return listing if isinstance(listing, Unknown) else sdist_metadata(listing, file)
        found = self._read(file, metadata_paths, enough=partial(has_metadata, file))
        return found if isinstance(found, Unknown) else wheel_metadata(found, file)

    def listing(
        self, file: Wheel | Sdist, wanted: Callable[[str], bool] | None = None
    ) -> ArchiveListing | Unknown:
        """Members, and the texts of those that are wanted; a text that is too long is left out."""
        key = file_key(file)
        try:
            return self._listing(file, key, wanted)
        finally:
            self._beginnings.seen(key, None)

    def expect_listing(self, file: Wheel | Sdist) -> None:
        """Say that `listing` will be called: `pyproject` may then wait for it."""
        if isinstance(file, Sdist):
            self._beginnings.expect(file_key(file))

    def _listing(
        self, file: Wheel | Sdist, key: str, wanted: Callable[[str], bool] | None
    ) -> ArchiveListing | Unknown:
        passing = None
        if isinstance(file, Sdist):
            passing = Passing(partial(self._beginnings.seen, key), partial(self._places.note, file))
        with self._alone(key):
            stored = self._cache.get("listings", key, decode_listing)
            if stored is None or not self._suffices(stored, file, key, wanted):
                also = _also_usual(file, stored, wanted)
                found = self._read(file, also, passing)
                if not isinstance(found, Unknown):
                    self._remember(key, file, found, also)
                    texts = {p: t for p, t in found.texts.items() if wanted and wanted(p)}
                    found = replace(found, texts=texts)
                return found
        return stored.listing(wanted)

    def _suffices(
        self,
        stored: StoredListing,
        file: Wheel | Sdist,
        key: str,
        wanted: Callable[[str], bool] | None,
    ) -> bool:
        """Whether a file need not be read once more."""
        outdated = isinstance(file, Sdist) and stored.is_outdated and not self._offline
        return self._holds(file, key) and not outdated and stored.has_tried(wanted)

    def pyproject(
        self, sdist: Sdist, enough: Callable[[str], bool], *, waits: bool = False
    ) -> str | Unknown | None:
        """The pyproject.toml at an sdist's root, if that is `enough`; else it is read whole.

        `waits` says that it may be waited for where a listing is expected. A task of the background
        must not: that which it waits for may be queued behind it.
        """
        key = file_key(sdist)
        passed = self._beginnings.wait_for(key) if waits else None
        if passed is not None and enough(passed):
            return passed
        beginning = cache_key(key, "pyproject.toml")
        with self._alone(key):
            stored = self._cache.get("listings", key, decode_listing)
            if stored is not None and self._holds(sdist, key):
                until = Until(enough)
                any(until(path, text) for path, text in stored.texts.items())
                return until.text
            known = self._cache.get("listings", beginning, decode_text)
            if known is not None and self._holds(sdist, beginning) and enough(known):
                return known
            text = self._in_time(sdist, partial(self._places.pyproject, self._http, sdist))
            if not isinstance(text, str) or not enough(text):
                text = self._read_until(sdist, key, enough)
            if isinstance(text, str) and local_path(sdist.url) is None:
                self._read_now.add(beginning)
                self._cache.put("listings", beginning, encode(text))
            return text

    def _read_until(
        self, sdist: Sdist, key: str, enough: Callable[[str], bool]
    ) -> str | Unknown | None:
        """The pyproject.toml of an sdist that is read from its beginning, if that is `enough`."""
        until = Until(enough, partial(self._places.note, sdist))
        wanted = _also_usual(sdist, None, None)
        found = self._read(sdist, wanted, until)
        if isinstance(found, Unknown):
            return found
        if until.text is None:
            self._remember(key, sdist, found, wanted)
        return until.text

    def look_into(self, wheel: Wheel, look: Callable[[MemberReader], _T]) -> _T | Unknown:
        """What `look` finds in the members of a wheel, which it reads as far as it needs them."""

        def read() -> _T:
            with open_wheel(self._http, wheel, self._ends) as members:
                return look(members)

        return self._in_time(wheel, read)

    def _in_time(self, file: Wheel | Sdist, read: Callable[[], _T]) -> _T | Unknown:
        """What `read` finds in a file, or why it finds nothing."""
        known = self._not_requested(file)
        if known is not None:
            return known
        try:
            with within(deadlines.ARCHIVE_SECONDS, self._http.clock):
                return read()
        except ArchiveRefused as error:
            return Unknown("archive-refused", f"{file.filename} is not read: {error}")
        except HashMismatch:
            return Unknown("hash-mismatch", f"{file.filename} is not the file that the index lists")
        except (FetchFailed, OutOfTime) as failure:
            if isinstance(failure, FetchFailed) and not failure.out_of_time:
                return _fetch_failed(file, failure)
            late = Unknown("out-of-time", f"{file.filename} is not read: {failure}")
            self._late[file.url] = late
            return late

    def _not_requested(self, file: Wheel | Sdist) -> Unknown | None:
        """Why a file is not fetched: without the network, or as it took too long before."""
        if self._offline and local_path(file.url) is None:
            return Unknown("offline", f"{file.filename} is not in the cache")
        return self._late.get(file.url)

    def derived(self, file: Wheel | Sdist) -> bytes | None:
        """What was stored as derived from a file of an index before."""
        found = self._derived.get(key := file_key(file))
        stored = self._cache.get("derived", key, bytes) if found is None else bytes(found)
        return stored if self._holds(file, key) else None

    def store_derived(self, file: Wheel | Sdist, data: SupportsBytes) -> None:
        """Store what was derived from a file of an index; one on this machine may change."""
        if local_path(file.url) is None:
            self._derived[file_key(file)] = data

    def close(self) -> None:
        """Store what was derived: once for a file, however much was added to it."""
        for key, data in self._derived.items():
            self._cache.put("derived", key, bytes(data))
        self._derived.clear()

    def _remember(
        self, key: str, file: Wheel | Sdist, found: ArchiveListing, wanted: Callable[[str], bool]
    ) -> None:
        if local_path(file.url) is None:  # a file on this machine may change under its name
            self._cache.put("listings", key, encode(StoredListing.of(found, wanted)))

    def _holds(self, file: Wheel | Sdist, key: str) -> bool:
        """Whether what is known of a file may be used without reading it once more."""
        return self._offline or key in self._read_now or is_identified(file)

    def _read(
        self,
        file: Wheel | Sdist,
        wanted: Callable[[str], bool],
        until: Until | None = None,
        enough: Callable[[ArchiveListing], bool] | None = None,
    ) -> ArchiveListing | Unknown:
        def read() -> ArchiveListing:
            return read_archive(self._http, file, wanted, self._ends, until, enough)

        found = self._in_time(file, read)
        if not isinstance(found, Unknown) and (until is None or until.text is None):
            self._read_now.add(file_key(file))
        return found

    @contextmanager
    def _alone(self, key: str) -> Iterator[None]:
        """One reader per file: a second one finds in the cache what the first has stored."""
        with self._lock:
            lock = self._busy.setdefault(key, Lock())
        with lock:
            yield


def _is_lasting(found: CoreMetadata | Unknown) -> bool:
    """Whether an answer is a fact of the file, and not of the day."""
    return not isinstance(found, Unknown) or found.code in LASTING


def _also_usual(
    file: Wheel | Sdist, stored: StoredListing | None, wanted: Callable[[str], bool] | None
) -> Callable[[str], bool]:
    """What is wanted, what is known already, and of an sdist what will be wanted."""
    known = stored.tried if stored is not None else set()
    source = isinstance(file, Sdist)

    def selected(path: str) -> bool:
        return (
            (wanted is not None and wanted(path))
            or path in known
            or (source and (metadata_paths(path) or sdist_texts(path)))
        )

    return selected


def _fetch_failed(file: Wheel | Sdist, failure: FetchFailed) -> Unknown:
    if failure.not_found:
        return Unknown("file-not-found", f"{file.filename} is listed but not there")
    if failure.out_of_time:
        return Unknown("out-of-time", f"{file.filename} is not read: {failure.why}")
    if failure.forbidden:
        return Unknown("file-forbidden", f"{file.filename} may not be read: {failure.why}")
    return Unknown("file-unreachable", f"{file.filename} cannot be read: {failure.why}")
