"""Poetry's own tables of a project: `[tool.poetry]` with its dependencies, groups and extras."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.errors import Unknown
from wheelcheck.requirements.documents import Complain, table, text_at, texts
from wheelcheck.requirements.input_document import InputDocument
from wheelcheck.requirements.locks.locked_packages import marker_at
from wheelcheck.requirements.projects.declared_requirements import add_requirement, both
from wheelcheck.requirements.projects.poetry_constraints import (
    parse_constraint,
    python_constraint_marker,
)
from wheelcheck.requirements.requirement_set import ScopeEnvironment

__all__ = ["PoetryProject", "PoetryRequirement", "poetry_requirements"]

_ELSEWHERE = {"git": "a checkout (git)", "path": "a local path", "url": "a URL", "file": "a file"}


@dataclass(frozen=True, slots=True)
class PoetryRequirement:
    """One dependency as Poetry writes it.

    `constraint` has the specifiers of which any must be met; `elsewhere` says where it comes from
    if not from an index.
    """

    name: NormalizedName
    constraint: Sequence[SpecifierSet] = field(hash=False)
    marker: Marker | None = None
    extras: tuple[NormalizedName, ...] = ()
    optional: bool = False
    elsewhere: str | None = None


def poetry_requirements(
    listed: Mapping[str, Any], complain: Complain
) -> Iterator[PoetryRequirement]:
    """Yield the dependencies of a table, ``python`` left out; what is none is reported."""
    for name, value in listed.items():
        if canonicalize_name(name) == "python":
            continue
        for spelled in value if isinstance(value, list) else [value]:
            entry = {"version": spelled} if isinstance(spelled, str) else spelled
            if not isinstance(entry, Mapping):
                complain(f"the dependency {name} is neither a version nor a table")
                continue
            try:
                yield _requirement(canonicalize_name(name), entry, complain)
            except ValueError as error:
                complain(f"the dependency {name} is invalid ({error})")


def _requirement(
    name: NormalizedName, entry: Mapping[str, Any], complain: Complain
) -> PoetryRequirement:
    marker = marker_at(entry, "markers", complain)
    python = text_at(entry, "python", complain)
    platform = text_at(entry, "platform", complain)
    if python:
        marker = both(marker, python_constraint_marker(python))
    if platform:
        marker = both(marker, Marker(f'sys_platform == "{platform}"'))
    return PoetryRequirement(
        name,
        parse_constraint(text_at(entry, "version", complain) or "*"),
        marker,
        tuple(map(canonicalize_name, texts(entry, "extras", complain))),
        optional=entry.get("optional") is True,
        elsewhere=next((place for key, place in _ELSEWHERE.items() if key in entry), None),
    )


class PoetryProject:
    """The `[tool.poetry]` table of a project."""

    def __init__(self, given: InputDocument, poetry: Mapping[str, Any]) -> None:
        self._document = given
        self._poetry = poetry

    def main(self) -> list[PoetryRequirement]:
        """Return what is always installed, and with extras what is optional."""
        listed = table(self._poetry, "dependencies", complain=self._document.complain)
        return list(poetry_requirements(listed, self._document.complain))

    def groups(self) -> dict[NormalizedName, list[PoetryRequirement]]:
        """Return the dependency groups by name."""
        found = {"dev": table(self._poetry, "dev-dependencies", complain=self._document.complain)}
        found = found if found["dev"] else {}
        for name, group in self._tables().items():
            found[name] = table(group, "dependencies", complain=self._document.complain)
        return {
            canonicalize_name(name): list(poetry_requirements(listed, self._document.complain))
            for name, listed in found.items()
        }

    def optional_groups(self) -> set[NormalizedName]:
        """Return the groups that are installed only where they are chosen."""
        return {
            canonicalize_name(name)
            for name, group in self._tables().items()
            if isinstance(group, Mapping) and group.get("optional") is True
        }

    def extras(self) -> dict[NormalizedName, set[NormalizedName]]:
        """Return which optional dependencies each extra stands for."""
        listed = table(self._poetry, "extras", complain=self._document.complain)
        return {
            canonicalize_name(extra): set(
                map(canonicalize_name, texts(listed, extra, self._document.complain))
            )
            for extra in listed
        }

    def bound(self) -> None:
        """Say which Pythons the project is for."""
        dependencies = table(self._poetry, "dependencies", complain=self._document.complain)
        python = text_at(dependencies, "python", self._document.complain)
        if python is None:
            return
        try:
            marker = python_constraint_marker(python)
            if marker is not None:
                why = f"it requires Python {python}"
                self._document.bound([ScopeEnvironment(marker)], why, kind="python")
        except ValueError as error:
            self._document.complain(f"the Python requirement is invalid ({error})")

    def add(self) -> None:
        """Add what is always installed, and the extras that are chosen."""
        self.bound()
        for requirement in self.wanted(self._document.selection.extras(self.extras())):
            self._add(requirement)

    def wanted(self, chosen: Iterable[NormalizedName]) -> list[PoetryRequirement]:
        """Return what is installed with some extras."""
        extras = self.extras()
        included = {name for extra in chosen for name in extras.get(extra, ())}
        return [item for item in self.main() if not item.optional or item.name in included]

    def add_groups(self) -> None:
        """Add the groups that are chosen."""
        groups = self.groups()
        for group in sorted(self._document.selection.groups(groups)):
            for requirement in groups[group]:
                self._add(requirement)

    def _add(self, dependency: PoetryRequirement) -> None:
        given = self._document
        why = None
        if dependency.elsewhere:
            why = Unknown("not-from-an-index", f"installed from {dependency.elsewhere}")
        elif len(dependency.constraint) > 1:
            why = Unknown("part-not-understood", "alternatives (||) have no counterpart in PEP 440")
        if why:
            given.collection.skip(
                given.origin(),
                why,
                text=dependency.name,
                name=dependency.name,
                marker=dependency.marker,
            )
            return
        extras = f"[{','.join(dependency.extras)}]" if dependency.extras else ""
        try:
            requirement = Requirement(f"{dependency.name}{extras}{dependency.constraint[0]}")
        except InvalidRequirement:
            given.complain(f"{dependency.name!r} is no project's name")
            return
        requirement.marker = dependency.marker
        add_requirement(given, requirement, given.origin())

    def _tables(self) -> Mapping[str, Any]:
        return table(self._poetry, "group", complain=self._document.complain)
