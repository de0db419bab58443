"""What a project declares of itself that its build backend refuses.

Seen by running the backends (`findings/license-classifier-beside-expression-divides-backends.sh`,
`findings/missing-readme-fails-all-but-setuptools.sh`,
`findings/scikit-build-core-1-refuses-its-old-settings.sh`,
`findings/spdx-names-that-some-backends-refuse.sh`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from packaging.version import Version

from wheelcheck.builds.obstacles.obstacle import BuildObstacle
from wheelcheck.builds.obstacles.project_settings.package_discovery import undecided_packages
from wheelcheck.builds.obstacles.project_settings.refused_by_backend import refused_by_backend
from wheelcheck.builds.obstacles.project_settings.refused_license import refused_license
from wheelcheck.builds.obstacles.project_settings.refused_project import refused_project
from wheelcheck.builds.obstacles.project_settings.refused_scikit_build import refused_scikit_build
from wheelcheck.builds.obstacles.project_settings.refused_settings import (
    refused_requirements_txt,
    refused_settings,
)
from wheelcheck.builds.plan import Build
from wheelcheck.builds.sdist.build_system import read_toml
from wheelcheck.builds.sdist.contents import SdistContents
from wheelcheck.builds.sdist.sdist_facts import SdistFacts
from wheelcheck.errors import Unknown
from wheelcheck.requirements.projects.project_modules import (
    HATCHLING_LOOKS,
    ProjectFiles,
    backend_module,
    missing_module,
)
from wheelcheck.requirements.projects.readmes import readmes, reads_readme

__all__ = ["refused_metadata"]

_PROJECT = "pyproject.toml"
_REFUSE_CLASSIFIERS: Mapping[str, tuple[str, Version]] = {
    "setuptools": ("setuptools", Version("61")),
    "flit_core": ("flit-core", Version("3.2")),
    "pdm": ("pdm-backend", Version("2.4.3")),
}
"""Backends, by their top module, that refuse a license expression beside a license classifier, and
the releases since which: those before PEP 639 refuse the expression by itself."""


def refused_metadata(build: Build, facts: SdistFacts) -> Iterator[BuildObstacle]:
    """Yield what of a project's own metadata ends its build."""
    contents = build.reading.contents
    if isinstance(contents, Unknown):
        return
    if facts.kind == "setuptools":
        whole = build.reading.is_whole and not contents.holds_links
        setuptools = build.environment.version_of("setuptools")
        found = (*refused_settings(contents, setuptools, whole=whole),)
        yield from found or refused_requirements_txt(contents, setuptools)
    tree = read_toml(contents.texts.get(_PROJECT, ""))
    if isinstance(tree, Unknown) or (facts.system.legacy and "project" not in tree):
        return
    backend = facts.system.backend
    name = backend_module(backend)
    complete = build.reading.is_whole and not contents.holds_links
    paths = contents.paths if complete else None
    reader, refused = _refused_tables(tree, build, facts.kind, name, paths)
    if refused:
        message = f"{reader} refuses {_PROJECT}: {refused}"
        yield BuildObstacle("refused-settings", message, _PROJECT, fatal=True)
        return
    if complete:
        yield from _without_readme(tree, contents, backend)
        yield from _without_modules(tree, contents, build, name)
    if _has_both_licenses(tree) and _refuses(name, build):
        message = (
            f"{_PROJECT} has a license expression and a classifier License ::, which {name} refuses"
        )
        yield BuildObstacle("license-classifier", message, "PEP 639", fatal=True)
    if name == "uv_build":
        yield from refused_license(tree, build.environment.version_of("uv-build"))


def _refused_tables(
    tree: Mapping[str, Any], build: Build, kind: str, name: str, paths: Collection[str] | None
) -> tuple[str, str]:
    """The backend that refuses a table of `pyproject.toml`, and why; "" if none does."""
    if kind == "setuptools":
        return kind, refused_project(tree, build.environment.version_of(kind))
    if name == "scikit_build_core":
        release = build.environment.version_of("scikit-build-core")
        refused = refused_scikit_build(tree, release)
        if refused:
            return "scikit-build-core", refused
    return name, refused_by_backend(tree, name, build.environment.version_of, paths)


def _without_readme(
    tree: Mapping[str, Any], contents: SdistContents, backend: str
) -> Iterator[BuildObstacle]:
    """Readmes that the backend reads and that are not there."""
    name = backend_module(backend)
    for readme in readmes(tree) if reads_readme(backend) else ():
        if readme.removeprefix("./") not in contents.paths and ".." not in readme:
            message = f"{_PROJECT} names {readme} as its readme, which is not there: {name} fails"
            yield BuildObstacle("missing-readme", message, _PROJECT, fatal=True)


def _without_modules(
    tree: Mapping[str, Any], contents: SdistContents, build: Build, backend: str
) -> Iterator[BuildObstacle]:
    """A backend that finds no module to pack, or too many."""
    there = contents.paths | contents.directories

    def in_namespace(name: str) -> bool:
        return any(re.fullmatch(rf"[^/]+/{re.escape(name)}/__init__\.py", path) for path in there)

    hatchling = build.environment.version_of("hatchling")
    module = missing_module(tree, ProjectFiles(there.__contains__, in_namespace))
    if module and (hatchling is None or hatchling >= HATCHLING_LOOKS):
        message = f"the build backend looks for the {module}, which is not there, and fails"
        yield BuildObstacle("no-module-found", message, _PROJECT, fatal=True)
    setuptools = build.environment.version_of("setuptools") if backend == "setuptools" else None
    undecided = undecided_packages(tree, contents, setuptools)
    if undecided:
        yield BuildObstacle("no-module-found", f"{undecided}: it fails", _PROJECT, fatal=True)


def _has_both_licenses(tree: Mapping[str, Any]) -> bool:
    project = tree.get("project")
    if not isinstance(project, Mapping) or not isinstance(project.get("license"), str):
        return False
    classifiers = project.get("classifiers")
    return isinstance(classifiers, list) and any(
        isinstance(each, str) and each.startswith("License ::") for each in classifiers
    )


def _refuses(backend: str, build: Build) -> bool:
    """Whether the release of the backend that the build takes refuses both licenses."""
    if backend not in _REFUSE_CLASSIFIERS:
        return False
    name, since = _REFUSE_CLASSIFIERS[backend]
    version = build.environment.version_of(name)
    return version is not None and version >= since
