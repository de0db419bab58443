"""A lock with its project beside it: what the readers of PDM's and Poetry's locks share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from packaging.markers import Marker
from packaging.utils import NormalizedName

from wheelcheck.requirements.documents import table, tables
from wheelcheck.requirements.input_document import InputDocument
from wheelcheck.requirements.locks.lock_graph import Edge, add_reached, reach
from wheelcheck.requirements.locks.locked_files import hashes_of, locked_files
from wheelcheck.requirements.locks.locked_packages import Entry, LockedPackages, entries_of

__all__ = ["PackageSource", "ProjectLock"]


@dataclass(frozen=True, slots=True)
class PackageSource:
    """Where a lock says that a package comes from; without any of these, from an index.

    `checkout` is a version control system; `archive` the path of a file beside the lock; `local`
    what else on the machine; `url` that of an archive.
    """

    checkout: str | None = None
    archive: str | None = None
    local: str | None = None
    url: str | None = None


class ProjectLock(ABC):
    """A lock that lists packages, and says which of them only with its project beside it."""

    def __init__(self, document: InputDocument) -> None:
        self._document = document
        self.entries = entries_of(document, "package")

    @abstractmethod
    def _roots(self) -> Iterator[Edge]:
        """What the project itself requires."""

    @abstractmethod
    def _edges(self, entry: Entry, extra: NormalizedName | None) -> Iterator[Edge]:
        """What a package requires, or what one of its extras adds."""

    @abstractmethod
    def _source(self, entry: Entry) -> PackageSource:
        """Where a package comes from."""

    @abstractmethod
    def _file_key(self, entry: Entry) -> str:
        """The name of a package's list of files in formats that list them outside packages."""

    def _begin(self) -> LockedPackages:
        """The packages to add to, with the indexes that the project names."""
        return LockedPackages(self._document)

    def _add_from_index(
        self, locked: LockedPackages, entry: Entry, marker: Marker | None, files: list[Any]
    ) -> None:
        locked.add(entry, marker, files)

    def add_by_graph(self) -> None:
        """Add the packages that the project reaches."""
        reached = reach(self.entries, self._roots(), self._edges)
        locked = self._begin()
        add_reached(locked, self.entries, reached, self._add)
        locked.finish()

    def _add(self, locked: LockedPackages, entry: Entry, marker: Marker | None) -> None:
        source = self._source(entry)
        files = list(locked_files(self._document, self._files(entry)))
        if source.checkout:
            locked.skip(entry, marker, f"built from a checkout ({source.checkout})")
        elif source.archive is not None:
            locked.add_archive_beside(entry, source.archive, marker, hashes_of(files))
        elif source.local is not None:
            locked.skip(entry, marker, f"installed from a local {source.local}")
        elif source.url is not None:
            locked.add_reference(entry, source.url, marker, hashes_of(files))
        elif entry.version is None:
            locked.skip(entry, marker, "the lock tells no version of it")
        else:
            self._add_from_index(locked, entry, marker, files)

    def _files(self, entry: Entry) -> list[Mapping[str, Any]]:
        """A package's files; old formats list them under ``metadata``."""
        complain = self._document.complain
        if "files" in entry.table:
            return list(tables(entry.table, "files", complain))
        files = table(self._document.tree, "metadata", "files", complain=complain)
        return list(tables(files, self._file_key(entry), complain))
