"""Whether `uv.lock` was made for the requirements that the project has now.

uv compares what it wrote of the project (``[package.metadata]``) with the project's own tables;
``uv sync --locked`` fails where they differ (docs.astral.sh/uv/concepts/projects/sync).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from wheelcheck.errors import RequirementsError
from wheelcheck.requirements.documents import parse_toml

__all__ = ["lock_is_stale"]

_Needs = frozenset[tuple[str, SpecifierSet]]


def lock_is_stale(lock: str, project: str) -> bool:
    """Whether a lock's text certainly does not fit a `pyproject.toml`'s; False where in doubt.

    Names and version bounds of ``[project]`` are compared, extras' included: markers, sources and
    indexes may differ in spelling alone.
    """
    try:
        locked, wanted = parse_toml("uv.lock", lock), parse_toml("pyproject.toml", project)
    except RequirementsError:
        return False
    table = wanted.get("project")
    if not isinstance(table, dict) or "dependencies" in table.get("dynamic", ()):
        return False
    own = [item for item in _tables(locked, "package") if _is_project(item, table.get("name"))]
    if len(own) != 1 or "metadata" not in own[0]:
        return False
    before = _locked(_tables(own[0]["metadata"], "requires-dist"))
    now = _declared(table)
    return before is not None and now is not None and before != now


def _tables(parent: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = parent.get(name, [])
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _is_project(entry: Mapping[str, Any], name: object) -> bool:
    source = entry.get("source")
    local = isinstance(source, dict) and bool({"editable", "virtual"} & source.keys())
    return local and isinstance(name, str) and entry.get("name") == canonicalize_name(name)


def _locked(rows: Iterable[Mapping[str, Any]]) -> _Needs | None:
    found = set()
    for row in rows:
        if not isinstance(row.get("name"), str) or {"url", "git", "path"} & row.keys():
            return None
        try:
            bounds = SpecifierSet(str(row.get("specifier", "")))
        except InvalidSpecifier:
            return None
        found.add((canonicalize_name(row["name"]), bounds))
    return frozenset(found)


def _declared(project: Mapping[str, Any]) -> _Needs | None:
    texts = list(project.get("dependencies", ()))
    for group in project.get("optional-dependencies", {}).values():
        texts += group
    found = set()
    for text in texts:
        try:
            requirement = Requirement(text)
        except (InvalidRequirement, TypeError):
            return None
        if requirement.url:
            return None
        found.add((canonicalize_name(requirement.name), requirement.specifier))
    return frozenset(found)
