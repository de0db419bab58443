"""`pdm.lock`: PDM's lock files, formats 4.x.

With the strategy ``inherit_metadata`` (PDM's default since 2.12) each package has its groups and
its marker. Without, what the project itself requires is in the `pyproject.toml` beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.requirements.documents import table, tables, text_at, texts
from wheelcheck.requirements.input_document import InputDocument
from wheelcheck.requirements.lock_markers import python_marker, settle
from wheelcheck.requirements.locks.lock_graph import Edge
from wheelcheck.requirements.locks.locked_packages import (
    Entry,
    LockedPackages,
    check_version,
    marker_at,
)
from wheelcheck.requirements.locks.project_lock import PackageSource, ProjectLock
from wheelcheck.requirements.pip.pip_syntax import expand, is_archive
from wheelcheck.requirements.projects.declared_requirements import (
    GroupError,
    parse_declared,
    resolve_group,
)
from wheelcheck.requirements.requirement_set import LockFacts, LockFormat, ScopeEnvironment
from wheelcheck.targets import Libc

__all__ = ["read_pdm_lock"]

_NEWEST = "4.5"
_MAIN = canonicalize_name("default")
_SYSTEMS = {
    "manylinux": ("linux", Libc.GLIBC),
    "musllinux": ("linux", Libc.MUSL),
    "macos": ("darwin", None),
    "windows": ("win32", None),
}
_MACHINES = {("win32", "amd64"): "AMD64", ("win32", "arm64"): "ARM64"}
_PLATFORM = re.compile(
    r"(?P<system>manylinux|musllinux|macos|windows)(?:_\d+_\d+)?_(?P<machine>\w+)$"
)
"""PDM's own words for platforms: ``manylinux_2_17_x86_64``, ``macos_14_0_arm64``."""


def read_pdm_lock(given: InputDocument) -> None:
    """Add what ``pdm install`` would install from a lock.

    All groups that are locked count, extras among them. Where extras are chosen, these and the
    groups for development do, which the project beside the lock tells; where groups are, these.
    """
    metadata = table(given.tree, "metadata", complain=given.complain)
    check_version(given, metadata.get("lock_version", _NEWEST), _NEWEST)
    given.collection.add_lock(LockFacts(given.origin(), LockFormat.PDM))
    project = given.neighbour("pyproject.toml")
    _bound(given, list(tables(metadata, "targets", given.complain)), project)
    lock = _PdmLock(given, list(texts(metadata, "groups", given.complain)), project)
    if "inherit_metadata" in texts(metadata, "strategy", given.complain):
        lock.add_by_groups()
    else:
        lock.add_by_graph()


def _bound(
    given: InputDocument, targets: Sequence[Mapping[str, Any]], project: Mapping[str, Any]
) -> None:
    """Where it is meant to be installed: on any of its targets, or as the project beside it says.

    PDM compares the Python, the implementation, the CPU and the kind of platform; of a libc that is
    older than the target's it only warns (`dep_logic.tags.EnvSpec.compare`).
    """
    if not targets:
        value = table(project, "project", complain=given.complain)
        given.bound_python(text_at(value, "requires-python", given.complain))
        return
    environments = [_environment(target, given) for target in targets]
    if any(each.marker is None and each.libc is None for each in environments):
        return
    if all("platform" not in target and "implementation" not in target for target in targets):
        if len(targets) == 1:
            given.bound_python(text_at(targets[0], "requires_python", given.complain))
            return
        why, kind = "its targets are ", "python"
    else:
        why, kind = "it is for ", "environment"
    given.bound(environments, why + " or ".join(map(_shown, targets)), kind=kind)


def _shown(target: Mapping[str, Any]) -> str:
    named = [str(target[key]) for key in ("implementation", "platform") if key in target]
    python = target.get("requires_python")
    return ", ".join([f"Python {python}"] * bool(python) + named)


def _environment(target: Mapping[str, Any], given: InputDocument) -> ScopeEnvironment:
    """What a target of the lock admits; everything where PDM's words are not known."""
    clauses = []
    python = text_at(target, "requires_python", given.complain)
    try:
        marker = python_marker(SpecifierSet(python or ""))
        clauses += [str(marker)] if marker is not None else []
    except InvalidSpecifier:
        given.complain(f"the Python requirement {python!r} is invalid")
    implementation = text_at(target, "implementation", given.complain)
    if implementation:
        clauses.append(f'implementation_name == "{implementation}"')
    libc = None
    found = _PLATFORM.match(text_at(target, "platform", given.complain) or "")
    if found is not None:
        system, libc = _SYSTEMS[found["system"]]
        machine = _MACHINES.get((system, found["machine"]), found["machine"])
        clauses.append(f'sys_platform == "{system}" and platform_machine == "{machine}"')
    return ScopeEnvironment(Marker(" and ".join(clauses)) if clauses else None, libc)


class _PdmLock(ProjectLock):
    """One lock, with the project beside it."""

    def __init__(
        self, given: InputDocument, offered: list[str], project: Mapping[str, Any]
    ) -> None:
        super().__init__(given)
        self._project = project
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
            given.warn("which groups are for development is not in the lock: none counts")

    def add_by_groups(self) -> None:
        """Add the packages of the groups that are wanted."""
        locked = self._begin()
        for entry in self.entries:
            groups = map(canonicalize_name, texts(entry.table, "groups", self._document.complain))
            if self._chosen & set(groups):
                self._add(locked, entry, marker_at(entry.table, "marker", self._document.complain))
        locked.finish()

    def _begin(self) -> LockedPackages:
        """Name the indexes of the project beside the lock: that called pypi is the default.

        https://pdm-project.org/latest/usage/config/#configure-the-package-indexes
        """
        locked = super()._begin()
        settings = table(self._project, "tool", "pdm", complain=self._document.complain)
        names = set()
        for source in tables(settings, "source", self._document.complain):
            url = text_at(source, "url", self._document.complain)
            if url and source.get("type", "index") == "index":
                names.add(source.get("name"))
                locked.index(expand(0, url, self._document.environ).text)
        if names and "pypi" not in names:
            locked.index(None)
        return locked

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
            "what the project requires is not in the lock, so that all packages count"
        )
        yield from (Edge(entry.name, None, _own_extras(entry)) for entry in self.entries)

    def _edges(self, entry: Entry, extra: NormalizedName | None) -> Iterator[Edge]:
        """PDM lists a package with an extra once more, as a package with what the extra adds."""
        if bool(extra) == bool(_own_extras(entry)):
            yield from self._required(texts(entry.table, "dependencies", self._document.complain))

    def _required(self, written: Iterable[str]) -> Iterator[Edge]:
        for text in written:
            requirement = parse_declared(self._document, text)
            if requirement is not None:
                yield from _edges_of(requirement)

    def _source(self, entry: Entry) -> PackageSource:
        vcs = next((kind for kind in ("git", "hg", "svn", "bzr") if kind in entry.table), None)
        path, url = entry.table.get("path"), entry.table.get("url")
        archive = path if isinstance(path, str) and is_archive(path) else None
        return PackageSource(
            checkout=vcs,
            archive=archive,
            local="path" if "path" in entry.table else None,
            url=url if isinstance(url, str) else None,
        )

    def _file_key(self, entry: Entry) -> str:
        return f"{entry.table.get('name')} {entry.version}"


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
