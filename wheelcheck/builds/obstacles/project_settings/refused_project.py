"""What setuptools refuses of the tables in a `pyproject.toml`.

It holds them against schemas since release 61 (`setuptools/config/_validate_pyproject` of 84.2.1,
with which these rules were compared).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from wheelcheck.builds.sdist.build_system import strings, table

__all__ = ["refused_project"]

_READS_PROJECT = Version("61")
_READS_EXPRESSIONS = Version("77")
_LISTS = ("authors", "maintainers", "classifiers", "keywords", "dependencies", "dynamic")
_TABLES = ("urls", "scripts", "gui-scripts", "entry-points", "optional-dependencies")
_TEXTS = ("name", "version", "description", "requires-python")
_FIELDS = frozenset({
    *_LISTS, *_TABLES, *_TEXTS, "readme", "license", "license-files", "import-names",
    "import-namespaces",
})  # fmt: skip
_SETTINGS = frozenset({
    "platforms", "provides", "obsoletes", "zip-safe", "script-files", "eager-resources",
    "packages", "package-dir", "package-data", "include-package-data", "exclude-package-data",
    "namespace-packages", "py-modules", "ext-modules", "data-files", "cmdclass", "license-files",
    "dynamic",
})  # fmt: skip
_PERSON = frozenset({"name", "email"})
_NAME = re.compile(r"(?i)[a-z0-9]([a-z0-9._-]*[a-z0-9])?")


def refused_project(tree: Mapping[str, Any], setuptools: Version | None) -> str:
    """What this setuptools refuses first, as the end of a sentence; "" where it refuses nothing.

    Parameters:
        tree: The whole `pyproject.toml`.
        setuptools: The release of the build, None where it is not known.
    """
    if setuptools is None or setuptools < _READS_PROJECT:
        return ""
    found = [*_of_settings(table(tree, "tool", "setuptools"))]
    if "project" in tree:
        found += _of_project(tree["project"], setuptools)
    return next(iter(found), "")


def _of_settings(settings: Mapping[str, Any]) -> Iterator[str]:
    for key in settings.keys() - _SETTINGS:
        yield f"[tool.setuptools] has no {key}"


def _of_project(project: object, setuptools: Version) -> Iterator[str]:
    if not isinstance(project, Mapping):
        yield "[project] is a table"
        return
    dynamic = set(strings(project.get("dynamic")))
    if "name" not in project:
        yield "[project] must have a name"
    if "version" not in project and "version" not in dynamic:
        yield "[project] must have a version, or version in dynamic"
    for key in sorted(project.keys() - _FIELDS):
        yield f"[project] has no {key}"
    for key in sorted(dynamic & project.keys()):
        yield f"[project] gives {key} and says in dynamic that it does not"
    yield from _of_types(project)
    yield from _of_values(project, setuptools)


def _of_types(project: Mapping[str, Any]) -> Iterator[str]:
    for keys, kind, what in (
        (_LISTS, list, "a list"),
        (_TABLES, dict, "a table"),
        (_TEXTS, str, "a text"),
    ):
        for key in keys:
            if key in project and not isinstance(project[key], kind):
                yield f"project.{key} must be {what}"
    for people in ("authors", "maintainers"):
        for person in project.get(people) or ():
            if not isinstance(person, dict) or person.keys() - _PERSON:
                yield f"project.{people} are tables of a name and an email"


def _of_values(project: Mapping[str, Any], setuptools: Version) -> Iterator[str]:
    name, version, python = (project.get(key) for key in ("name", "version", "requires-python"))
    if isinstance(name, str) and not _NAME.fullmatch(name):
        yield f"project.name {name!r} is no name"
    try:
        Version(version if isinstance(version, str) else "0")
        SpecifierSet(python if isinstance(python, str) else "")
    except (InvalidVersion, InvalidSpecifier) as error:
        yield str(error)
    for line in strings(project.get("dependencies")):
        try:
            Requirement(line)
        except InvalidRequirement:
            yield f"{line!r} is no requirement (PEP 508)"
    license_ = project.get("license")
    if isinstance(license_, str) and setuptools < _READS_EXPRESSIONS:
        yield "project.license is a table before setuptools 77 (PEP 639)"
    if isinstance(license_, dict) and len(license_.keys() & {"text", "file"}) != 1:
        yield "project.license has either a text or a file"
