"""A version that setuptools reads from an attribute of a module (``attr: package.__version__``).

It looks for a constant first, and runs the module where it finds none (`read_attr` in
`setuptools/config/expand.py` of 84.2.1); what that imports must be installed for the build.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from configparser import ConfigParser, Error
from functools import lru_cache
from typing import Any, TypeGuard

from msgspec.structs import replace
from packaging.version import Version

from wheelcheck.builds.obstacles.importable import Importable
from wheelcheck.builds.obstacles.setup_run.certain_run import module_stop
from wheelcheck.builds.obstacles.setup_run.run_state import RunSettings
from wheelcheck.builds.obstacles.setup_run.stop import Stop
from wheelcheck.builds.obstacles.setup_run.syntax import dotted
from wheelcheck.builds.sdist.build_system import read_toml
from wheelcheck.builds.setup_script.script_syntax import parse
from wheelcheck.errors import Unknown

__all__ = ["version_attribute_stop", "version_object_stop"]

_GIVEN = re.compile(r"\bversion\s*=(?!\s*attr:|\s*\{\s*attr\b)|scm|versioning|vcs", re.IGNORECASE)
"""Words by which something else gives the version, before setuptools looks for the attribute."""
_BUILD_FILES = ("setup.py", "setup.cfg", "pyproject.toml")
_REFUSES_OBJECTS = Version("66")
_ROOTS = ("", "src/", "lib/", "python/")
"""Folders in which a package may lie."""


def version_attribute_stop(
    texts: Mapping[str, str], paths: frozenset[str], finds: Importable, settings: RunSettings
) -> Stop | None:
    """Where the module that holds the version stops for certain; None if nowhere.

    `texts` are the files that may be imported from, `paths` all files, `finds` what can be
    imported besides.
    """
    attribute = _attribute(*(texts.get(file, "") for file in _BUILD_FILES))
    module, _, name = attribute.rpartition(".")
    for root in _ROOTS if module else ():
        own = {
            path.removeprefix(root): text for path, text in texts.items() if path.startswith(root)
        }
        text = next((own[p] for p in _places(module) if p in own), None)
        if text is None:
            continue
        if _has_constant(text, name):
            return None
        found = frozenset(path.removeprefix(root) for path in paths if path.startswith(root))
        stop = module_stop(module, own, found, finds, settings)
        if stop is not None:
            why = f"the version is read from {module}, and there {stop.why}"
            return replace(stop, why=why, place=f"{root}{stop.place}")
        return None
    return None


def version_object_stop(script: str, setuptools: Version | None) -> Stop | None:
    """Where `setup()` gets an object of a class of the script for its version, and no text.

    setuptools refuses it since release 66 (its changelog), whatever text the object has.
    """
    tree = parse(script) if setuptools is not None and setuptools >= _REFUSES_OBJECTS else None
    if not isinstance(tree, ast.Module):
        return None
    objects = set(_objects(tree))
    for value in _versions(tree) if objects else ():
        if isinstance(value, ast.Name) and value.id in objects:
            why = f"the version {value.id} is an object, which setuptools refuses since 66"
            return Stop("InvalidVersion", why, f"setup.py:{value.lineno}")
    return None


def _objects(tree: ast.Module) -> Iterator[str]:
    """Names that are bound to objects of classes of the script."""
    classes = {part.name for part in tree.body if _is_no_text(part)}
    for part in tree.body:
        match part:
            case ast.Assign(value=ast.Call(func=ast.Name(id=made))) if made in classes:
                yield from (target.id for target in part.targets if isinstance(target, ast.Name))


def _versions(tree: ast.Module) -> Iterator[ast.expr]:
    """What calls of `setup()` get for their version."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] == "setup":
            yield from (each.value for each in node.keywords if each.arg == "version")


def _is_no_text(part: ast.stmt) -> TypeGuard[ast.ClassDef]:
    """Whether a statement defines a class of its own, which inherits nothing."""
    if not isinstance(part, ast.ClassDef):
        return False
    return all(isinstance(base, ast.Name) and base.id == "object" for base in part.bases)


def _places(module: str) -> tuple[str, str]:
    stem = module.replace(".", "/")
    return f"{stem}.py", f"{stem}/__init__.py"


@lru_cache(maxsize=1 << 11)  # each Python and each build environment asks for the same
def _attribute(script: str, settings_text: str, project: str) -> str:
    """The dotted name behind ``attr:``; "" without one, or where something else is the version."""
    if _GIVEN.search(f"{script}\n{settings_text}\n{project}"):
        return ""
    settings = ConfigParser(strict=False)
    try:
        settings.read_string(settings_text)
        value = settings.get("metadata", "version", fallback="").strip()
    except Error:
        value = ""
    if value.startswith("attr:"):
        return value.removeprefix("attr:").strip()
    tree = read_toml(project)
    return "" if isinstance(tree, Unknown) else _dynamic_attribute(tree)


def _dynamic_attribute(tree: Mapping[str, Any]) -> str:
    place: Any = tree
    for key in ("tool", "setuptools", "dynamic", "version", "attr"):
        place = place.get(key) if isinstance(place, Mapping) else None
    project = tree.get("project")
    dynamic = project.get("dynamic") if isinstance(project, Mapping) else None
    wanted = isinstance(dynamic, list) and "version" in dynamic
    return place.strip() if isinstance(place, str) and wanted else ""


def _has_constant(text: str, name: str) -> bool:
    """Whether a module binds a name to a constant, as setuptools finds it."""
    tree = parse(text)
    for part in tree.body if isinstance(tree, ast.Module) else ():
        if isinstance(part, ast.Assign):
            targets, value = part.targets, part.value
        elif isinstance(part, ast.AnnAssign) and part.value is not None:
            targets, value = [part.target], part.value
        else:
            continue
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            try:
                ast.literal_eval(value)
            except ValueError:
                continue
            return True
    return False
