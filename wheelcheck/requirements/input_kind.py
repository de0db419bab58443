"""Which kind of input is it? Its content decides; its name, only where the content is silent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from io import StringIO
from pathlib import PurePath
from typing import Any

from msgspec import Struct

from wheelcheck.errors import RequirementsError
from wheelcheck.requirements.documents import parse_json, parse_toml, parse_yaml
from wheelcheck.requirements.foreign_files import foreign_file

__all__ = ["InputKind", "Recognised", "recognise"]


class InputKind(StrEnum):
    """What an input is, by the name that people know it by."""

    REQUIREMENT_FILE = "requirement file"
    PYPROJECT = "pyproject.toml"
    PYLOCK = "pylock.toml"
    UV_LOCK = "uv.lock"
    POETRY_LOCK = "poetry.lock"
    PDM_LOCK = "pdm.lock"
    PIPFILE_LOCK = "Pipfile.lock"
    PIXI_LOCK = "pixi.lock"
    PIPFILE = "Pipfile"
    CONDA_ENVIRONMENT = "environment.yml"
    SETUP_CFG = "setup.cfg"
    SETUP_SCRIPT = "setup.py"
    SCRIPT = "script"


class Recognised(Struct, frozen=True):
    """A kind, and the document for the kinds that are TOML, JSON or YAML; {} for the others."""

    kind: InputKind
    document: Mapping[str, Any] = {}


_SCRIPT = re.compile(r"^# /// script[ \t]*\r?$", re.MULTILINE)
# Two spellings that no requirement file begins with: a table, and a key with its value.
_TOML = re.compile(r"""\[|(?:\w[\w.-]*|"[^"]*"|'[^']*')\s*=(?!=)""")
_YAML = {InputKind.PIXI_LOCK, InputKind.CONDA_ENVIRONMENT}
_PIPFILE_TABLES = {"source", "dev-packages", "requires"}
_PROJECT_TABLES = {"project", "build-system", "dependency-groups", "tool"}


def recognise(name: str, text: str) -> Recognised:
    """Return the kind of an input from its text; `name` is its path or URL.

    Raises RequirementsError for a document that is broken or of no known kind.
    """
    if _SCRIPT.search(text):
        return Recognised(InputKind.SCRIPT)
    by_name = _kind_by_name(name)
    if by_name in {InputKind.SETUP_CFG, InputKind.SETUP_SCRIPT}:
        return Recognised(by_name)
    beginning = _first_line(text)
    if foreign := foreign_file(name, beginning):
        raise RequirementsError(name, None, "", foreign)
    if by_name in _YAML or PurePath(name).suffix in {".yml", ".yaml"}:
        return _yaml(name, text)
    return _by_content(name, text, beginning, by_name)


def _by_content(name: str, text: str, beginning: str, by_name: InputKind | None) -> Recognised:
    if beginning.startswith("{") or by_name is InputKind.PIPFILE_LOCK:
        return _json(name, text)
    if by_name is InputKind.SCRIPT:
        raise RequirementsError(name, None, "", "a script without a '# /// script' block (PEP 723)")
    if by_name is not None or PurePath(name).suffix == ".toml":
        return _toml(name, text, by_name)
    if not _TOML.match(beginning):
        return Recognised(InputKind.REQUIREMENT_FILE)
    try:
        return _toml(name, text, None)
    except RequirementsError:
        if PurePath(name).suffix in {".txt", ".in"}:  # pandas=1.0: a slip for ==
            return Recognised(InputKind.REQUIREMENT_FILE)
        raise


def _json(name: str, text: str) -> Recognised:
    document = parse_json(name, text)
    if isinstance(document, Mapping) and isinstance(document.get("_meta"), Mapping):
        return Recognised(InputKind.PIPFILE_LOCK, document)
    raise RequirementsError(name, None, "", "this JSON is no Pipfile.lock: it has no _meta")


def _toml(name: str, text: str, by_name: InputKind | None) -> Recognised:
    tree = parse_toml(name, text)
    kind = _kind_of_toml(tree)
    if kind is None and not tree and by_name is InputKind.PYPROJECT:
        kind = by_name  # an empty one says: a project, built as in old times
    if kind is None:
        raise RequirementsError(name, None, "", _unknown_toml(tree))
    return Recognised(kind, tree)


def _yaml(name: str, text: str) -> Recognised:
    """A pixi.lock or an environment of conda, whatever its name."""
    tree = parse_yaml(name, text)
    if isinstance(tree, Mapping) and "environments" in tree and "version" in tree:
        return Recognised(InputKind.PIXI_LOCK, tree)
    if isinstance(tree, Mapping) and isinstance(tree.get("dependencies"), list):
        return Recognised(InputKind.CONDA_ENVIRONMENT, tree)
    raise RequirementsError(
        name, None, "", "this YAML is neither a pixi.lock nor an environment.yml"
    )


def _first_line(text: str) -> str:
    """Return the first line that is neither empty nor a comment."""
    lines = (line.strip() for line in StringIO(text))
    return next((line for line in lines if line and not line.startswith("#")), "")


def _kind_by_name(name: str) -> InputKind | None:
    last = PurePath(name).name
    if re.fullmatch(r"pylock\.([^.]+\.)?toml", last):
        return InputKind.PYLOCK
    if last.endswith(".py") and last != InputKind.SETUP_SCRIPT.value:
        return InputKind.SCRIPT
    return next((kind for kind in InputKind if kind.value == last), None)


def _kind_of_toml(document: Mapping[str, Any]) -> InputKind | None:
    metadata = document.get("metadata")
    fields = metadata.keys() if isinstance(metadata, Mapping) else set()
    if "lock-version" in document and document.keys() & {"packages", "created-by"}:
        return InputKind.PYLOCK
    if fields & {"lock-version", "content-hash", "python-versions"}:
        return InputKind.POETRY_LOCK
    if fields & {"lock_version", "content_hash"}:
        return InputKind.PDM_LOCK
    if "version" in document and document.keys() & {"package", "requires-python", "manifest"}:
        return InputKind.UV_LOCK
    if document.keys() & {"packages", "dev-packages"} and document.keys() & _PIPFILE_TABLES:
        return InputKind.PIPFILE
    return InputKind.PYPROJECT if document.keys() & _PROJECT_TABLES else None


def _unknown_toml(document: Mapping[str, Any]) -> str:
    if not document:
        return "it is empty"
    return "this TOML is neither a project (pyproject.toml) nor a lock file of a known kind"
