"""Modules that a build backend looks for by a project's name, or by what its settings name.

Where nothing of the name is there, hatchling, Flit, Poetry and uv end with an error: after ``COPY
pyproject.toml ./`` alone, say. Seen by running hatchling 1.33.0 (older than 1.19 takes what there
is), flit_core 4.2.0, poetry-core 2.5.0 and uv_build 0.13.6
(`findings/backends-disagree-on-a-project-without-its-module.sh`).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import Struct
from packaging.utils import canonicalize_name
from packaging.version import Version

from wheelcheck.requirements.documents import no_complaint, table

__all__ = ["HATCHLING_LOOKS", "ProjectFiles", "backend_module", "backend_places", "missing_module"]

HATCHLING_LOOKS = Version("1.19")
"""The first hatchling that refuses a project without a package of its name."""


class ProjectFiles(Struct, frozen=True):
    """What is known of a project's files.

    `has` says whether there is, or may be, a file or folder of a path from the project's root.
    `has_in_namespace` says so of a package of a name in any folder at the root.
    """

    has: Callable[[str], bool]
    has_in_namespace: Callable[[str], bool]

    def has_any(self, *paths: str) -> bool:
        """Whether one of several paths is there, or may be."""
        return any(map(self.has, paths))


def missing_module(tree: Mapping[str, Any], files: ProjectFiles) -> str:
    """Say which module the backend of a project looks for in vain; "" for none.

    Args:
        tree: the document of pyproject.toml.
        files: the project's files.
    """
    backend = _table(tree, "build-system").get("build-backend")
    name = _table(tree, "project").get("name") or _table(tree, "tool", "poetry").get("name")
    rule = _RULES.get(backend_module(backend)) if isinstance(backend, str) else None
    if rule is None or not isinstance(name, str) or "." in name:  # a dot: part of a namespace
        return ""
    return rule(tree, name, files)


def backend_module(backend: str) -> str:
    """The top module of a backend: ``setuptools`` of ``setuptools.build_meta:__legacy__``."""
    return backend.partition(":")[0].partition(".")[0]


def backend_places(backend: str, paths: Iterable[str]) -> list[str]:
    """Where a backend that is part of its project may be (``backend-path``, PEP 517).

    Args:
        backend: as ``build-backend`` names it, a module or an object of one.
        paths: the folders of ``backend-path``, from the project's root.

    Returns:
        The paths of a module, without its ending, or of a package; [] for no backend.
    """
    stem = backend.partition(":")[0].replace(".", "/")
    return [posixpath.normpath(posixpath.join(path, stem)) for path in paths] if stem else []


def _table(tree: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    return table(tree, *keys, complain=no_complaint)


def _module(name: str) -> str:
    return canonicalize_name(name).replace("-", "_")


def _hatchling(tree: Mapping[str, Any], name: str, files: ProjectFiles) -> str:
    """It looks at the top, in ``src``, and in a namespace, unless settings choose the files."""
    settings = _table(tree, "tool", "hatch", "build")
    if set(settings) - {"targets"} or set(_table(settings, "targets")) - {"sdist"}:
        return ""
    for module in {re.sub(r"\W+", "_", name), _module(name)}:
        there = (f"{module}/__init__.py", f"src/{module}/__init__.py", f"{module}.py")
        if files.has_any(*there) or files.has_in_namespace(module):
            return ""
    return f"package {_module(name)}"


def _flit(tree: Mapping[str, Any], name: str, files: ProjectFiles) -> str:
    settings = _table(tree, "tool", "flit")
    module = _table(settings, "module").get("name", name.replace("-", "_"))
    if not isinstance(module, str) or "metadata" in settings:
        return ""
    path = module.replace(".", "/")
    stubs = f"{path}-stubs"
    there = (path, f"{path}.py", stubs, f"src/{path}", f"src/{path}.py", f"src/{stubs}")
    return "" if files.has_any(*there) else f"module {module}"


def _poetry(tree: Mapping[str, Any], name: str, files: ProjectFiles) -> str:
    settings = _table(tree, "tool", "poetry")
    if settings.get("package-mode") is False or "build" in settings:
        return ""
    packages = settings.get("packages")
    if packages is None:
        return _found_by_poetry(_module(name), files)
    for each in packages if isinstance(packages, list) else ():
        path = _included_by_poetry(each) if isinstance(each, Mapping) else None
        if path is not None and not files.has(path.removeprefix("./")):
            return f"package {path}"
    return ""


def _included_by_poetry(package: Mapping[str, Any]) -> str | None:
    """The path of an entry of ``packages``; None of patterns, and of what some archives hold."""
    include = package.get("include")
    if not isinstance(include, str) or re.search(r"[*?\[]", include) or "format" in package:
        return None
    return "/".join(part.strip("/") for part in (str(package.get("from", "")), include) if part)


def _found_by_poetry(module: str, files: ProjectFiles) -> str:
    starts = (module, f"{module}-stubs", f"src/{module}", f"src/{module}-stubs")
    found = files.has_any(*starts, f"{module}.py", f"src/{module}.py")
    return "" if found else f"package {module}"


def _uv(tree: Mapping[str, Any], name: str, files: ProjectFiles) -> str:
    settings = _table(tree, "tool", "uv", "build-backend")
    module = settings.get("module-name", _module(name))
    root = settings.get("module-root", "src")
    if not (isinstance(module, str) and isinstance(root, str)) or settings.get("namespace"):
        return ""
    parts = (root.removeprefix("./").strip("/"), module.replace(".", "/"))
    folder = "/".join(filter(None, parts))
    found = files.has_any(f"{folder}/__init__.py", f"{folder}/__init__.pyi")
    return "" if found else f"module {folder}"


_RULES: Mapping[str, Callable[[Mapping[str, Any], str, ProjectFiles], str]] = {
    "hatchling": _hatchling,
    "flit_core": _flit,
    "poetry": _poetry,
    "uv_build": _uv,
}
