"""What other backends than setuptools refuse of a ``[project]`` table, and the files it names.

Seen by running them (`data/obstacles/project_refusals.py`): a release is taken to refuse what one
before it did, and none that is older than the first that was run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import Version

from wheelcheck.builds.sdist.build_system import strings, table
from wheelcheck.tables import read_table

__all__ = ["refused_by_backend"]

_FIELDS = frozenset({
    "authors", "classifiers", "dependencies", "description", "dynamic", "entry-points",
    "gui-scripts", "import-names", "import-namespaces", "keywords", "license", "license-files",
    "maintainers", "name", "optional-dependencies", "readme", "requires-python", "scripts", "urls",
    "version",
})  # fmt: skip
_LONGEST_LABEL = 32
_GLOB = re.compile(r"[*?\[\]{}\\]")
_Project = Mapping[str, Any]


def refused_by_backend(
    tree: Mapping[str, Any],
    backend: str,
    version_of: Callable[[str], Version | None],
    paths: Collection[str] | None,
) -> str:
    """What a backend refuses first, as the end of a sentence; "" where it refuses nothing.

    Parameters:
        tree: The whole `pyproject.toml`.
        backend: The top module of the backend.
        version_of: Gives the release of a project in the build environment.
        paths: The files of the sdist; None where they are not known.
    """
    project = tree.get("project")
    if not isinstance(project, Mapping):
        return ""
    for row in read_table("builds/obstacles/project_refusals.csv"):
        version = version_of(row["project"]) if row["backend"] == backend else None
        if version is not None and version >= Version(row["since"]):
            found = next(_DEFECTS[row["defect"]](project, paths), "")
            if found:
                return found
    return ""


def _license_expression(project: _Project, _: Collection[str] | None) -> Iterator[str]:
    stated = project.get("license")
    try:
        canonicalize_license_expression(stated if isinstance(stated, str) else "MIT")
    except InvalidLicenseExpression:
        yield f"project.license {stated!r} is no expression of SPDX's names"


def _unmatched_files(project: _Project, paths: Collection[str] | None) -> Iterator[str]:
    patterns = project.get("license-files")
    if paths is None or not isinstance(patterns, list):
        return
    for pattern in strings(patterns):
        if _matches_nothing(pattern, paths):
            yield f"no file of the sdist matches {pattern!r} of project.license-files"


def _matches_nothing(pattern: str, paths: Collection[str]) -> bool:
    """Whether a pattern without ``**`` or brackets, none of which are followed, has no match."""
    if "**" in pattern or not set(_GLOB.findall(pattern)) <= {"*", "?"} or ".." in pattern:
        return False
    depth = pattern.count("/")
    return not any(path.count("/") == depth and fnmatchcase(path, pattern) for path in paths)


def _table_of_files(project: _Project, _: Collection[str] | None) -> Iterator[str]:
    if isinstance(project.get("license-files"), Mapping):
        yield "project.license-files is a list since PEP 639 was accepted"


def _missing_license(project: _Project, paths: Collection[str] | None) -> Iterator[str]:
    file = table(project, "license").get("file")
    if isinstance(file, str) and paths is not None and ".." not in file:
        path = file.removeprefix("./")
        if not path.startswith("/") and path not in paths:
            yield f"project.license names {file}, which the sdist does not hold"


def _unknown_key(project: _Project, _: Collection[str] | None) -> Iterator[str]:
    for key in sorted(project.keys() - _FIELDS):
        yield f"[project] has no {key}"


def _people(project: _Project, _: Collection[str] | None) -> Iterator[str]:
    for people in ("authors", "maintainers"):
        stated = project.get(people)
        for person in stated if isinstance(stated, list) else ():
            if isinstance(person, Mapping) and person.keys() - {"name", "email"}:
                yield f"project.{people} are tables of a name and an email"


def _description_lines(project: _Project, _: Collection[str] | None) -> Iterator[str]:
    if "\n" in str(project.get("description", "")):
        yield "project.description has several lines"


def _long_label(project: _Project, _: Collection[str] | None) -> Iterator[str]:
    for label in table(project, "urls"):
        if len(label) > _LONGEST_LABEL:
            yield f"{label!r} of project.urls is longer than {_LONGEST_LABEL} characters"


def _scripts_as_entry_points(project: _Project, _: Collection[str] | None) -> Iterator[str]:
    for group in ("console_scripts", "gui_scripts"):
        if group in table(project, "entry-points"):
            yield f"project.entry-points has {group}, which project.scripts is for"


def _content_type(project: _Project, _: Collection[str] | None) -> Iterator[str]:
    readme = project.get("readme")
    if isinstance(readme, Mapping) and "content-type" not in readme:
        yield "project.readme is a table without a content-type"


def _requirement(project: _Project, _: Collection[str] | None) -> Iterator[str]:
    for line in strings(project.get("dependencies")):
        try:
            Requirement(line)
        except InvalidRequirement:
            yield f"{line!r} is no requirement (PEP 508)"


_DEFECTS: Mapping[str, Callable[[_Project, Collection[str] | None], Iterator[str]]] = {
    "description-lines": _description_lines,
    "license-expression": _license_expression,
    "license-file-missing": _missing_license,
    "license-files-table": _table_of_files,
    "license-files-unmatched": _unmatched_files,
    "long-url-label": _long_label,
    "people": _people,
    "readme-content-type": _content_type,
    "requirement": _requirement,
    "scripts-as-entry-points": _scripts_as_entry_points,
    "unknown-key": _unknown_key,
}
