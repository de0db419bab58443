"""The facts of files as the cache has them: listings with texts and marks, and core metadata."""

from __future__ import annotations

from collections.abc import Callable
from sys import intern

import msgspec
from msgspec.structs import replace

from wheelcheck.errors import Unknown
from wheelcheck.index.archives.sources.source_marks import RULES, ApiBreak, SourceMarks
from wheelcheck.index.interface import ArchiveListing, ArchiveMember, CoreMetadata, Sdist, Wheel

__all__ = [
    "StoredListing",
    "StoredMetadata",
    "decode_listing",
    "decode_metadata",
    "decode_text",
    "encode",
]

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


class StoredListing(msgspec.Struct, array_like=True):
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

    @classmethod
    def of(cls, found: ArchiveListing, wanted: Callable[[str], bool]) -> StoredListing:
        """A listing that was read; `wanted` are the paths whose text was."""
        members = [(member.path, member.size) for member in found.members]
        tried = {path for path, _ in members if wanted(path)}
        lines = {
            place: member.lines
            for place, member in enumerate(found.members)
            if member.lines is not None
        }
        marks = {
            place: _fields(member.marks)
            for place, member in enumerate(found.members)
            if member.marks is not None
        }
        return cls(members, dict(found.texts), tried, lines, marks, found.holds_links, RULES)

    @property
    def is_outdated(self) -> bool:
        """Whether its marks were made by other rules than today's."""
        return self.marks is None or self.rules != RULES

    def has_tried(self, wanted: Callable[[str], bool] | None) -> bool:
        """Whether the texts of all wanted paths were read."""
        return wanted is None or all(
            path in self.tried or not wanted(path) for path, _ in self.members
        )

    def listing(self, wanted: Callable[[str], bool] | None) -> ArchiveListing:
        """The listing, with the texts that are wanted."""
        texts = {p: t for p, t in self.texts.items() if wanted is not None and wanted(p)}
        marks = self.marks or {}
        members = (
            ArchiveMember(
                path,
                size,
                self.lines.get(place),
                _marks_of(marks[place]) if place in marks else None,
            )
            for place, (path, size) in enumerate(self.members)
        )
        return ArchiveListing(tuple(members), texts, self.holds_links)


def _fields(marks: SourceMarks) -> _Marks:
    return (
        *(marks.statements, marks.includes, marks.returns, marks.generator),
        *(marks.api_breaks, marks.old_cython, marks.certain_includes),
        *(marks.build_options, marks.needs, marks.refused),
    )


def _marks_of(stored: _Marks) -> SourceMarks:
    """The marks of a source; what thousands of sources include is held once in memory."""
    marks = SourceMarks(*stored)
    return replace(marks, includes=tuple(map(intern, marks.includes)))


class StoredMetadata(msgspec.Struct, array_like=True):
    """Core metadata in the cache, or why there is none; name and version are the file's."""

    requires_dist: tuple[str, ...] = ()
    requires_python: str | None = None
    provides_extra: tuple[str, ...] = ()
    found_in: str = ""
    unknown: tuple[str, str] | None = None
    names_libraries: bool | None = None
    """None in what was cached before it was looked for."""

    @classmethod
    def of(cls, found: CoreMetadata | Unknown) -> StoredMetadata:
        """Metadata that were read, or why there are none."""
        if isinstance(found, Unknown):
            return cls(unknown=(found.code, found.reason))
        return cls(
            found.requires_dist,
            found.requires_python,
            found.provides_extra,
            found.found_in,
            names_libraries=found.names_libraries,
        )

    @property
    def is_complete(self) -> bool:
        """Whether all was looked for that is looked for today."""
        return self.unknown is not None or self.names_libraries is not None

    def metadata(self, file: Wheel | Sdist) -> CoreMetadata | Unknown:
        """The metadata, of this file."""
        if self.unknown is not None:
            return Unknown(*self.unknown)
        return CoreMetadata(
            name=file.name,
            version=file.version,
            requires_dist=self.requires_dist,
            requires_python=self.requires_python,
            provides_extra=self.provides_extra,
            found_in=self.found_in,
            names_libraries=bool(self.names_libraries),
        )


encode = msgspec.msgpack.Encoder().encode
decode_listing = msgspec.msgpack.Decoder(StoredListing).decode
decode_text = msgspec.msgpack.Decoder(str).decode
decode_metadata = msgspec.msgpack.Decoder(StoredMetadata).decode
