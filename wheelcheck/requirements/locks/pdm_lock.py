"""`pdm.lock`: PDM's lock files, formats 4.x.

With the strategy ``inherit_metadata`` (PDM's default since 2.12) each package tells its groups and
its marker. Without, what the project itself asks for stands in the `pyproject.toml` beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.requirements.conditions import settle
from wheelcheck.requirements.documents import table, tables, text_at, texts
from wheelcheck.requirements.input_document import InputDocument
from wheelcheck.requirements.locks.lock_graph import Edge, add_reached, reach
from wheelcheck.requirements.locks.locked_packages import (
    Entry,
    LockedPackages,
    check_version,
    entries_of,
    hashes_of,
    marker_at,
)
from wheelcheck.requirements.projects.declared_requirements import (
    GroupError,
    parse_declared,
    resolve_group,
)

__all__ = ["read_pdm_lock"]

_NEWEST = "4.5"
_MAIN = canonicalize_name("default")


def read_pdm_lock(given: InputDocument) -> None:
    """Add what ``pdm install`` would install from a lock.

    All groups that are locked count, extras among them. Where extras are chosen, these and the
    groups for development do, which the project beside the lock tells; where groups are, these.
    """
    metadata = table(given.tree, "metadata", complain=given.complain)
    check_version(given, metadata.get("lock_version", _NEWEST), _NEWEST)
    pythons = [
        text_at(target, "requires_python", given.complain)
        for target in tables(metadata, "targets", given.complain)
    ]
    if not pythons:
        project = table(given.neighbour("pyproject.toml"), "project", complain=given.complain)
        pythons = [text_at(project, "requires-python", given.complain)]
    if len(pythons) == 1:
        given.bound_python(pythons[0])
    lock = _PdmLock(given, list(texts(metadata, "groups", given.complain)))
    if "inherit_metadata" in texts(metadata, "strategy", given.complain):
        lock.add_by_groups()
    else:
        lock.add_by_graph()


class _PdmLock:
    """One lock, with the project beside it."""

    def __init__(self, given: InputDocument, offered: list[str]) -> None:
        self._document = given
        self._entries = entries_of(given, "package")
        project = given.neighbour("pyproject.toml")
        project_table = table(project, "project", complain=given.complain)
        self._name = canonicalize_name(text_at(project_table, "name", given.complain) or "")
        self._main = list(texts(project_table, "dependencies", given.complain))
        self._groups = _groups(project, given)
        others = [group for group in offered if canonicalize_name(group) != _MAIN]
        extras = given.selection.extras(others)
        development = self._groups.keys() - _extras(project, given)
        groups = given.selection.groups(others, development if extras else others)
        self._chosen = {_MAIN, *groups, *extras}
        if extras and not project and not given.selection.chooses_groups:
            given.warn("which groups are for development is not told here: none counts")

    def add_by_groups(self) -> None:
        """Add the packages of the groups that are wanted."""
        locked = LockedPackages(self._document)
        for entry in self._entries:
            groups = map(canonicalize_name, texts(entry.table, "groups", self._document.complain))
            if self._chosen & set(groups):
                self._add(locked, entry, marker_at(entry.table, "marker", self._document.complain))
        locked.finish()

    def add_by_graph(self) -> None:
        """Add the packages that the project reaches."""
        reached = reach(self._entries, self._roots(), self._edges)
        locked = LockedPackages(self._document)
        add_reached(locked, self._entries, reached, self._add)
        locked.finish()

    def _roots(self) -> Iterator[Edge]:
        waiting = sorted(self._groups.keys() & self._chosen)
        edges = list(self._required(self._main))
        for group in waiting:  # grows where a group asks for the project's own extras
            edges += self._required(self._groups[group])
            own = {extra for edge in edges if edge.name == self._name for extra in edge.extras}
            waiting += sorted((own & self._groups.keys()).difference(waiting))
        if edges:
            yield from edges
            return
        self._document.warn(
            "what the project asks for is not told here, so that all packages count"
        )
        yield from (Edge(entry.name, None, _own_extras(entry)) for entry in self._entries)

    def _edges(self, entry: Entry, extra: NormalizedName | None) -> Iterator[Edge]:
        """PDM lists a package with an extra once more, as a package with what the extra adds."""
        if bool(extra) == bool(_own_extras(entry)):
            yield from self._required(texts(entry.table, "dependencies", self._document.complain))

    def _required(self, written: Iterable[str]) -> Iterator[Edge]:
        for text in written:
            requirement = parse_declared(self._document, text)
            if requirement is not None:
                yield from _edges_of(requirement)

    def _add(self, locked: LockedPackages, entry: Entry, marker: Marker | None) -> None:
        vcs = next((kind for kind in ("git", "hg", "svn", "bzr") if kind in entry.table), None)
        url = entry.table.get("url")
        files = self._files(entry)
        if vcs:
            locked.skip(entry, marker, f"built from a checkout ({vcs})")
        elif "path" in entry.table:
            locked.skip(entry, marker, "installed from a local path")
        elif isinstance(url, str):
            locked.add_reference(entry, url, marker, hashes_of(files))
        elif entry.version is None:
            locked.skip(entry, marker, "the lock tells no version of it")
        else:
            locked.add(entry, marker, hashes_of(files))

    def _files(self, entry: Entry) -> list[Mapping[str, Any]]:
        """Return a package's files; before format 4.4 they stand apart from it."""
        complain = self._document.complain
        if "files" in entry.table:
            return list(tables(entry.table, "files", complain))
        files = table(self._document.tree, "metadata", "files", complain=complain)
        return list(tables(files, f"{entry.table.get('name')} {entry.version}", complain))


def _own_extras(entry: Entry) -> tuple[NormalizedName, ...]:
    found = entry.table.get("extras")
    listed = found if isinstance(found, list) else []
    return tuple(canonicalize_name(extra) for extra in listed if isinstance(extra, str))


@dataclass(frozen=True, slots=True)
class _PdmMeets:
    """Which packages of the lock a requirement means: one version, with these extras or none."""

    requirement: Requirement

    def __call__(self, entry: Entry) -> bool:
        return (
            entry.version is None
            or self.requirement.url is not None
            or self.requirement.specifier.contains(entry.version, prereleases=True)
        ) and set(_own_extras(entry)) <= set(map(canonicalize_name, self.requirement.extras))


def _edges_of(requirement: Requirement) -> Iterator[Edge]:
    extras = tuple(map(canonicalize_name, requirement.extras))
    marker = settle(requirement.marker, ())
    yield Edge(canonicalize_name(requirement.name), marker, extras, _PdmMeets(requirement))


def _extras(project: Mapping[str, Any], given: InputDocument) -> set[NormalizedName]:
    listed = table(project, "project", "optional-dependencies", complain=given.complain)
    return set(map(canonicalize_name, listed))


def _groups(project: Mapping[str, Any], given: InputDocument) -> dict[NormalizedName, list[str]]:
    """Return what extras and groups ask for, by name."""
    found: dict[NormalizedName, list[str]] = {}
    for keys in (("project", "optional-dependencies"), ("tool", "pdm", "dev-dependencies")):
        listed = table(project, *keys, complain=given.complain)
        for name in listed:
            found[canonicalize_name(name)] = list(texts(listed, name, given.complain))
    listed = table(project, "dependency-groups", complain=given.complain)
    for name in listed:
        try:
            found[canonicalize_name(name)] = list(resolve_group(listed, name))
        except GroupError as error:
            given.complain(f"the group {name} of the project beside it is invalid ({error})")
    return found
