"""`poetry.lock`: Poetry's lock files, from 1.1 to 2.x.

Since format 2.1 each package has its groups and its marker. Before, a lock says only who
requires whom: what the project itself requires is in the `pyproject.toml` beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.requirements.documents import table, text_at, texts
from wheelcheck.requirements.input_document import InputDocument
from wheelcheck.requirements.lock_markers import (
    ALWAYS,
    NEVER,
    Condition,
    also,
    either,
    marker_of,
    settle,
)
from wheelcheck.requirements.locks.lock_graph import Edge
from wheelcheck.requirements.locks.locked_packages import (
    Entry,
    LockedPackages,
    check_version,
    checked_marker,
)
from wheelcheck.requirements.locks.project_lock import PackageSource, ProjectLock
from wheelcheck.requirements.projects.poetry_constraints import admits, python_constraint_marker
from wheelcheck.requirements.projects.poetry_project import (
    PoetryProject,
    PoetryRequirement,
    poetry_requirements,
)
from wheelcheck.requirements.requirement_set import (
    LockFacts,
    LockFormat,
    ScopeEnvironment,
)

__all__ = ["read_poetry_lock"]

_NEWEST = "2.1"
_MAIN = canonicalize_name("main")


def read_poetry_lock(given: InputDocument) -> None:
    """Add what ``poetry install`` would install from a lock.

    All groups count unless they are chosen, or optional in the `pyproject.toml` beside the lock;
    extras count where they are chosen.
    """
    metadata = table(given.tree, "metadata", complain=given.complain)
    check_version(given, metadata.get("lock-version", "1.0"), _NEWEST)
    given.collection.add_lock(LockFacts(given.origin(), LockFormat.POETRY))
    _bound_python(given, metadata)
    beside = given.neighbour("pyproject.toml")
    project = table(beside, "tool", "poetry", complain=given.complain)
    lock = _PoetryLock(given, PoetryProject(given, project), known=bool(project))
    if any("groups" in entry.table for entry in lock.entries):
        lock.add_by_groups(optional_known=bool(beside))
    else:
        lock.add_by_graph()


def _bound_python(given: InputDocument, metadata: Mapping[str, Any]) -> None:
    python = text_at(metadata, "python-versions", given.complain)
    try:
        marker = python_constraint_marker(python or "*")
    except ValueError as error:
        given.complain(f"python-versions is invalid ({error})")
        return
    if marker is not None:
        why = f"it requires Python {python}"
        given.bound([ScopeEnvironment(marker)], why, kind="python")


class _PoetryLock(ProjectLock):
    """One lock, with the project beside it where that is `known`."""

    def __init__(self, given: InputDocument, project: PoetryProject, *, known: bool) -> None:
        super().__init__(given)
        self._project = project
        self._known = known
        listed = table(given.tree, "extras", complain=given.complain)
        names = {canonicalize_name(extra): extra for extra in listed}
        self._extras = given.selection.extras(names)
        self._included = {
            canonicalize_name(text.partition(" ")[0])
            for extra in self._extras
            for text in texts(listed, names[extra], given.complain)
        }

    # --- since format 2.1 ------------------------------------------------------------------

    def add_by_groups(self, *, optional_known: bool) -> None:
        """Add the packages of the groups that are wanted; some locks say which are optional."""
        offered = {
            canonicalize_name(group)
            for entry in self.entries
            for group in texts(entry.table, "groups", self._document.complain)
        } - {_MAIN}
        optional = self._project.optional_groups()
        if offered and not optional_known:
            self._document.warn("which groups are optional is not in the lock: all count")
        chosen = {_MAIN, *self._document.selection.groups(offered, offered - optional)}
        locked = self._begin()
        for entry in self.entries:
            condition = self._condition(entry, chosen)
            if condition != NEVER:
                self._add(locked, entry, marker_of(condition))
        locked.finish()

    def _condition(self, entry: Entry, chosen: set[NormalizedName]) -> Condition:
        """When a package is wanted: its marker may be one for all groups, or one for each."""
        written = entry.table.get("markers")
        found = NEVER
        for group in texts(entry.table, "groups", self._document.complain):
            if canonicalize_name(group) in chosen:
                condition = written.get(group) if isinstance(written, Mapping) else written
                found = either(found, also(ALWAYS, self._marker(condition)))
        return found

    def _marker(self, marker: object) -> Marker | None:
        if marker is None:
            return None
        return settle(checked_marker(str(marker), self._document.complain), self._extras)

    # --- before ----------------------------------------------------------------------------

    def _roots(self) -> Iterator[Edge]:
        if self._known:
            groups = self._project.groups()
            defaults = groups.keys() - self._project.optional_groups()
            wanted = self._project.wanted(self._extras)
            for group in sorted(self._document.selection.groups(groups, defaults)):
                wanted += groups[group]
            yield from (_edge(item, item.marker) for item in wanted)
            return
        self._document.warn(
            "what the project requires is not in the lock, so that all packages count, "
            "those for development among them"
        )
        required = {edge.name for entry in self.entries for edge in self._edges(entry, None)}
        for entry in self.entries:
            optional = entry.table.get("optional") is True and entry.name not in self._included
            if entry.name not in required and not optional:
                yield Edge(entry.name)

    def _edges(self, entry: Entry, extra: NormalizedName | None) -> Iterator[Edge]:
        complain = self._document.complain
        listed = table(entry.table, "dependencies", complain=complain)
        extras = table(entry.table, "extras", complain=complain)
        added = {
            canonicalize_name(text.partition(" ")[0].partition("[")[0])
            for name in extras
            if canonicalize_name(name) == extra
            for text in texts(extras, name, complain)
        }
        for requirement in poetry_requirements(listed, complain):
            if requirement.name in added if extra else not requirement.optional:
                yield _edge(requirement, settle(requirement.marker, [extra] if extra else []))

    def _source(self, entry: Entry) -> PackageSource:
        source = table(entry.table, "source", complain=self._document.complain)
        kind = text_at(source, "type", self._document.complain)
        url = source.get("url") if isinstance(source.get("url"), str) else None
        return PackageSource(
            checkout=kind if kind in {"git", "hg", "svn"} else None,
            archive=url if kind == "file" else None,
            local=kind if kind in {"directory", "file"} else None,
            url=url if kind == "url" else None,
        )

    def _add_from_index(
        self, locked: LockedPackages, entry: Entry, marker: Marker | None, files: list[Any]
    ) -> None:
        url = table(entry.table, "source", complain=lambda _: None).get("url")
        locked.index(url if isinstance(url, str) else None)
        locked.add(entry, marker, files)

    def _file_key(self, entry: Entry) -> str:
        return str(entry.table.get("name"))


@dataclass(frozen=True, slots=True)
class _PoetryMeets:
    """Which versions of a package a dependency means."""

    constraint: Sequence[SpecifierSet]

    def __call__(self, entry: Entry) -> bool:
        return entry.version is None or admits(self.constraint, entry.version)


def _edge(requirement: PoetryRequirement, marker: Marker | None) -> Edge:
    return Edge(requirement.name, marker, requirement.extras, _PoetryMeets(requirement.constraint))
