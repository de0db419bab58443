"""What lock files have in common: packages at one version, with a list of files and a marker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from packaging.markers import InvalidMarker, Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidName, NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version

from wheelcheck.errors import Unknown
from wheelcheck.redaction import redact
from wheelcheck.requirements.documents import Complain, tables, text_at, texts
from wheelcheck.requirements.input_document import InputDocument
from wheelcheck.requirements.lock_markers import holds_nowhere, parse_marker
from wheelcheck.requirements.locks.locked_files import url_beside
from wheelcheck.requirements.pip.pip_syntax import InvalidLine
from wheelcheck.requirements.pip.requirement_strings import NotJudged, refer
from wheelcheck.requirements.requirement_set import (
    LockedFile,
    Origin,
    RequirementLine,
    ScopeEnvironment,
)

__all__ = [
    "Entry",
    "LockedPackages",
    "bound_environments",
    "check_version",
    "checked_marker",
    "entries_of",
    "marker_at",
    "tables_of",
]


_NAMED = 5
"""How many names a warning tells."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One package of a lock; `version` None where none is locked (local projects)."""

    name: NormalizedName
    version: Version | None
    origin: Origin
    table: Mapping[str, Any] = field(hash=False, compare=False)

    def __str__(self) -> str:
        return f"{self.name}=={self.version}" if self.version else self.name


def tables_of(given: InputDocument, key: str) -> Iterator[tuple[Mapping[str, Any], Origin]]:
    """Yield the tables of a list with the lines of their headers, where these are known."""
    header = f"[[{key}]]"
    lines = [n for n, line in enumerate(given.text.split("\n"), 1) if line.strip() == header]
    listed = list(tables(given.tree, key, given.complain))
    for position, table in enumerate(listed):
        yield table, given.origin(lines[position] if len(lines) == len(listed) else None)


def entries_of(given: InputDocument, key: str) -> list[Entry]:
    """The packages listed under a key; what is no package is reported and left out."""
    found = (_entry(table, origin, given) for table, origin in tables_of(given, key))
    return [entry for entry in found if entry is not None]


def _entry(table: Mapping[str, Any], origin: Origin, given: InputDocument) -> Entry | None:
    name, version = table.get("name"), table.get("version")
    try:
        known = canonicalize_name(str(name), validate=True)
        version_value = None if version is None else Version(str(version))
    except (InvalidName, InvalidVersion) as error:
        why = Unknown("part-not-understood", f"a package cannot be read: {error}")
        given.collection.skip(origin, why)
        return None
    return Entry(known, version_value, origin, table)


def marker_at(table: Mapping[str, Any], key: str, complain: Complain) -> Marker | None:
    """The marker under a key, or None; an invalid marker is reported and does not count."""
    text = text_at(table, key, complain)
    return checked_marker(text, complain) if text else None


def checked_marker(text: str, complain: Complain) -> Marker | None:
    """A marker, or None where it is invalid: that is reported, and it does not count."""
    try:
        return parse_marker(text)
    except InvalidMarker as error:
        complain(f"the marker {text!r} is invalid ({str(error).partition(chr(10))[0]})")
        return None


def bound_environments(given: InputDocument, key: str) -> None:
    """Bound a lock to the targets where one of a list of markers holds."""
    written = texts(given.tree, key, given.complain)
    markers = [found for text in written if (found := checked_marker(text, given.complain))]
    if markers:
        every = " or ".join(
            f"({marker})" if len(markers) > 1 else str(marker) for marker in markers
        )
        environments = [ScopeEnvironment(marker) for marker in markers]
        given.bound(environments, f"it is for environments where {every}")


def check_version(given: InputDocument, found: object, newest: str) -> bool:
    """Report a lock whose format is newer than the newest known here.

    Returns whether its major version is known.
    """
    try:
        version, known = Version(str(found)), Version(newest)
    except InvalidVersion:
        given.complain(f"the format's version {found!r} is none")
        return False
    if version.major > known.major:
        why = f"its format {found} is newer than {newest}: judged as far as that is understood"
        given.collection.skip(given.origin(), Unknown("lock-from-the-future", why))
    elif version.release[:2] > known.release[:2]:
        given.warn(f"its format {found} is newer than the newest one known here ({newest})")
    return version.major == known.major


class LockedPackages:
    """Gathers what a lock lists, then adds it to the inputs' collection.

    A project may be listed in several versions, for different targets. The files allowed for it
    are those of all its versions: a version names its own among them.
    """

    def __init__(self, given: InputDocument) -> None:
        self._document = given
        self._lines: list[RequirementLine] = []

    def index(self, url: str | None) -> None:
        """Say which index a package comes from; None is the installer's default one."""
        if url is None or url.startswith(("https://", "http://")):
            self._document.collection.add_lock_index(url)
        else:
            why = f"packages from {redact(url)}, a place beside the lock, are looked for elsewhere"
            unknown = Unknown("part-not-understood", why)
            self._document.collection.skip(self._document.origin(), unknown)

    def add(
        self,
        entry: Entry,
        marker: Marker | None,
        files: Iterable[LockedFile] = (),
        *,
        hashes: Iterable[str] = (),
        specifier: str | None = None,
    ) -> None:
        """Add a package at its version, or at what `specifier` says.

        `hashes` are those that the lock lists without saying of which file.
        """
        if holds_nowhere(marker):
            return
        listed = tuple(files)
        digests = frozenset(hashes).union(*(file.hashes for file in listed))
        if any(not file.hashes for file in listed):
            digests = frozenset()  # a file without one may be taken whatever it holds
        exactly = f"=={entry.version}" if specifier is None else specifier
        requirement = Requirement(f"{entry.name}{exactly}")
        text = str(requirement)
        requirement.marker = marker
        self._lines.append(
            RequirementLine(requirement, entry.origin, text, digests, locked=True, files=listed)
        )

    def add_reference(
        self, entry: Entry, url: str, marker: Marker | None, hashes: Iterable[str]
    ) -> None:
        """Add a package that comes from an archive's URL."""
        if holds_nowhere(marker):
            return
        try:
            found = refer(url, entry.name, redact, marker=marker)
        except (InvalidLine, InvalidRequirement, ValueError) as error:
            self.skip(entry, marker, f"its URL leads to nothing that installs ({error})")
            return
        if isinstance(found, NotJudged):
            self.skip(entry, marker, str(found.why))
            return
        text = redact(f"{entry.name} @ {url}")
        every = found.hashes.union(hashes)
        self._lines.append(
            RequirementLine(found.requirement, entry.origin, text, every, locked=True)
        )

    def add_archive_beside(
        self, entry: Entry, path: str, marker: Marker | None, hashes: Iterable[str]
    ) -> None:
        """Add a package that comes from an archive beside the lock."""
        url = url_beside(self._document, path)
        if url is None:
            self.skip(entry, marker, "installed from a local archive")
        else:
            self.add_reference(entry, url, marker, hashes)

    def skip(
        self, entry: Entry, marker: Marker | None, why: str, code: str = "not-from-an-index"
    ) -> None:
        """Add a package that cannot be judged, and say why."""
        if holds_nowhere(marker):
            return
        collection = self._document.collection
        unknown = Unknown(code, redact(why))
        collection.skip(entry.origin, unknown, text=str(entry), name=entry.name, marker=marker)

    def finish(self) -> None:
        """Hand everything on."""
        listed: dict[str, frozenset[str]] = {}
        unlisted: dict[str, RequirementLine] = {}
        for line in self._lines:
            name = line.requirement.name
            listed[name] = listed.get(name, frozenset()) | line.hashes
            if not line.hashes:
                unlisted.setdefault(name, line)
        for line in self._lines:
            name = line.requirement.name
            hashes = frozenset[str]() if name in unlisted else listed[name]
            self._document.collection.add_line(replace(line, hashes=hashes))
        if unlisted:
            names = ", ".join(sorted(unlisted)[:_NAMED]) + (" …" if len(unlisted) > _NAMED else "")
            why = f"listed without hashes, so that any file of the version counts: {names}"
            self._document.collection.warn(next(iter(unlisted.values())).origin, why)
