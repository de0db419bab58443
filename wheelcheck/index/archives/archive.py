"""What an archive holds: members with their sizes, and the texts of those that are wanted.

Archives come from strangers. Nothing of them is written to disk or run; names that would leave the
folder they are unpacked into, sizes that cannot be, and more than `limits` allows end in
`ArchiveRefused`. Of several members with one name the last one counts, as for an installer that
unpacks them in order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from tempfile import SpooledTemporaryFile

from wheelcheck.index.archives.digests import Digest, HashMismatch
from wheelcheck.index.archives.folders import folder_members
from wheelcheck.index.archives.limits import (
    MAX_COMPRESSED_BYTES,
    MAX_MEMBERS,
    MAX_PATH,
    MAX_TEXT_BYTES,
    MAX_TEXTS_BYTES,
    ArchiveRefused,
)
from wheelcheck.index.archives.pieces import in_pieces
from wheelcheck.index.archives.ranges import (
    IN_MEMORY_BYTES,
    NO_SUCH_RANGE,
    ArchiveEnds,
    ByteSource,
    FileBytes,
    HttpBytes,
    open_local,
)
from wheelcheck.index.archives.sources.languages import language_of
from wheelcheck.index.archives.sources.source_marks import (
    MAX_MARKED_BYTES,
    SourceMarks,
    is_marked,
)
from wheelcheck.index.archives.tars import (
    BLOCK,
    TarMember,
    count_lines,
    is_tar,
    tar_members,
    unpacked,
)
from wheelcheck.index.archives.until import Until
from wheelcheck.index.archives.zips import (
    ZipMember,
    fetch_beginnings,
    is_text_sized,
    last_members,
    read_member,
    zip_members,
)
from wheelcheck.index.interface import ArchiveListing, ArchiveMember, DistributionFile, Sdist
from wheelcheck.index.network.deadlines import check
from wheelcheck.index.network.failures import FetchFailed
from wheelcheck.index.network.http import Http
from wheelcheck.index.network.urls import local_path
from wheelcheck.regular_files import is_folder

__all__ = ["HashMismatch", "checked_path", "read_archive", "read_zip"]

_CHUNK = 256 << 10
_ZIP = b"PK\3\4"
_MOST_MARKED_BYTES = 32 << 20
"""Of the sources and headers of a zip archive, packed; with more, none of them is looked into."""
_known_sources: dict[tuple[str, int, int], tuple[int | None, SourceMarks]] = {}
"""What was found in sources and headers of zip archives, by their path below the archive's own
folder, size and checksum: releases of a project share most of them, and none is fetched twice."""
_MOST_KNOWN = 40_000
_EMPTY = frozenset({"", ".", ".."})
"""Parts of a path that name no file or folder in it."""

Wanted = Callable[[str], bool]


def read_archive(
    http: Http,
    file: DistributionFile,
    wanted: Wanted,
    ends: ArchiveEnds | None = None,
    until: Until | None = None,
    enough: Callable[[ArchiveListing], bool] | None = None,
) -> ArchiveListing:
    """List an archive wherever it lies; `ends` has what was read of it before.

    Where `until` says so, a tar archive is read no further, and the rest of it is not listed. Of a
    remote zip archive only the last members are, where these are `enough`.

    Raises ArchiveRefused, FetchFailed, HashMismatch.
    """
    path = local_path(file.url)
    if path is not None:
        return _read_local(path, file, wanted, until)
    if _is_zip(file):
        with closing(HttpBytes(http, file.url, file.size, file.hashes, ends)) as source:
            if enough is not None:
                last = _read_end(source, wanted)
                if enough(last):
                    return last
            return read_zip(source, wanted, until, marked=_is_sdist(file))

    def in_part() -> ArchiveListing:
        with closing(in_pieces(http, file.url, file.size)) as chunks:
            return _read_stream(chunks, file, wanted, until)

    def attempt() -> ArchiveListing:
        with http.open(file.url, {"Accept-Encoding": "identity"}) as (response, _):
            # as pip, the bytes as they are: some servers call a .tar.gz a tar that is encoded
            return _read_stream(response.iter_raw(), file, wanted, until)

    if until is not None and until.may_stop:
        try:
            return http.retrying(file.url, in_part)
        except FetchFailed as failure:
            if failure.status not in NO_SUCH_RANGE:
                raise
    return http.retrying(file.url, attempt)


def _is_zip(file: DistributionFile) -> bool:
    """Whether only a zip archive will do, as for pip; else the content decides."""
    return file.filename.lower().endswith((".whl", ".zip"))


def _is_sdist(file: DistributionFile) -> bool:
    """Whether a zip archive is an sdist, whose sources are looked into."""
    return file.filename.lower().endswith(".zip")


def _read_local(
    path: Path, file: DistributionFile, wanted: Wanted, until: Until | None
) -> ArchiveListing:
    if is_folder(path):
        if not isinstance(file, Sdist):
            raise ArchiveRefused("it is a folder")
        listing = _listed(folder_members(path, file.filename, file.without), wanted, until)
        return replace(listing, holds_links=file.may_differ)
    with open_local(path) as source:
        starts = range(0, source.size, _CHUNK)
        chunks = (source.read(start, _CHUNK) for start in starts)
        if not _is_zip(file):
            return _read_stream(chunks, file, wanted, until)
        if file.hashes:
            for _ in Digest(file.hashes).passing(chunks):
                check()
        return read_zip(source, wanted, until, marked=_is_sdist(file))


def read_zip(
    source: ByteSource, wanted: Wanted, until: Until | None = None, *, marked: bool = False
) -> ArchiveListing:
    """List a zip archive; only its directory and the wanted members are read.

    With `until`, what that looks at is read first, and nothing else where it is enough. `marked`:
    sources and headers are looked into too, as far as they are not too much.
    """
    found: dict[str, ZipMember] = {}
    for member in zip_members(source):
        found[checked_path(member.path)] = member
    members = tuple(ArchiveMember(path, member.size) for path, member in found.items())
    if until is not None and _is_enough(source, found, until):
        return ArchiveListing(members)
    texts = _texts(source, {path: member for path, member in found.items() if wanted(path)})
    return ArchiveListing(_marked(source, found) if marked else members, texts)


def _read_end(source: ByteSource, wanted: Wanted) -> ArchiveListing:
    """The texts of the wanted members of a zip archive, as far as they are among its last."""
    last = {checked_path(member.path): member for member in last_members(source)}
    return ArchiveListing((), _texts(source, {p: m for p, m in last.items() if wanted(p)}))


def _texts(source: ByteSource, wanted: Mapping[str, ZipMember]) -> dict[str, str]:
    """The texts of the wanted members, as far as there is room for them."""
    texts: dict[str, str] = {}
    room = MAX_TEXTS_BYTES
    beginnings = ((each, each.packed) for each in wanted.values() if is_text_sized(each))
    fetch_beginnings(source, beginnings)
    for path, member in wanted.items():
        if member.size <= room:
            content = read_member(source, member)
            if content is not None:
                texts[path] = content.decode("utf-8", errors="replace")
                room -= len(content)
    return texts


def _marked(source: ByteSource, found: Mapping[str, ZipMember]) -> tuple[ArchiveMember, ...]:
    """The members of a zip archive, with what its sources and headers show."""
    sources = {p: m for p, m in found.items() if is_marked(p) and is_text_sized(m)}
    if sum(member.packed for member in sources.values()) > _MOST_MARKED_BYTES:
        sources = {}
    keys = {path: (path[path.find("/") :], m.size, m.crc) for path, m in sources.items()}
    known = ((path, _known_sources.get(key)) for path, key in keys.items())  # others may clear it
    shown = {path: marks for path, marks in known if marks is not None}
    new = {path: member for path, member in sources.items() if path not in shown}
    fetch_beginnings(source, ((member, member.packed) for member in new.values()))
    for path, member in new.items():
        content = read_member(source, member)
        if content is not None:
            lines = count_lines([content]) if language_of(path) is not None else None
            shown[path] = _known_sources[keys[path]] = lines, _marks(content, path)
    if len(_known_sources) > _MOST_KNOWN:
        _known_sources.clear()
    return tuple(ArchiveMember(p, m.size, *shown.get(p, ())) for p, m in found.items())


def _is_enough(source: ByteSource, found: Mapping[str, ZipMember], until: Until) -> bool:
    """Whether a pyproject.toml of the archive makes all else unwanted."""
    for path, member in found.items():
        is_root = path.endswith("/pyproject.toml") and path.count("/") == 1
        if is_root and member.size <= MAX_TEXT_BYTES:
            content = read_member(source, member)
            if content is not None and until(path, content.decode("utf-8", errors="replace")):
                return True
    return False


def _read_stream(
    chunks: Iterator[bytes], file: DistributionFile, wanted: Wanted, until: Until | None = None
) -> ArchiveListing:
    """List an archive that is streamed once; its content decides on its format, not its name."""
    watched = _Watched(chunks, file, until)
    head = b""
    for chunk in watched:
        head += chunk
        if len(head) >= BLOCK:
            break
    if head.startswith(_ZIP):
        with SpooledTemporaryFile(IN_MEMORY_BYTES) as whole:
            whole.write(head)
            whole.writelines(watched)
            watched.finish()
            return read_zip(FileBytes(whole), wanted, until)
    if not is_tar(head):
        raise ArchiveRefused("it is neither a zip nor a tar archive")
    links: list[str] = []
    members = tar_members(unpacked(_after(head, watched), head), links)
    listing = replace(_listed(members, wanted, until), holds_links=bool(links))
    if until is None or until.text is None:
        watched.finish()
    return listing


def _after(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from rest


def _listed(
    members: Iterable[TarMember], wanted: Wanted, until: Until | None = None
) -> ArchiveListing:
    """List files one after another, each of which can be read once, as far as `until` says."""
    found: dict[str, ArchiveMember] = {}
    texts: dict[str, str] = {}
    room = MAX_TEXTS_BYTES
    for member in members:
        path = checked_path(member.path)
        texts.pop(path, None)
        needed = wanted(path) and member.size <= min(MAX_TEXT_BYTES, room)
        measured, content = _measured(member, path, needed=needed)
        if needed:
            texts[path] = content.decode("utf-8", errors="replace")
            room -= len(content)
            if until is not None and until(path, texts[path]):
                break
        found[path] = measured
        if len(found) > MAX_MEMBERS:
            raise ArchiveRefused(f"it holds more than {MAX_MEMBERS} members")
    return ArchiveListing(tuple(found.values()), texts)


def _measured(member: TarMember, path: str, *, needed: bool) -> tuple[ArchiveMember, bytes]:
    """A member with the lines and marks of its source; its content, where anything reads it."""
    is_source = language_of(path) is not None
    marked = is_marked(path) and member.size <= MAX_MARKED_BYTES
    content, lines = b"", None
    if needed or marked:
        content = member.read()
        lines = count_lines([content]) if is_source else None
    elif is_source:
        lines = member.lines()
    marks = _marks(content, path) if marked else None
    return ArchiveMember(path, member.size, lines, marks), content


def _marks(content: bytes, path: str) -> SourceMarks:
    # much, and most runs read no source
    from wheelcheck.index.archives.sources.source_reading import marks_of

    return marks_of(content, path)


class _Watched:
    """The compressed bytes as they pass by: counted, timed and hashed. Raises HashMismatch."""

    def __init__(
        self, chunks: Iterator[bytes], file: DistributionFile, until: Until | None
    ) -> None:
        self._chunks = Digest(file.hashes).passing(chunks)
        self._left = MAX_COMPRESSED_BYTES
        self._until = until

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        chunk = next(self._chunks)
        self._left -= len(chunk)
        if self._left < 0:
            raise ArchiveRefused("it is larger than any archive we read whole")
        if self._until is not None:
            self._until.passed = MAX_COMPRESSED_BYTES - self._left
        check()
        return chunk

    def finish(self) -> None:
        """Read what is left, behind which the hash is compared."""
        for _ in self:
            pass


def checked_path(path: str) -> str:
    """A member's path as it is unpacked, within the folder it is unpacked into."""
    folder, _, name = path.rpartition("/")
    if name not in _EMPTY and _is_tidy(folder) and "\0" not in name and len(path) <= MAX_PATH:
        return path
    if len(path) > MAX_PATH or "\0" in path:
        raise ArchiveRefused("it has a member with a name that no system should see")
    parts = [part for part in path.split("/") if part not in {"", "."}]
    if path.startswith("/") or ".." in parts or not parts:
        raise ArchiveRefused("it has a member that would be unpacked outside its own folder")
    return "/".join(parts)


@lru_cache(maxsize=1024)  # the members of a folder follow one another
def _is_tidy(folder: str) -> bool:
    return "\0" not in folder and _EMPTY.isdisjoint(folder.split("/"))
