"""`pyproject.toml`: what a project asks for, without building it.

The standard tables are PEP 621 (`[project]`) and PEP 735 (`[dependency-groups]`); a project of
Poetry's that has no `[project]` dependencies is read by Poetry's own tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from wheelcheck.errors import RequirementsError, Unknown
from wheelcheck.requirements.documents import no_complaint, table, text_at, texts
from wheelcheck.requirements.input_document import InputDocument
from wheelcheck.requirements.pip.requirement_file import RequirementFileReader
from wheelcheck.requirements.projects.declared_requirements import (
    GroupError,
    add_requirement,
    both,
    parse_declared,
    resolve_group,
)
from wheelcheck.requirements.projects.poetry_project import PoetryProject
from wheelcheck.requirements.projects.setup_files import add_setup_files, has_setup_files
from wheelcheck.requirements.projects.uv_settings import warn_of_uv

__all__ = ["read_pyproject"]

_MOST_EXTRAS = 200
"""Extras with their markers; an extra that includes fifty others has fifty."""


def read_pyproject(given: InputDocument) -> None:
    """Add what ``pip install`` of this project would: its dependencies and the chosen extras.

    Groups come only where they are chosen. What a build backend works out (`dynamic`) is reported,
    save what setuptools takes from a file.
    """
    project = table(given.tree, "project", complain=given.complain)
    poetry = table(given.tree, "tool", "poetry", complain=given.complain)
    given.bound_python(text_at(project, "requires-python", given.complain))
    reading = _Project(given, project)
    reading.check()
    if poetry and "dependencies" not in project:
        PoetryProject(given, poetry).add()
    elif not project and "dependency-groups" not in given.tree:
        _add_undeclared(given)
    else:
        reading.add_dependencies()
    reading.add_extras()
    reading.add_groups()
    PoetryProject(given, poetry).add_groups()
    warn_of_uv(given, applied=())
    _warn_of_others(given)


_OF_TOOLS = (
    ("PDM", ("tool", "pdm"), ("source",)),
    ("PDM", ("tool", "pdm", "resolution"), ("allow-prereleases", "excludes", "overrides")),
    ("Poetry", ("tool", "poetry"), ("source",)),
)
"""Settings that change what a tool chooses (PDM: Configuration; Poetry: Repositories)."""


def _warn_of_others(given: InputDocument) -> None:
    """Report settings of other tools: pip does not see them."""
    for tool, keys, settings in _OF_TOOLS:
        there = table(given.tree, *keys, complain=no_complaint)
        found = [name for name in settings if there.get(name)]
        if found:
            place = f"[{'.'.join(keys)}] {', '.join(found)}"
            given.warn(f"{place}: obeyed by {tool} alone, not applied here")


def _warn_of_dynamic(given: InputDocument, why: str) -> None:
    unknown = Unknown("dynamic-dependencies", f"dynamic: its dependencies are not static; {why}")
    given.collection.skip(given.origin(), unknown)


def _add_undeclared(given: InputDocument) -> None:
    """Add what setup files require; without any, and without a build, nothing is declared."""
    if has_setup_files(given):
        add_setup_files(given)
    elif "build-system" in given.tree or given.has_no_folder:
        _warn_of_dynamic(given, "there is no [project], so that they are elsewhere")
    else:
        given.warn("it only configures tools: it declares no requirements")


class _Project:
    """The standard tables of one project."""

    def __init__(self, given: InputDocument, project: Mapping[str, Any]) -> None:
        self._document = given
        self._project = project
        self._name = canonicalize_name(text_at(project, "name", given.complain) or "")
        self._dynamic = set(texts(project, "dynamic", given.complain))
        optional = table(project, "optional-dependencies", complain=given.complain)
        self._optional: dict[NormalizedName, Mapping[str, Any]] = {
            canonicalize_name(extra): {extra: listed} for extra, listed in optional.items()
        }
        self._done: set[tuple[NormalizedName, str]] = set()
        self._within: list[NormalizedName] = []  # a circle of extras adds nothing

    def check(self) -> None:
        """Report what contradicts itself."""
        if "dependencies" in self._dynamic and "dependencies" in self._project:
            self._document.complain("dependencies are both listed and dynamic")

    def add_dependencies(self) -> None:
        """Add what is always installed."""
        self._add(texts(self._project, "dependencies", self._document.complain), None)
        if "dependencies" in self._dynamic and "dependencies" not in self._project:
            self._add_dynamic("dependencies")

    def add_extras(self) -> None:
        """Add the extras that are chosen."""
        dynamic = "optional-dependencies" in self._dynamic
        extras_table = self._setuptools("optional-dependencies") if dynamic else {}
        if dynamic and not extras_table and self._document.selection.chooses_extras:
            _warn_of_dynamic(self._document, "its extras are worked out by its build backend")
        files = {canonicalize_name(extra): value for extra, value in extras_table.items()}
        for extra in sorted(self._document.selection.extras([*files, *self._optional])):
            if extra in self._optional:
                self._add_extra(extra, None)
            else:
                self._add_files(files[extra], f"the requirements of the extra {extra}")

    def add_groups(self) -> None:
        """Add the groups that are chosen (PEP 735)."""
        given = self._document
        listed = table(given.tree, "dependency-groups", complain=given.complain)
        for group in sorted(given.selection.groups(listed)):
            try:
                self._add(resolve_group(listed, group), None)
            except GroupError as error:
                given.complain(f"the group {group} is invalid ({error})")

    def _add(self, written: Iterable[str], marker: Marker | None) -> None:
        for text in written:
            requirement = parse_declared(self._document, text)
            if requirement is not None:
                self._add_optional(requirement, text, marker)

    def _add_optional(self, requirement: Requirement, text: str, marker: Marker | None) -> None:
        requirement.marker = both(marker, requirement.marker)
        if canonicalize_name(requirement.name) == self._name and requirement.url is None:
            for extra in sorted(map(canonicalize_name, requirement.extras)):
                self._add_extra(extra, requirement.marker)
            return
        origin = self._document.origin(self._document.line_of(text))
        add_requirement(self._document, requirement, origin)

    def _add_extra(self, extra: NormalizedName, marker: Marker | None) -> None:
        """Add an extra's requirements; those of the project itself stand for other extras."""
        if extra in self._within or (extra, str(marker)) in self._done:
            return
        if len(self._done) >= _MOST_EXTRAS:
            self._document.complain("its extras ask for each other too often")
            return
        self._done.add((extra, str(marker)))
        listed = self._optional.get(extra)
        if listed is None:
            self._document.complain(f"the project asks for its own extra {extra}, which it has not")
            return
        self._within.append(extra)
        self._add(texts(listed, next(iter(listed)), self._document.complain), marker)
        self._within.pop()

    def _setuptools(self, field: str) -> Mapping[str, Any]:
        tool = table(self._document.tree, "tool", "setuptools", complain=self._document.complain)
        return table(tool, "dynamic", field, complain=self._document.complain)

    def _add_dynamic(self, field: str) -> None:
        setting = self._setuptools(field)
        if "file" in setting:
            self._add_files(setting, f"its {field}")
        elif has_setup_files(self._document):
            add_setup_files(self._document)
        else:
            build = table(self._document.tree, "build-system", complain=self._document.complain)
            backend = (
                text_at(build, "build-backend", self._document.complain) or "its build backend"
            )
            _warn_of_dynamic(
                self._document, f"{backend.partition('.')[0]} works them out when it builds"
            )

    def _add_files(self, setting: object, what: str) -> None:
        """Add the requirement files that setuptools puts in place of a table."""
        given = self._document
        files = setting.get("file") if isinstance(setting, Mapping) else None
        listed = {"file": [files] if isinstance(files, str) else files}
        reader = RequirementFileReader(given.collection, given.opener, given.environ)
        for name in texts(listed, "file", given.complain):
            try:
                reader.read(given.beside(name))
            except (RequirementsError, ValueError) as error:
                _warn_of_dynamic(given, f"{what} stand in {name}: {error}")
