"""`Pipfile.lock`: Pipenv's lock file, format 6: versions with hashes and markers, by category."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from packaging.markers import Marker
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidName, canonicalize_name

from wheelcheck.requirements.documents import table, tables, text_at, texts
from wheelcheck.requirements.input_document import InputDocument
from wheelcheck.requirements.lock_markers import python_marker
from wheelcheck.requirements.locks.locked_packages import (
    Entry,
    LockedPackages,
    check_version,
    marker_at,
)
from wheelcheck.requirements.pip.pip_syntax import expand, is_archive
from wheelcheck.requirements.requirement_set import LockFacts, LockFormat, ScopeEnvironment

__all__ = ["read_pipfile_lock"]

_NEWEST = "6"
_MAIN = "default"


def read_pipfile_lock(given: InputDocument) -> None:
    """Add what ``pipenv sync`` would install from a lock.

    The category ``default``; others, ``develop`` among them, where they are chosen as groups
    (``dev`` means ``develop``). The Python it was made for binds only ``pipenv install --deploy``:
    ``pipenv sync`` warns and goes on.
    """
    complain = given.complain
    meta = table(given.tree, "_meta", complain=complain)
    check_version(given, meta.get("pipfile-spec", _NEWEST), _NEWEST)
    given.collection.add_lock(LockFacts(given.origin(), LockFormat.PIPFILE))
    _bound_python(given, table(meta, "requires", complain=complain))
    sources = _sources(given, meta)
    locked = LockedPackages(given)
    for category in _categories(given):
        for name, entry in table(given.tree, category, complain=complain).items():
            _add(given, locked, name, entry, sources)
    locked.finish()


def _bound_python(given: InputDocument, requires: Mapping[str, Any]) -> None:
    """What ``[requires]`` says: ``python_version`` is as good as all its patch releases."""
    for key, every in (("python_full_version", ""), ("python_version", ".*")):
        version = text_at(requires, key, given.complain)
        if version is None or version == "*":
            continue
        try:
            marker = python_marker(SpecifierSet(f"=={version}{every}"))
        except InvalidSpecifier:
            given.complain(f"{key} is invalid ({version!r})")
            return
        if marker is not None:
            why = f"it was made for Python {version}"
            environments = [ScopeEnvironment(marker)]
            given.bound(environments, why, kind="python", advisory=True)
        return


def _categories(given: InputDocument) -> list[str]:
    others = [key for key in given.tree if key not in {"_meta", _MAIN}]
    by_group = {canonicalize_name("dev" if key == "develop" else key): key for key in others}
    wanted = given.selection.groups(by_group)
    return [_MAIN, *(key for group, key in by_group.items() if group in wanted)]


def _sources(given: InputDocument, meta: Mapping[str, Any]) -> dict[str | None, str]:
    """Return the indexes by name; None is the first one, which is taken unless a package says."""
    found: dict[str | None, str] = {}
    for source in tables(meta, "sources", given.complain):
        name = text_at(source, "name", given.complain)
        url = text_at(source, "url", given.complain)
        if name and url:
            found[name] = expand(0, url, given.environ).text
            found.setdefault(None, found[name])
    return found


def _add(
    given: InputDocument,
    locked: LockedPackages,
    name: str,
    locked_entry: object,
    sources: dict[str | None, str],
) -> None:
    try:
        project = canonicalize_name(name, validate=True)
        if isinstance(locked_entry, str):
            locked_entry = {"version": locked_entry}
        if not isinstance(locked_entry, Mapping):
            given.complain(f"{name} is no table")
            return
        version = text_at(locked_entry, "version", given.complain)
        specifier = SpecifierSet("" if version in {None, "*"} else str(version))
    except (InvalidName, InvalidSpecifier) as error:
        given.complain(f"{name} cannot be read ({error})")
        return
    entry = Entry(project, None, given.origin(given.line_of(name)), locked_entry)
    _add_entry(given, locked, entry, specifier, sources)


def _add_entry(
    given: InputDocument,
    locked: LockedPackages,
    entry: Entry,
    specifier: SpecifierSet,
    sources: Mapping[str | None, str],
) -> None:
    """Add a package by where it comes from: a checkout, an archive, a URL, an index."""
    locked_entry = entry.table
    marker = marker_at(locked_entry, "markers", given.complain)
    vcs = next((kind for kind in ("git", "hg", "svn", "bzr") if kind in locked_entry), None)
    file = locked_entry.get("file")
    if vcs:
        locked.skip(entry, marker, f"built from a checkout ({vcs})")
    elif isinstance(path := locked_entry.get("path"), str) and is_archive(path):
        locked.add_archive_beside(entry, path, marker, _hashes(given, locked_entry))
    elif "path" in locked_entry:
        locked.skip(entry, marker, "built from a directory")
    elif isinstance(file, str):
        locked.add_reference(entry, file, marker, _hashes(given, locked_entry))
    else:
        index = text_at(locked_entry, "index", given.complain)
        locked.index(sources.get(index) or sources.get(None))
        _add_version(given, locked, entry, marker, specifier)


def _add_version(
    given: InputDocument,
    locked: LockedPackages,
    entry: Entry,
    marker: Marker | None,
    specifier: SpecifierSet,
) -> None:
    if not specifier:
        given.warn(f"{entry.name} is listed without a version: the newest one counts")
    hashes = _hashes(given, entry.table)
    locked.add(entry, marker, hashes=hashes, specifier=str(specifier))


def _hashes(given: InputDocument, entry: Mapping[str, Any]) -> list[str]:
    return list(texts(entry, "hashes", given.complain))
