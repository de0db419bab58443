"""Projects in folders of this machine, as ``-e .[dev]`` and ``./library`` name them.

pip builds such a project and installs what it declares. So its requirements are read as those of
any project, and it becomes a requirement of its own on the folder, which says how it is built.
"""

from __future__ import annotations

import configparser
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from packaging.markers import Marker
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from wheelcheck.errors import RequirementsError
from wheelcheck.requirements.collection import Collection
from wheelcheck.requirements.documents import no_complaint, parse_toml, table
from wheelcheck.requirements.input_document import InputDocument
from wheelcheck.requirements.input_location import InputLocation, Opener
from wheelcheck.requirements.pip.direct_reference import DirectReference
from wheelcheck.requirements.pip.pip_options import CommandLine
from wheelcheck.requirements.pip.reference_names import is_project_name
from wheelcheck.requirements.pip.requirement_strings import LocalFolder, NotJudged
from wheelcheck.requirements.projects.declared_requirements import both
from wheelcheck.requirements.projects.pyproject import read_pyproject
from wheelcheck.requirements.projects.setup_files import CONFIGURATION, SCRIPT, read_setup_script
from wheelcheck.requirements.projects.setup_project import setup_keyword
from wheelcheck.requirements.requirement_set import Origin, RequirementLine, Requirements
from wheelcheck.requirements.selection import Selection

__all__ = ["LocalProjects", "ProjectTexts", "project_line"]

PROJECT = "pyproject.toml"
_NO_VERSION = Version("0+unknown")
"""The version of a project that works it out when it is built."""


@dataclass(frozen=True, slots=True)
class LocalProjects:
    """Adds projects in folders, with what they require, to a collection."""

    collection: Collection
    opener: Opener
    environ: Mapping[str, str]

    def add(self, parsed: NotJudged, local: LocalFolder, origin: Origin, written: str) -> bool:
        """Add a project and what it requires.

        Args:
            parsed: the requirement that names it, with its marker.
            local: its folder, and which of its extras are wanted.
            origin: where the requirement is written.
            written: the requirement as it is shown to people.

        Returns:
            False where the project does not state its name plainly, or states another name.
        """
        documents = self._documents(local.path)
        shown = _shown(local.path)
        itself = project_line(local.path, shown, documents, origin, written, parsed.marker)
        if itself is None or parsed.name not in {None, canonicalize_name(itself.requirement.name)}:
            return False
        marker = parsed.marker
        required = self._required(local, documents, origin, itself.requirement.name)
        for line in required.lines:
            self.collection.add_line(_under(line, marker))
        for skipped in required.skipped:
            self.collection.skip(
                skipped.origin,
                skipped.why,
                text=skipped.text,
                name=skipped.name,
                marker=both(marker, skipped.marker),
            )
        for warning in required.warnings:
            self.collection.warn(None, warning)
        for scope in required.scopes if marker is None else ():
            self.collection.add_scope(scope)
        self.collection.add_line(itself)
        return True

    def _documents(self, folder: Path) -> ProjectTexts:
        return ProjectTexts(
            *(self._text(folder / name) for name in (PROJECT, CONFIGURATION, SCRIPT))
        )

    def _text(self, path: Path) -> str:
        try:
            return self.opener.read(InputLocation.of(str(path))).decode("utf-8", "replace")
        except OSError:
            return ""

    def _required(
        self, local: LocalFolder, documents: ProjectTexts, origin: Origin, name: str
    ) -> Requirements:
        """What a project declares for itself and its chosen extras."""
        gathered = Collection(CommandLine())
        selection = Selection(local.extras)
        file, text = PROJECT, documents.project
        if not text:
            file, text = SCRIPT, documents.script
        given = InputDocument(
            InputLocation(str(local.path / file), str(Path(_shown(local.path)) / file)),
            text,
            documents.tree,
            gathered,
            selection,
            self.opener,
            self.environ,
        )
        with gathered.reading_project():
            (read_pyproject if documents.project else read_setup_script)(given)
        for extra in selection.missing_extras:
            gathered.warn(origin, f"{name} does not provide the extra {extra!r}")
        return gathered.result()


@dataclass(frozen=True, slots=True)
class ProjectTexts:
    """The texts of the files that may declare a project; "" for what is not there."""

    project: str
    configuration: str
    script: str

    @property
    def tree(self) -> Mapping[str, Any]:
        """The document of pyproject.toml; {} where it cannot be read."""
        try:
            return parse_toml(PROJECT, self.project)
        except RequirementsError:
            return {}

    @property
    def identity(self) -> tuple[str, Version] | None:
        """The name and the version of the project, by the first file that states its name."""
        configuration = _metadata(self.configuration)
        for stated in (
            table(self.tree, "project", complain=no_complaint),
            table(self.tree, "tool", "poetry", complain=no_complaint),
            configuration,
            {key: setup_keyword(self.script, key) for key in ("name", "version")},
        ):
            name = stated.get("name")
            if isinstance(name, str) and is_project_name(name):
                return name, _version(stated.get("version") or configuration.get("version"))
        return None


def _metadata(configuration: str) -> Mapping[str, str]:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(configuration)
        return dict(parser.items("metadata")) if parser.has_section("metadata") else {}
    except configparser.Error:
        return {}


def _version(text: object) -> Version:
    try:
        return Version(text) if isinstance(text, str) else _NO_VERSION
    except InvalidVersion:  # `attr: package.__version__`, among others
        return _NO_VERSION


def project_line(
    folder: Path,
    shown: str,
    texts: ProjectTexts,
    origin: Origin,
    written: str,
    marker: Marker | None = None,
    without: Iterable[str] = (),
    *,
    may_differ: bool = False,
) -> RequirementLine | None:
    """The requirement on a project in a folder; None where it does not state its name plainly.

    Args:
        folder: the project's folder on this machine.
        shown: the folder as it is shown to people.
        texts: what declares the project.
        origin: where it is required.
        written: how it is required, for people.
        marker: where it is required.
        without: names in its folder that are none of its files, as ``.dockerignore`` says.
        may_differ: what is built may have other files than the folder.
    """
    identity = texts.identity
    if identity is None:
        return None
    name, version = identity
    # The fragment tells what a folder's name does not, as in setuptools' dependency_links.
    changed = "&may-differ" if may_differ else ""
    hidden = "".join(f"&without={quote(each)}" for each in without)
    url = f"{folder.as_uri()}#egg={canonicalize_name(name)}-{version}{changed}{hidden}"
    reference = DirectReference.to(name, url, shown=shown, marker=marker)
    return RequirementLine(reference, origin, written, in_folder=True)


def _under(line: RequirementLine, marker: Marker | None) -> RequirementLine:
    """A requirement that holds only where that on the project does."""
    line.requirement.marker = both(marker, line.requirement.marker)
    return line


def _shown(folder: Path) -> str:
    """A folder as seen from the working directory, where it lies below it."""
    relative = os.path.relpath(folder)
    return str(folder) if relative.startswith("..") else relative
