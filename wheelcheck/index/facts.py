"""Facts of single files: core metadata and listings, kept for ever.

A file that an index lists, or that a hash identifies, never changes. What is at a URL that a
direct reference names without a hash may: it is read again in every run that may use the network.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from sys import intern
from threading import Lock
from typing import TypeVar
from urllib.parse import urlsplit, urlunsplit

import msgspec
from packaging.version import Version

from wheelcheck.errors import Unknown
from wheelcheck.index.archives.archive import HashMismatch, Until, read_archive
from wheelcheck.index.archives.build_texts import build_texts
from wheelcheck.index.archives.c_api import ApiBreak
from wheelcheck.index.archives.limits import MAX_TEXT_BYTES, ArchiveRefused
from wheelcheck.index.archives.members import open_wheel
from wheelcheck.index.archives.ranges import ArchiveEnds
from wheelcheck.index.archives.source_marks import RULES, SourceMarks
from wheelcheck.index.cache.disk import Cache, cache_key
from wheelcheck.index.interface import (
    ArchiveListing,
    ArchiveMember,
    CoreMetadata,
    MemberReader,
    Sdist,
    Wheel,
)
from wheelcheck.index.metadata import (
    metadata_paths,
    parse_metadata,
    sdist_metadata,
    wheel_metadata,
)
from wheelcheck.index.network import deadlines
from wheelcheck.index.network.deadlines import OutOfTime, within
from wheelcheck.index.network.http import FetchFailed, Http
from wheelcheck.index.network.urls import local_path, split_credentials
from wheelcheck.regular_files import is_folder, is_regular

__all__ = ["Facts", "is_identified", "of_the_day", "shared_metadata"]

_T = TypeVar("_T")
_STRONG = ("sha512", "sha384", "sha256", "sha224")
_LASTING = frozenset({"dependencies-need-build", "metadata-malformed", "metadata-inconsistent"})
"""Answers that are facts of the file, not of the day."""
_REFUSED = frozenset({"archive-refused", "hash-mismatch"})
"""Facts of the file too, but not kept: they cost nothing to find again."""


_Marks = tuple[
    int,
    tuple[str, ...],
    int,
    str,
    tuple[ApiBreak, ...],
    tuple[str, ...],
    tuple[str, ...],
    tuple[str, ...],
    tuple[str, ...],
    tuple[str, ...],
]
"""The fields of `SourceMarks`, in their order."""


class _Listing(msgspec.Struct, array_like=True):
    """A listing in the cache; `tried` are the paths whose text is in `texts` or cannot be had.

    `lines` and `marks` are those of members by their place; None in what was cached before they
    were looked for. `rules` is the `RULES` by which the marks were made.
    """

    members: list[tuple[str, int]]
    texts: dict[str, str]
    tried: set[str]
    lines: dict[int, int] = {}
    marks: dict[int, _Marks] | None = None
    holds_links: bool = False
    rules: int = 0


class _Metadata(msgspec.Struct, array_like=True):
    """Core metadata in the cache, or why there is none; name and version are the file's."""

    requires_dist: tuple[str, ...] = ()
    requires_python: str | None = None
    provides_extra: tuple[str, ...] = ()
    found_in: str = ""
    unknown: tuple[str, str] | None = None
    names_libraries: bool | None = None
    """None in what was cached before it was looked for."""


_encode = msgspec.msgpack.Encoder().encode
_decode_listing = msgspec.msgpack.Decoder(_Listing).decode
_decode_text = msgspec.msgpack.Decoder(str).decode
_decode_metadata = msgspec.msgpack.Decoder(_Metadata).decode


class Facts:
    """Reads files through the cache; `offline` asks nothing but the cache and this machine."""

    def __init__(self, http: Http, cache: Cache, *, offline: bool) -> None:
        self._http = http
        self._cache = cache
        self._offline = offline
        self._lock = Lock()
        self._busy: dict[str, Lock] = {}
        self._derived: dict[str, bytes] = {}
        self._read_now: set[str] = set()
        self._late: dict[str, Unknown] = {}
        self._ends = ArchiveEnds()

    def metadata(self, file: Wheel | Sdist) -> CoreMetadata | Unknown:
        """Core metadata: served beside the file, or read from within it."""
        shared = shared_metadata(file)
        keys = [cache_key(*map(str, shared)), _key(file)] if shared else [_key(file)]
        for key in keys:
            stored = self._cache.metadata.get(key, _decode_metadata)
            known = stored is not None and (stored.unknown or stored.names_libraries is not None)
            if stored is not None and known and self._holds(file, key):
                return _from_stored(stored, file)
        found = self._served(file) if file.has_metadata and isinstance(file, Wheel) else None
        if found is None:
            found = self._read_metadata(file)
        lasting = not isinstance(found, Unknown) or found.code in _LASTING
        if lasting and not is_folder(local_path(file.url) or ""):  # its files change
            verified = isinstance(found, CoreMetadata) and found.found_in == "pep658"
            self._cache.metadata.put(keys[0 if verified else -1], _encode(_to_stored(found)))
        return found

    def _served(self, file: Wheel) -> CoreMetadata | Unknown | None:
        """PEP 658 metadata; None where the index promises it and does not have it.

        That of an sdist is not asked for: whether a build gives the same stands inside (PEP 643).
        """
        if self._offline:
            return None
        parts = urlsplit(file.url)
        url = urlunsplit(parts._replace(path=parts.path + ".metadata"))
        try:
            body = self._http.get(url, most=MAX_TEXT_BYTES).body
        except FetchFailed as failure:
            return None if failure.not_found else _fetch_failed(file, failure)
        for algorithm in _STRONG:
            if algorithm in file.metadata_hashes:
                if (
                    hashlib.new(algorithm, body).hexdigest()
                    == file.metadata_hashes[algorithm].lower()
                ):
                    break
                return Unknown("hash-mismatch", f"the metadata of {file.filename} was altered")
        return parse_metadata(body.decode("utf-8", "replace"), file, "pep658")

    def _read_metadata(self, file: Wheel | Sdist) -> CoreMetadata | Unknown:
        if isinstance(file, Sdist):
            listing = self.listing(file, metadata_paths)
            return listing if isinstance(listing, Unknown) else sdist_metadata(listing, file)
        found = self._read(file, metadata_paths)
        return found if isinstance(found, Unknown) else wheel_metadata(found, file)

    def listing(
        self, file: Wheel | Sdist, wanted: Callable[[str], bool] | None = None
    ) -> ArchiveListing | Unknown:
        """Members, and the texts of those that are wanted; a text that is too long is left out."""
        key = _key(file)
        with self._alone(key):
            stored = self._cache.get("listings", key, _decode_listing)
            missing = (
                stored is None
                or not self._holds(file, key)
                or (isinstance(file, Sdist) and _is_outdated(stored) and not self._offline)
            ) or (
                wanted is not None
                and any(path not in stored.tried and wanted(path) for path, _ in stored.members)
            )
            if missing:
                found = self._read(file, _also_usual(file, stored, wanted))
                if isinstance(found, Unknown):
                    return found
                stored = self._remember(key, file, found, _also_usual(file, stored, wanted))
        assert stored is not None
        texts = {p: t for p, t in stored.texts.items() if wanted is not None and wanted(p)}
        marks = stored.marks or {}
        members = (
            ArchiveMember(
                path,
                size,
                stored.lines.get(place),
                _marks_of(marks[place]) if place in marks else None,
            )
            for place, (path, size) in enumerate(stored.members)
        )
        return ArchiveListing(tuple(members), texts, stored.holds_links)

    def pyproject(self, sdist: Sdist, enough: Callable[[str], bool]) -> str | Unknown | None:
        """The pyproject.toml at an sdist's root, if that is `enough`; else it is read whole."""
        key = _key(sdist)
        beginning = cache_key(key, "pyproject.toml")
        with self._alone(key):
            stored = self._cache.get("listings", key, _decode_listing)
            if stored is not None and self._holds(sdist, key):
                until = Until(enough)
                any(until(path, text) for path, text in stored.texts.items())
                return until.text
            known = self._cache.get("listings", beginning, _decode_text)
            if known is not None and self._holds(sdist, beginning) and enough(known):
                return known
            until, wanted = Until(enough), _also_usual(sdist, None, None)
            found = self._read(sdist, wanted, until)
            if isinstance(found, Unknown):
                return found
            if until.text is None:
                self._remember(key, sdist, found, wanted)
            elif local_path(sdist.url) is None:
                self._read_now.add(beginning)
                self._cache.put("listings", beginning, _encode(until.text))
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
        stored = self._derived.get(key := _key(file)) or self._cache.get("derived", key, bytes)
        return stored if self._holds(file, key) else None

    def store_derived(self, file: Wheel | Sdist, data: bytes) -> None:
        """Store what was derived from a file of an index; one on this machine may change."""
        if local_path(file.url) is None:
            self._derived[_key(file)] = data

    def close(self) -> None:
        """Store what was derived: once for a file, however much was added to it."""
        for key, data in self._derived.items():
            self._cache.put("derived", key, data)
        self._derived.clear()

    def _remember(
        self, key: str, file: Wheel | Sdist, found: ArchiveListing, wanted: Callable[[str], bool]
    ) -> _Listing:
        members = [(member.path, member.size) for member in found.members]
        tried = {path for path, _ in members if wanted(path)}
        lines = {
            place: member.lines
            for place, member in enumerate(found.members)
            if member.lines is not None
        }
        marks = {
            place: (
                *(mark.statements, mark.includes, mark.returns, mark.generator),
                *(mark.api_breaks, mark.old_cython, mark.certain_includes),
                *(mark.build_options, mark.needs, mark.refused),
            )
            for place, member in enumerate(found.members)
            if (mark := member.marks) is not None
        }
        listing = _Listing(
            members, dict(found.texts), tried, lines, marks, found.holds_links, RULES
        )
        if local_path(file.url) is None:  # a file on this machine may change under its name
            self._cache.put("listings", key, _encode(listing))
        return listing

    def _holds(self, file: Wheel | Sdist, key: str) -> bool:
        """Whether what is known of a file may be used without reading it once more."""
        return self._offline or key in self._read_now or is_identified(file)

    def _read(
        self, file: Wheel | Sdist, wanted: Callable[[str], bool], until: Until | None = None
    ) -> ArchiveListing | Unknown:
        def read() -> ArchiveListing:
            return read_archive(self._http, file, wanted, self._ends, until)

        found = self._in_time(file, read)
        if not isinstance(found, Unknown) and (until is None or until.text is None):
            self._read_now.add(_key(file))
        return found

    @contextmanager
    def _alone(self, key: str) -> Iterator[None]:
        """One reader per file: a second one finds in the cache what the first has stored."""
        with self._lock:
            lock = self._busy.setdefault(key, Lock())
        with lock:
            yield


def _is_outdated(stored: _Listing) -> bool:
    """Whether its marks were made by other rules than today's."""
    return stored.marks is None or stored.rules != RULES


def is_identified(file: Wheel | Sdist) -> bool:
    """Whether the file is identified by more than a URL that somebody wrote down.

    What an index lists is not replaced: its own installers' caches rely on that, too.
    """
    listed = file.origin != file.url
    identified = file.size is not None or any(name in file.hashes for name in _STRONG)
    return listed or identified or local_path(file.url) is not None


def of_the_day(found: object) -> bool:
    """Whether this says that a file could not be read now, which may be otherwise later."""
    return isinstance(found, Unknown) and found.code not in _LASTING | _REFUSED


def shared_metadata(file: Wheel | Sdist) -> tuple[str, Version, str] | None:
    """What is equal for wheels of a release whose metadata are the same, byte for byte.

    The index lists the hash of the metadata it serves beside a wheel (PEP 658), and what is served
    is compared with it: so one request answers for all wheels of a release that share the hash.
    """
    if not file.has_metadata or isinstance(file, Sdist):
        return None
    digests = (file.metadata_hashes[name] for name in _STRONG if name in file.metadata_hashes)
    digest = next(digests, None)
    return None if digest is None else (file.name, file.version, digest.lower())


def _marks_of(stored: _Marks) -> SourceMarks:
    """The marks of a source; what thousands of sources include is held once in memory."""
    marks = SourceMarks(*stored)
    return replace(marks, includes=tuple(map(intern, marks.includes)))


def _also_usual(
    file: Wheel | Sdist, stored: _Listing | None, wanted: Callable[[str], bool] | None
) -> Callable[[str], bool]:
    """What is wanted, what is known already, and of an sdist what will be wanted."""
    known = stored.tried if stored is not None else set()
    source = isinstance(file, Sdist)

    def selected(path: str) -> bool:
        return (
            (wanted is not None and wanted(path))
            or path in known
            or (source and (metadata_paths(path) or build_texts(path)))
        )

    return selected


def _key(file: Wheel | Sdist) -> str:
    """A file's name in the cache: where it lies, and its strongest hash or else its size."""
    parts = urlsplit(split_credentials(file.url)[0])
    place = urlunsplit(parts._replace(query="", fragment=""))
    digest = next((file.hashes[name] for name in _STRONG if name in file.hashes), None)
    path = local_path(file.url)
    if path is not None and is_regular(path):
        return cache_key(place, str(path.stat().st_mtime_ns), str(path.stat().st_size))
    return cache_key(place, digest or str(file.size))


def _fetch_failed(file: Wheel | Sdist, failure: FetchFailed) -> Unknown:
    if failure.not_found:
        return Unknown("file-not-found", f"{file.filename} is listed but not there")
    if failure.out_of_time:
        return Unknown("out-of-time", f"{file.filename} is not read: {failure.why}")
    if failure.forbidden:
        return Unknown("file-forbidden", f"{file.filename} may not be read: {failure.why}")
    return Unknown("file-unreachable", f"{file.filename} cannot be read: {failure.why}")


def _to_stored(found: CoreMetadata | Unknown) -> _Metadata:
    if isinstance(found, Unknown):
        return _Metadata(unknown=(found.code, found.reason))
    return _Metadata(
        found.requires_dist,
        found.requires_python,
        found.provides_extra,
        found.found_in,
        names_libraries=found.names_libraries,
    )


def _from_stored(stored: _Metadata, file: Wheel | Sdist) -> CoreMetadata | Unknown:
    if stored.unknown is not None:
        return Unknown(*stored.unknown)
    return CoreMetadata(
        name=file.name,
        version=file.version,
        requires_dist=stored.requires_dist,
        requires_python=stored.requires_python,
        provides_extra=stored.provides_extra,
        found_in=stored.found_in,
        names_libraries=bool(stored.names_libraries),
    )
