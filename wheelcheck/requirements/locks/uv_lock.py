"""`uv.lock`: a graph of packages, of which ``uv sync`` installs what the project reaches.

The format is uv's own and documented only in its source; known here is version 1, revisions up
to 5. Markers may name extras and groups of the project in a spelling of uv's
(``extra-5-story-web``, ``group-5-story-dev``), where these exclude each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from packaging.markers import Marker
from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.requirements.documents import Complain, table, tables, text_at, texts
from wheelcheck.requirements.input_document import InputDocument
from wheelcheck.requirements.input_location import is_remote
from wheelcheck.requirements.lock_markers import settle
from wheelcheck.requirements.locks.lock_graph import Edge, add_reached, reach
from wheelcheck.requirements.locks.locked_files import hashes_of, locked_files
from wheelcheck.requirements.locks.locked_packages import (
    Entry,
    LockedPackages,
    bound_environments,
    check_version,
    entries_of,
    marker_at,
)
from wheelcheck.requirements.projects.uv_settings import apply_uv_settings
from wheelcheck.requirements.requirement_set import LockedFile, LockFacts, LockFormat

__all__ = ["read_uv_lock"]

_NEWEST = "1"
_LOCAL = ("editable", "virtual", "directory")


def read_uv_lock(given: InputDocument) -> None:
    """Add what ``uv sync`` would install from a lock: the project's own needs and its groups.

    The group ``dev`` counts unless groups are chosen, or the project beside the lock names other
    defaults; extras count where they are chosen. The project itself is left out.
    """
    check_version(given, given.tree.get("version"), _NEWEST)
    given.collection.add_lock(LockFacts(given.origin(), LockFormat.UV))
    given.bound_python(text_at(given.tree, "requires-python", given.complain))
    bound_environments(given, "supported-markers")
    apply_uv_settings(given)
    entries = entries_of(given, "package")
    graph = _Graph(given, entries)
    roots = graph.roots()
    reached = reach(entries, graph.root_edges(roots), graph.edges)
    left_out = set(roots)
    members = set(_members(given))

    def add(locked: LockedPackages, entry: Entry, marker: Marker | None) -> None:
        if entry not in left_out:
            _add(given, locked, entry, marker, member=entry.name in members)

    locked = LockedPackages(given)
    add_reached(locked, entries, reached, add)
    locked.finish()


def _members(given: InputDocument) -> Iterator[NormalizedName]:
    manifest = table(given.tree, "manifest", complain=given.complain)
    yield from map(canonicalize_name, texts(manifest, "members", given.complain))


def _source(entry: Entry) -> Mapping[str, Any]:
    source = entry.table.get("source")
    return source if isinstance(source, Mapping) else {}


class _Graph:
    """Who requires whom, under the extras and groups that are wanted."""

    def __init__(self, given: InputDocument, entries: Sequence[Entry]) -> None:
        self._document = given
        self._complain = given.complain
        self._entries = entries
        self._chosen: set[str] = set()

    def roots(self) -> list[Entry]:
        """Return what ``uv sync`` starts from: the project in the lock's folder, or all members."""
        local = [entry for entry in self._entries if _source(entry).keys() & set(_LOCAL)]
        own = [entry for entry in local if "." in map(_source(entry).get, _LOCAL)]
        members = set(_members(self._document))
        return own or [entry for entry in local if entry.name in members]

    def root_edges(self, roots: Sequence[Entry]) -> Iterator[Edge]:
        """Yield what the project itself, or a script, asks for."""
        choices = [(entry, *self._choose(entry.table)) for entry in roots]
        for entry, extras, groups in choices:
            self._chosen |= {f"extra-{len(entry.name)}-{entry.name}-{extra}" for extra in extras}
            self._chosen |= {f"group-{len(entry.name)}-{entry.name}-{group}" for group in groups}
        for entry, extras, groups in choices:
            yield from self.edges(entry, None)
            for extra in extras:
                yield from self.edges(entry, extra)
            for group in groups:
                yield from self._listed(
                    _normalised(entry.table, "dev-dependencies", self._complain), group
                )
        manifest = table(self._document.tree, "manifest", complain=self._complain)
        if not roots and "requirements" not in manifest:
            self._complain("it tells no project to start from, so that all of it counts")
            yield from (Edge(entry.name) for entry in self._entries)
        yield from self._listed(manifest, "requirements")
        groups = self._choose({"dev-dependencies": manifest.get("dependency-groups")})[1]
        for group in groups:
            yield from self._listed(
                _normalised(manifest, "dependency-groups", self._complain), group
            )

    def _choose(
        self, dependency: Mapping[str, Any]
    ) -> tuple[frozenset[NormalizedName], frozenset[NormalizedName]]:
        selection = self._document.selection
        extras = selection.extras(_normalised(dependency, "optional-dependencies", self._complain))
        groups = _normalised(dependency, "dev-dependencies", self._complain)
        if not groups:
            return extras, frozenset()
        return extras, selection.groups(groups, self._default_groups(groups))

    def _default_groups(self, groups: Mapping[str, Any]) -> Sequence[str]:
        project = self._document.neighbour("pyproject.toml")
        settings = table(project, "tool", "uv", complain=self._complain)
        if settings.get("default-groups") == "all":
            return list(groups)
        if "default-groups" in settings:
            return list(texts(settings, "default-groups", self._complain))
        return ["dev"]

    def edges(self, entry: Entry, extra: NormalizedName | None) -> Iterator[Edge]:
        """Yield what a package requires, or what one of its extras adds."""
        if extra is None:
            yield from self._listed(entry.table, "dependencies")
        else:
            yield from self._listed(
                _normalised(entry.table, "optional-dependencies", self._complain), extra
            )

    def _listed(self, dependency: Mapping[str, Any], key: str) -> Iterator[Edge]:
        for item in tables(dependency, key, self._complain):
            name = text_at(item, "name", self._complain)
            if name is None:
                self._complain(f"one of {key} has no name")
                continue
            marker = marker_at(item, "marker", self._complain)
            yield Edge(
                canonicalize_name(name),
                settle(marker, self._chosen),
                tuple(map(canonicalize_name, texts(item, "extra", self._complain))),
                _Admits(item.get("version"), item.get("source")),
            )


@dataclass(frozen=True, slots=True)
class _Admits:
    """Which of several packages of one name a dependency means: it names version or source."""

    version: object
    source: object

    def __call__(self, entry: Entry) -> bool:
        return (self.version is None or self.version == entry.table.get("version")) and (
            self.source is None or self.source == entry.table.get("source")
        )


def _normalised(raw: Mapping[str, Any], key: str, complain: Complain) -> Mapping[str, Any]:
    """Return the lists of a table by their normalised names."""
    found = table(raw, key, complain=complain)
    return {canonicalize_name(name): value for name, value in found.items()}


def _add(
    given: InputDocument,
    locked: LockedPackages,
    entry: Entry,
    marker: Marker | None,
    *,
    member: bool,
) -> None:
    source = _source(entry)
    registry = text_at(source, "registry", given.complain)
    files = list(_files(given, entry, registry))
    if "virtual" in source:
        return
    if "git" in source:
        locked.skip(entry, marker, "built from a checkout (git)")
    elif "editable" in source or "directory" in source:
        kind = "another member of the workspace" if member else "a local project"
        locked.skip(entry, marker, f"built from {kind}")
    elif "path" in source:
        locked.add_archive_beside(entry, str(source["path"]), marker, hashes_of(files))
    elif isinstance(url := source.get("url"), str):
        locked.add_reference(entry, url, marker, hashes_of(files))
    elif entry.version is None:
        locked.skip(entry, marker, "the lock tells no version of it")
    elif not files:
        locked.skip(entry, marker, "the lock lists no file of it", "no-files-locked")
    else:
        if registry is None or is_remote(registry):
            locked.index(registry)
        locked.add(entry, marker, files)


def _files(given: InputDocument, entry: Entry, registry: str | None) -> Iterator[LockedFile]:
    """A package's wheels and its sdist; paths start from a registry that is a folder."""
    folder = registry if registry is not None and not is_remote(registry) else ""
    sdist = table(entry.table, "sdist", complain=given.complain)
    wheels = tables(entry.table, "wheels", given.complain)
    yield from locked_files(given, [*wheels, *([sdist] if sdist else [])], folder)
